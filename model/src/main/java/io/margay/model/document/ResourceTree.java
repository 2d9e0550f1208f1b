package io.margay.model.document;

import io.margay.model.BgpPeer;
import io.margay.model.HostEndpoint;
import io.margay.model.IpPool;
import io.margay.model.Node;
import io.margay.model.Policy;
import io.margay.model.PortRange;
import io.margay.model.Profile;
import io.margay.model.Protocol;
import io.margay.model.QosControls;
import io.margay.model.Resource;
import io.margay.model.Rule;
import io.margay.model.WorkloadEndpoint;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// A resource as maps, lists, text, numbers and booleans, its fields in the order of Calico v1.1's
/// schema. Fields that are empty, false or zero are left out, but for a few that always show.
final class ResourceTree {

  private final Map<String, Object> fields = new LinkedHashMap<>();

  static Map<String, Object> of(Resource resource) {
    ResourceTree tree =
        new ResourceTree().always("kind", resource.kind().toString()).always("apiVersion", "v1");
    switch (resource) {
      case Node node -> tree.put(node);
      case BgpPeer peer -> tree.put(peer);
      case HostEndpoint endpoint -> tree.put(endpoint);
      case WorkloadEndpoint endpoint -> tree.put(endpoint);
      case IpPool pool -> tree.put(pool);
      case Policy policy -> tree.put(policy);
      case Profile profile -> tree.put(profile);
    }
    return tree.fields;
  }

  private void put(Node node) {
    Node.Bgp bgp = node.spec().bgp();
    ResourceTree spec = new ResourceTree();
    if (bgp != null) {
      ResourceTree section = new ResourceTree();
      if (bgp.asNumber() != null) {
        section.always("asNumber", bgp.asNumber().value());
      }
      spec.always(
          "bgp",
          section
              .given("ipv4Address", bgp.ipv4Address())
              .given("ipv6Address", bgp.ipv6Address())
              .fields);
    }
    sections(new ResourceTree().given("name", node.metadata().name()), spec);
  }

  private void put(BgpPeer peer) {
    BgpPeer.Metadata metadata = peer.metadata();
    sections(
        new ResourceTree()
            .always("scope", text(metadata.scope()))
            .given("node", metadata.node())
            .always("peerIP", text(metadata.peerIp())),
        new ResourceTree().always("asNumber", peer.spec().asNumber().value()));
  }

  private void put(HostEndpoint endpoint) {
    HostEndpoint.Metadata metadata = endpoint.metadata();
    HostEndpoint.Spec spec = endpoint.spec();
    sections(
        new ResourceTree()
            .given("name", metadata.name())
            .given("node", metadata.node())
            .labels(metadata.labels()),
        new ResourceTree()
            .given("interfaceName", spec.interfaceName())
            .texts("expectedIPs", spec.expectedIps())
            .texts("profiles", spec.profiles()));
  }

  private void put(WorkloadEndpoint endpoint) {
    WorkloadEndpoint.Metadata metadata = endpoint.metadata();
    WorkloadEndpoint.Spec spec = endpoint.spec();
    sections(
        new ResourceTree()
            .given("name", metadata.name())
            .given("workload", metadata.workload())
            .given("orchestrator", metadata.orchestrator())
            .given("node", metadata.node())
            .labels(metadata.labels()),
        new ResourceTree()
            .texts("ipNetworks", spec.ipNetworks())
            .list("ipNATs", spec.ipNats(), ResourceTree::nat)
            .given("ipv4Gateway", spec.ipv4Gateway())
            .given("ipv6Gateway", spec.ipv6Gateway())
            .texts("profiles", spec.profiles())
            .given("interfaceName", spec.interfaceName())
            .given("mac", spec.mac())
            .limits(spec.qosControls()));
  }

  private ResourceTree limits(@Nullable QosControls limits) {
    return limits == null
        ? this
        : always(
            "qosControls",
            new ResourceTree()
                .limit("ingress", limits.ingress())
                .limit("egress", limits.egress())
                .fields);
  }

  private ResourceTree limit(String direction, QosControls.@Nullable Limit limit) {
    if (limit != null) {
      always(direction + "Bandwidth", limit.bandwidth());
      if (limit.burst() != null) {
        always(direction + "Burst", limit.burst());
      }
    }
    return this;
  }

  private static Object nat(WorkloadEndpoint.IpNat nat) {
    return new ResourceTree()
        .given("internalIP", nat.internal())
        .given("externalIP", nat.external())
        .fields;
  }

  private void put(IpPool pool) {
    IpPool.Ipip ipip = pool.spec().ipip();
    ResourceTree spec = new ResourceTree();
    if (ipip != null) {
      spec.always(
          "ipip",
          new ResourceTree().flag("enabled", ipip.enabled()).given("mode", ipip.mode()).fields);
    }
    sections(
        new ResourceTree().always("cidr", text(pool.metadata().cidr())),
        spec.flag("nat-outgoing", pool.spec().natOutgoing())
            .flag("disabled", pool.spec().disabled())
            .number("blockSize", pool.spec().blockSize())
            .given("vxlanMode", pool.spec().vxlanMode()));
  }

  private void put(Policy policy) {
    Policy.Spec spec = policy.spec();
    ResourceTree fields = new ResourceTree();
    if (spec.order() != null) {
      fields.always("order", spec.order());
    }
    sections(
        new ResourceTree().given("name", policy.metadata().name()),
        fields
            .list("ingress", spec.ingress(), ResourceTree::rule)
            .list("egress", spec.egress(), ResourceTree::rule)
            .always("selector", spec.selector())
            .flag("doNotTrack", spec.doNotTrack())
            .texts("types", spec.types()));
  }

  private void put(Profile profile) {
    Profile.Metadata metadata = profile.metadata();
    sections(
        new ResourceTree()
            .given("name", metadata.name())
            .texts("tags", metadata.tags())
            .labels(metadata.labels()),
        new ResourceTree()
            .list("ingress", profile.spec().ingress(), ResourceTree::rule)
            .list("egress", profile.spec().egress(), ResourceTree::rule));
  }

  private static Object rule(Rule rule) {
    ResourceTree tree = new ResourceTree().always("action", rule.action().toString());
    if (rule.ipVersion() != null) {
      tree.always("ipVersion", (long) rule.ipVersion().version());
    }
    return tree.protocol("protocol", rule.protocol())
        .icmp("icmp", rule.icmp())
        .protocol("notProtocol", rule.notProtocol())
        .icmp("notICMP", rule.notIcmp())
        .always("source", entity(rule.source()))
        .always("destination", entity(rule.destination()))
        .fields;
  }

  private static Object entity(Rule.Entity entity) {
    return new ResourceTree()
        .given("tag", entity.tag())
        .given("net", entity.net())
        .given("selector", entity.selector())
        .list("ports", entity.ports(), ResourceTree::port)
        .given("notTag", entity.notTag())
        .given("notNet", entity.notNet())
        .given("notSelector", entity.notSelector())
        .list("notPorts", entity.notPorts(), ResourceTree::port)
        .fields;
  }

  private static Object port(PortRange range) {
    return range.isSingle() ? (Object) (long) range.first() : range.toString();
  }

  private ResourceTree protocol(String name, @Nullable Protocol protocol) {
    return switch (protocol) {
      case Protocol.Named named -> always(name, named.toString());
      case Protocol.Numbered(int number) -> always(name, (long) number);
      case null -> this;
    };
  }

  private ResourceTree icmp(String name, Rule.@Nullable Icmp icmp) {
    if (icmp == null) {
      return this;
    }
    ResourceTree section = new ResourceTree();
    if (icmp.type() != null) {
      section.always("type", icmp.type().longValue());
    }
    if (icmp.code() != null) {
      section.always("code", icmp.code().longValue());
    }
    return always(name, section.fields);
  }

  private void sections(ResourceTree metadata, ResourceTree spec) {
    always("metadata", metadata.fields).always("spec", spec.fields);
  }

  private ResourceTree always(String name, Object value) {
    fields.put(name, value);
    return this;
  }

  private ResourceTree given(String name, @Nullable Object value) {
    String text = text(value);
    return text.isEmpty() ? this : always(name, text);
  }

  private ResourceTree number(String name, @Nullable Integer value) {
    return value == null ? this : always(name, (long) value);
  }

  private ResourceTree flag(String name, boolean value) {
    return value ? always(name, true) : this;
  }

  private ResourceTree labels(SortedMap<String, String> labels) {
    return labels.isEmpty() ? this : always("labels", labels);
  }

  private ResourceTree texts(String name, Collection<?> values) {
    return list(name, values, ResourceTree::text);
  }

  private <T> ResourceTree list(
      String name, Collection<? extends T> values, Function<T, Object> element) {
    return values.isEmpty()
        ? this
        : always(name, List.copyOf(values).stream().map(value -> element.apply(value)).toList());
  }

  private static String text(@Nullable Object value) {
    return value == null ? "" : value.toString();
  }
}
