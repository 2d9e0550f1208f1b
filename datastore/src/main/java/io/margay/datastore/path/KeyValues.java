package io.margay.datastore.path;

import io.margay.datastore.Key;
import io.margay.datastore.ipam.AllocationBlock;
import io.margay.datastore.ipam.IpamSettings;
import io.margay.model.BgpPeer;
import io.margay.model.HostEndpoint;
import io.margay.model.IpPool;
import io.margay.model.Node;
import io.margay.model.Policy;
import io.margay.model.Profile;
import io.margay.model.Resource;
import io.margay.model.ResourceKey;
import io.margay.model.WorkloadEndpoint;
import io.margay.model.stored.StoredCodec;
import io.margay.model.stored.StoredNode;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Values as the texts that lie under the paths of their key, and back.
final class KeyValues {

  private KeyValues() {}

  /// One text for each path of [KeyPaths#of(Key)], null where none is stored.
  static List<@Nullable String> encode(Key<?> key, Object value) {
    return switch (key) {
      case Key.ForResource(var resource) -> encodeResource(resource, (Resource) value);
      case Key.Ready _ -> texts(value.toString());
      case Key.FelixSetting _, Key.BgpSetting _ -> texts((String) value);
      case Key.BlockAffinity _ -> texts("{}");
      case Key.IpamBlock _ -> texts(IpamJson.encode((AllocationBlock) value));
      case Key.ForIpamSettings _ -> texts(IpamJson.encode((IpamSettings) value));
      case Key.IpamHandle _ -> texts(IpamJson.encode((AllocationBlock.Handle) value));
      case Key.NodeStatus _ -> texts(StatusJson.encode((Key.AgentStatus) value));
      case Key.WorkloadEndpointStatus _, Key.HostEndpointStatus _ ->
          texts(StatusJson.encode((Key.EndpointStatus) value));
    };
  }

  private static List<@Nullable String> encodeResource(ResourceKey key, Resource resource) {
    if (!resource.key().equals(key)) {
      throw new IllegalArgumentException(
          "%s cannot be stored as %s".formatted(resource.key(), key));
    }
    return switch (resource) {
      case Node node -> encodeNode(StoredCodec.encodeNode(node));
      case BgpPeer peer -> texts(StoredCodec.encodeBgpPeer(peer));
      case HostEndpoint endpoint -> texts(StoredCodec.encodeHostEndpoint(endpoint));
      case WorkloadEndpoint endpoint -> texts(StoredCodec.encodeWorkloadEndpoint(endpoint));
      case IpPool pool -> texts(StoredCodec.encodeIpPool(pool));
      case Policy policy -> texts(StoredCodec.encodePolicy(policy));
      case Profile profile ->
          texts(
              StoredCodec.encodeProfileTags(profile.metadata().tags()),
              StoredCodec.encodeProfileLabels(profile.metadata().labels()),
              StoredCodec.encodeProfileRules(profile.spec()));
    };
  }

  /// In the order of the paths: `metadata`, `bird_ip`, then [KeyPaths#NODE_BGP_PARTS].
  private static List<@Nullable String> encodeNode(StoredNode node) {
    return texts(
        node.metadata(),
        node.birdIp(),
        node.ipAddrV4(),
        node.ipAddrV6(),
        node.networkV4(),
        node.networkV6(),
        node.asNum());
  }

  private static List<@Nullable String> texts(@Nullable String... texts) {
    return Collections.<@Nullable String>unmodifiableList(Arrays.<@Nullable String>asList(texts));
  }

  /// @param texts one for each path of the key, null where none is stored; the first is not null
  /// @throws RuntimeException if they cannot be understood; its message says why
  static Object decode(Key<?> key, List<@Nullable String> texts) {
    String first = texts.getFirst();
    if (first == null) {
      throw new IllegalArgumentException(key + " does not exist");
    }
    return switch (key) {
      case Key.ForResource(var resource) -> decodeResource(resource, first, texts);
      case Key.Ready _ -> decodeBoolean(first);
      case Key.FelixSetting _, Key.BgpSetting _ -> first;
      case Key.BlockAffinity _ -> Key.Empty.EMPTY;
      case Key.IpamBlock(var block) -> IpamJson.decodeBlock(block, first);
      case Key.ForIpamSettings _ -> IpamJson.decodeSettings(first);
      case Key.IpamHandle _ -> IpamJson.decodeHandle(first);
      case Key.NodeStatus _ -> StatusJson.decodeAgentStatus(first);
      case Key.WorkloadEndpointStatus _, Key.HostEndpointStatus _ ->
          StatusJson.decodeEndpointStatus(first);
    };
  }

  private static Resource decodeResource(
      ResourceKey key, String first, List<@Nullable String> texts) {
    return switch (key) {
      case ResourceKey.NodeKey node ->
          StoredCodec.decodeNode(
              node,
              new StoredNode(
                  first,
                  texts.get(1),
                  texts.get(2),
                  texts.get(3),
                  texts.get(4),
                  texts.get(5),
                  texts.get(6)));
      case ResourceKey.BgpPeerKey peer -> StoredCodec.decodeBgpPeer(peer, first);
      case ResourceKey.HostEndpointKey endpoint -> StoredCodec.decodeHostEndpoint(endpoint, first);
      case ResourceKey.WorkloadEndpointKey endpoint ->
          StoredCodec.decodeWorkloadEndpoint(endpoint, first);
      case ResourceKey.IpPoolKey(var cidr) -> StoredCodec.decodeIpPool(cidr, first);
      case ResourceKey.PolicyKey policy -> StoredCodec.decodePolicy(policy, first);
      case ResourceKey.ProfileKey(var name) -> decodeProfile(name, first, texts);
    };
  }

  /// Missing labels or rules read as none.
  private static Profile decodeProfile(String name, String tags, List<@Nullable String> texts) {
    String labels = texts.get(1);
    String rules = texts.get(2);
    return new Profile(
        new Profile.Metadata(
            name,
            labels == null ? new TreeMap<>() : StoredCodec.decodeProfileLabels(labels),
            StoredCodec.decodeProfileTags(tags)),
        rules == null
            ? new Profile.Spec(List.of(), List.of())
            : StoredCodec.decodeProfileRules(rules));
  }

  private static Boolean decodeBoolean(String text) {
    return switch (text) {
      case "true" -> true;
      case "false" -> false;
      default -> throw new IllegalArgumentException("'%s', expected true or false".formatted(text));
    };
  }
}
