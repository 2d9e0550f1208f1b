package io.margay.calicoctl.output;

import io.margay.calicoctl.template.StructBuilder;
import io.margay.calicoctl.template.Value;
import io.margay.model.BgpPeer;
import io.margay.model.HostEndpoint;
import io.margay.model.IpPool;
import io.margay.model.Node;
import io.margay.model.Policy;
import io.margay.model.Profile;
import io.margay.model.QosControls;
import io.margay.model.Resource;
import io.margay.model.Rule;
import io.margay.model.WorkloadEndpoint;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Resources as templates see them: under the field names of the Go types of Calico v1.1.
public final class ResourceValues {

  private ResourceValues() {}

  /// The value a template of `get` runs over: a list of listings, each with its `Items`.
  public static Value of(List<Listing> listings) {
    List<Value> values = new ArrayList<>();
    for (Listing listing : listings) {
      List<Value> items = new ArrayList<>();
      for (Resource item : listing.items()) {
        items.add(of(item));
      }
      values.add(
          typed(listing.kind() + "List")
              .put("Metadata", new StructBuilder("ListMetadata").build())
              .put("Items", new Value.Items(items))
              .build());
    }
    return new Value.Items(values);
  }

  private static StructBuilder typed(String kind) {
    return new StructBuilder(kind).text("Kind", kind).text("APIVersion", "v1");
  }

  static Value of(Resource resource) {
    StructBuilder metadata = new StructBuilder(resource.kind() + " metadata");
    StructBuilder spec = new StructBuilder(resource.kind() + " spec");
    switch (resource) {
      case Node node -> fill(metadata, spec, node);
      case BgpPeer peer -> fill(metadata, spec, peer);
      case HostEndpoint endpoint -> fill(metadata, spec, endpoint);
      case WorkloadEndpoint endpoint -> fill(metadata, spec, endpoint);
      case IpPool pool -> fill(metadata, spec, pool);
      case Policy policy -> fill(metadata, spec, policy);
      case Profile profile -> fill(metadata, spec, profile);
    }
    return typed(resource.kind().toString())
        .put("Metadata", metadata.build())
        .put("Spec", spec.build())
        .build();
  }

  private static void fill(StructBuilder metadata, StructBuilder spec, Node node) {
    metadata.text("Name", node.metadata().name());
    Node.Bgp bgp = node.spec().bgp();
    spec.put("BGP", bgp == null ? new Value.Nil() : of(bgp));
  }

  private static Value of(Node.Bgp bgp) {
    return new StructBuilder("node BGP spec")
        .integer("ASNumber", bgp.asNumber() == null ? null : bgp.asNumber().value())
        .pointer("IPv4Address", bgp.ipv4Address())
        .pointer("IPv6Address", bgp.ipv6Address())
        .build();
  }

  private static void fill(StructBuilder metadata, StructBuilder spec, BgpPeer peer) {
    metadata
        .text("Scope", peer.metadata().scope())
        .text("Node", peer.metadata().node())
        .text("PeerIP", peer.metadata().peerIp());
    spec.integer("ASNumber", peer.spec().asNumber().value());
  }

  private static void fill(StructBuilder metadata, StructBuilder spec, HostEndpoint endpoint) {
    metadata
        .text("Name", endpoint.metadata().name())
        .text("Node", endpoint.metadata().node())
        .map("Labels", endpoint.metadata().labels());
    spec.text("InterfaceName", endpoint.spec().interfaceName())
        .items("ExpectedIPs", endpoint.spec().expectedIps())
        .items("Profiles", endpoint.spec().profiles());
  }

  private static void fill(StructBuilder metadata, StructBuilder spec, WorkloadEndpoint endpoint) {
    metadata
        .text("Name", endpoint.metadata().name())
        .text("Workload", endpoint.metadata().workload())
        .text("Orchestrator", endpoint.metadata().orchestrator())
        .text("Node", endpoint.metadata().node())
        .map("Labels", endpoint.metadata().labels());
    List<Value> nats = new ArrayList<>();
    for (WorkloadEndpoint.IpNat nat : endpoint.spec().ipNats()) {
      nats.add(
          new StructBuilder("NAT")
              .text("InternalIP", nat.internal())
              .text("ExternalIP", nat.external())
              .build());
    }
    spec.items("IPNetworks", endpoint.spec().ipNetworks())
        .put("IPNATs", new Value.Items(nats))
        .pointer("IPv4Gateway", endpoint.spec().ipv4Gateway())
        .pointer("IPv6Gateway", endpoint.spec().ipv6Gateway())
        .items("Profiles", endpoint.spec().profiles())
        .text("InterfaceName", endpoint.spec().interfaceName())
        .pointer("MAC", endpoint.spec().mac());
    QosControls limits = endpoint.spec().qosControls();
    if (limits != null) {
      StructBuilder section = new StructBuilder("QoS controls");
      limit(section, "Ingress", limits.ingress());
      limit(section, "Egress", limits.egress());
      spec.put("QoSControls", section.build());
    }
  }

  private static void limit(
      StructBuilder limits, String direction, QosControls.@Nullable Limit limit) {
    Long burst = limit == null ? null : limit.burst();
    limits
        .put(direction + "Bandwidth", new Value.Int(limit == null ? 0 : limit.bandwidth()))
        .put(direction + "Burst", new Value.Int(burst == null ? 0 : burst));
  }

  private static void fill(StructBuilder metadata, StructBuilder spec, IpPool pool) {
    metadata.text("CIDR", pool.metadata().cidr());
    IpPool.Ipip ipip = pool.spec().ipip();
    spec.put("IPIP", ipip == null ? new Value.Nil() : of(ipip))
        .truth("NATOutgoing", pool.spec().natOutgoing())
        .truth("Disabled", pool.spec().disabled());
    if (pool.spec().vxlanMode() != null) {
      spec.text("VXLANMode", pool.spec().vxlanMode());
    }
  }

  private static Value of(IpPool.Ipip ipip) {
    return new StructBuilder("IPIP configuration")
        .truth("Enabled", ipip.enabled())
        .text("Mode", ipip.mode())
        .build();
  }

  private static void fill(StructBuilder metadata, StructBuilder spec, Policy policy) {
    metadata.text("Name", policy.metadata().name());
    Double order = policy.spec().order();
    spec.put("Order", order == null ? new Value.Nil() : new Value.Decimal(order))
        .put("IngressRules", rules(policy.spec().ingress()))
        .put("EgressRules", rules(policy.spec().egress()))
        .text("Selector", policy.spec().selector())
        .truth("DoNotTrack", policy.spec().doNotTrack());
  }

  private static void fill(StructBuilder metadata, StructBuilder spec, Profile profile) {
    metadata
        .text("Name", profile.metadata().name())
        .map("Labels", profile.metadata().labels())
        .items("Tags", profile.metadata().tags());
    spec.put("IngressRules", rules(profile.spec().ingress()))
        .put("EgressRules", rules(profile.spec().egress()));
  }

  private static Value rules(List<Rule> rules) {
    List<Value> values = new ArrayList<>();
    for (Rule rule : rules) {
      values.add(
          new StructBuilder("rule")
              .text("Action", rule.action())
              .integer("IPVersion", rule.ipVersion() == null ? null : rule.ipVersion().version())
              .pointer("Protocol", rule.protocol())
              .put("ICMP", of(rule.icmp()))
              .pointer("NotProtocol", rule.notProtocol())
              .put("NotICMP", of(rule.notIcmp()))
              .put("Source", of(rule.source()))
              .put("Destination", of(rule.destination()))
              .build());
    }
    return new Value.Items(values);
  }

  private static Value of(Rule.@Nullable Icmp icmp) {
    return icmp == null
        ? new Value.Nil()
        : new StructBuilder("ICMP fields")
            .integer("Type", icmp.type())
            .integer("Code", icmp.code())
            .build();
  }

  private static Value of(Rule.Entity entity) {
    return new StructBuilder("entity rule")
        .text("Tag", entity.tag())
        .pointer("Net", entity.net())
        .text("Selector", entity.selector())
        .items("Ports", entity.ports())
        .text("NotTag", entity.notTag())
        .pointer("NotNet", entity.notNet())
        .text("NotSelector", entity.notSelector())
        .items("NotPorts", entity.notPorts())
        .build();
  }
}
