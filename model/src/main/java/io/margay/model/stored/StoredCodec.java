package io.margay.model.stored;

import com.fasterxml.jackson.databind.JsonNode;
import io.margay.model.BgpPeer;
import io.margay.model.HostEndpoint;
import io.margay.model.IpPool;
import io.margay.model.IpPool.IpipMode;
import io.margay.model.IpPool.VxlanMode;
import io.margay.model.Labels;
import io.margay.model.Node;
import io.margay.model.Policy;
import io.margay.model.Profile;
import io.margay.model.ResourceKey;
import io.margay.model.Rule;
import io.margay.model.WorkloadEndpoint;
import io.margay.net.AsNumber;
import io.margay.net.IpPrefix;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Resources to their stored values and back. Every `decode` throws [InvalidStoredValueException]
/// with the reason if the value cannot be meant.
public final class StoredCodec {

  /// The device that carries IP-in-IP, as pools name it.
  private static final String IPIP_DEVICE = "tunl0";

  private StoredCodec() {}

  public static String encodeWorkloadEndpoint(WorkloadEndpoint endpoint) {
    return StoredEndpoints.encode(endpoint);
  }

  public static WorkloadEndpoint decodeWorkloadEndpoint(
      ResourceKey.WorkloadEndpointKey key, String json) {
    return StoredEndpoints.decode(key, json);
  }

  public static String encodeHostEndpoint(HostEndpoint endpoint) {
    return StoredEndpoints.encode(endpoint);
  }

  public static HostEndpoint decodeHostEndpoint(ResourceKey.HostEndpointKey key, String json) {
    return StoredEndpoints.decode(key, json);
  }

  public static StoredNode encodeNode(Node node) {
    return StoredNode.encode(node);
  }

  public static Node decodeNode(ResourceKey.NodeKey key, StoredNode parts) {
    return parts.decode(key);
  }

  public static String encodePolicy(Policy policy) {
    Policy.Spec spec = policy.spec();
    StoredObject stored = new StoredObject();
    if (spec.order() != null) {
      stored.json().put("order", spec.order());
    }
    StoredRule.encode(stored, "inbound_rules", spec.ingress());
    StoredRule.encode(stored, "outbound_rules", spec.egress());
    stored.put("selector", spec.selector());
    if (spec.doNotTrack()) {
      stored.put("untracked", true);
    }
    stored.putListIfGiven("types", spec.types());
    return stored.toText();
  }

  public static Policy decodePolicy(ResourceKey.PolicyKey key, String json) {
    StoredObject stored = StoredObject.parse(json);
    String selector = StoredRule.selector(stored, "selector");
    return new Policy(
        new Policy.Metadata(StoredRule.checkedName(key.name(), "policy name")),
        new Policy.Spec(
            stored.number("order"),
            selector == null ? "" : selector,
            StoredRule.decodeAll(stored, "inbound_rules"),
            StoredRule.decodeAll(stored, "outbound_rules"),
            isTrue(stored.flag("untracked")),
            types(stored)));
  }

  private static List<Policy.Direction> types(StoredObject stored) {
    JsonNode types = stored.json().get("types");
    return types == null || types.isNull()
        ? List.of()
        : StoredObject.elements(types, "types").stream()
            .map(node -> StoredObject.text(node, "types"))
            .map(text -> StoredObject.read(text, "types", StoredCodec::type))
            .toList();
  }

  private static Policy.Direction type(String text) {
    return switch (text) {
      case "ingress" -> Policy.Direction.INGRESS;
      case "egress" -> Policy.Direction.EGRESS;
      default -> throw new IllegalArgumentException("expected ingress or egress");
    };
  }

  public static String encodeProfileTags(List<String> tags) {
    return StoredObject.toText(new StoredObject().putList("tags", tags).json().get("tags"));
  }

  public static List<String> decodeProfileTags(String json) {
    return StoredObject.elements(StoredObject.parseJson(json), "tags").stream()
        .map(node -> StoredRule.checkedName(StoredObject.text(node, "tags"), "tags"))
        .toList();
  }

  public static String encodeProfileLabels(SortedMap<String, String> labels) {
    return StoredObject.toText(StoredObject.labelsNode(labels));
  }

  public static SortedMap<String, String> decodeProfileLabels(String json) {
    JsonNode node = StoredObject.parseJson(json);
    return Labels.copyOf(node.isNull() ? new TreeMap<>() : StoredObject.labels(node, "labels"));
  }

  public static String encodeProfileRules(Profile.Spec rules) {
    StoredObject stored = new StoredObject();
    StoredRule.encode(stored, "inbound_rules", rules.ingress());
    StoredRule.encode(stored, "outbound_rules", rules.egress());
    return stored.toText();
  }

  public static Profile.Spec decodeProfileRules(String json) {
    StoredObject stored = StoredObject.parse(json);
    return new Profile.Spec(
        StoredRule.decodeAll(stored, "inbound_rules"),
        StoredRule.decodeAll(stored, "outbound_rules"));
  }

  /// One rule, as it stands in the lists of policies and profiles.
  public static String encodeRule(Rule rule) {
    return StoredRule.encode(rule).toText();
  }

  public static Rule decodeRule(String json) {
    return StoredRule.decode(StoredObject.parse(json));
  }

  /// @throws io.margay.model.MissingIdentifierException if the pool has no CIDR
  public static String encodeIpPool(IpPool pool) {
    IpPrefix written = pool.metadata().cidr();
    IpPool.Ipip ipip = pool.spec().ipip();
    IpipMode mode = ipip == null ? null : ipip.mode();
    VxlanMode vxlan = pool.spec().vxlanMode();
    boolean disabled = pool.spec().disabled();
    return new StoredObject()
        .put("cidr", written == null ? pool.key().cidr() : written)
        .put("ipip", ipip != null && ipip.enabled() ? IPIP_DEVICE : "")
        .put("ipip_mode", mode == null ? "" : mode.toString())
        .put("masquerade", pool.spec().natOutgoing())
        .put("ipam", !disabled)
        .put("disabled", disabled)
        .putIfGiven("block_size", pool.spec().blockSize())
        .putIfGiven("vxlan_mode", vxlan == null ? null : vxlan.stored())
        .toText();
  }

  /// @param cidr the CIDR of the key, for a value that does not repeat it
  public static IpPool decodeIpPool(IpPrefix cidr, String json) {
    StoredObject stored = StoredObject.parse(json);
    IpPrefix written = stored.parsed("cidr", IpPrefix::parse);
    boolean ipipEnabled = stored.nonEmptyText("ipip") != null;
    IpipMode mode = stored.parsed("ipip_mode", StoredCodec::ipipMode);
    // Before there was a `disabled`, tools took a pool out of use with `ipam` alone.
    Boolean disabled = stored.flag("disabled");
    Boolean ipam = stored.flag("ipam");
    Integer blockSize = stored.integer("block_size");
    if (blockSize != null && !IpPool.isBlockSize(cidr.family(), blockSize)) {
      throw new InvalidStoredValueException(
          "block_size is %d, expected at most %d addresses in a block"
              .formatted(blockSize, 1 << IpPool.MOST_BLOCK_BITS));
    }
    return new IpPool(
        new IpPool.Metadata(written == null ? cidr : written),
        new IpPool.Spec(
            ipipEnabled || mode != null ? new IpPool.Ipip(ipipEnabled, mode) : null,
            isTrue(stored.flag("masquerade")),
            disabled != null ? disabled : Boolean.FALSE.equals(ipam),
            blockSize,
            stored.parsed("vxlan_mode", StoredCodec::vxlanMode)));
  }

  private static VxlanMode vxlanMode(String text) {
    for (VxlanMode mode : VxlanMode.values()) {
      if (mode.stored().equals(text)) {
        return mode;
      }
    }
    throw new IllegalArgumentException("expected always or cross-subnet");
  }

  private static IpipMode ipipMode(String text) {
    for (IpipMode mode : IpipMode.values()) {
      if (mode.toString().equals(text)) {
        return mode;
      }
    }
    throw new IllegalArgumentException("expected always or cross-subnet");
  }

  /// @throws io.margay.model.MissingIdentifierException if the peer has no address
  public static String encodeBgpPeer(BgpPeer peer) {
    return new StoredObject()
        .put("ip", peer.key().peerIp())
        .put("as_num", peer.spec().asNumber())
        .toText();
  }

  /// The address is that of the key.
  public static BgpPeer decodeBgpPeer(ResourceKey.BgpPeerKey key, String json) {
    StoredObject stored = StoredObject.parse(json);
    JsonNode as = stored.field("as_num");
    AsNumber number =
        as == null || as.asText().isEmpty()
            ? new AsNumber(0)
            : StoredObject.read(as.asText(), "as_num", AsNumber::parse);
    BgpPeer.Scope scope = key.node() == null ? BgpPeer.Scope.GLOBAL : BgpPeer.Scope.NODE;
    return new BgpPeer(
        new BgpPeer.Metadata(scope, key.node(), key.peerIp()), new BgpPeer.Spec(number));
  }

  private static boolean isTrue(@Nullable Boolean flag) {
    return Boolean.TRUE.equals(flag);
  }
}
