package io.margay.model.document;

import io.margay.model.Kind;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The parts of documents that have fields: which ones, and what messages call the part.
enum Section {
  RESOURCE(null, "TypeMetadata", "the top level", "apiVersion", "kind", "metadata", "spec"),
  LIST(null, "ListMetadata", "the top level", "apiVersion", "kind", "metadata", "items"),

  NODE_METADATA(Kind.NODE, "NodeMetadata", "metadata", "name"),
  NODE_SPEC(Kind.NODE, "NodeSpec", "spec", "bgp"),
  NODE_BGP(Kind.NODE, "NodeBGPSpec", "spec.bgp", "asNumber", "ipv4Address", "ipv6Address"),

  BGP_PEER_METADATA(Kind.BGP_PEER, "BGPPeerMetadata", "metadata", "scope", "node", "peerIP"),
  BGP_PEER_SPEC(Kind.BGP_PEER, "BGPPeerSpec", "spec", "asNumber"),

  HOST_ENDPOINT_METADATA(
      Kind.HOST_ENDPOINT, "HostEndpointMetadata", "metadata", "name", "node", "labels"),
  HOST_ENDPOINT_SPEC(
      Kind.HOST_ENDPOINT, "HostEndpointSpec", "spec", "interfaceName", "expectedIPs", "profiles"),

  WORKLOAD_ENDPOINT_METADATA(
      Kind.WORKLOAD_ENDPOINT,
      "WorkloadEndpointMetadata",
      "metadata",
      "name",
      "workload",
      "orchestrator",
      "node",
      "labels"),
  WORKLOAD_ENDPOINT_SPEC(
      Kind.WORKLOAD_ENDPOINT,
      "WorkloadEndpointSpec",
      "spec",
      "ipNetworks",
      "ipNATs",
      "ipv4Gateway",
      "ipv6Gateway",
      "profiles",
      "interfaceName",
      "mac",
      "qosControls"),
  QOS_CONTROLS(
      Kind.WORKLOAD_ENDPOINT,
      "QoSControls",
      "spec.qosControls",
      "ingressBandwidth",
      "ingressBurst",
      "egressBandwidth",
      "egressBurst"),
  IP_NAT(Kind.WORKLOAD_ENDPOINT, "IPNAT", "spec.ipNATs", "internalIP", "externalIP"),

  IP_POOL_METADATA(Kind.IP_POOL, "IPPoolMetadata", "metadata", "cidr"),
  IP_POOL_SPEC(
      Kind.IP_POOL,
      "IPPoolSpec",
      "spec",
      "ipip",
      "nat-outgoing",
      "disabled",
      "blockSize",
      "vxlanMode"),
  IPIP(Kind.IP_POOL, "IPIPConfiguration", "spec.ipip", "enabled", "mode"),

  POLICY_METADATA(Kind.POLICY, "PolicyMetadata", "metadata", "name"),
  POLICY_SPEC(
      Kind.POLICY,
      "PolicySpec",
      "spec",
      "order",
      "selector",
      "ingress",
      "egress",
      "doNotTrack",
      "types"),

  PROFILE_METADATA(Kind.PROFILE, "ProfileMetadata", "metadata", "name", "labels", "tags"),
  PROFILE_SPEC(Kind.PROFILE, "ProfileSpec", "spec", "ingress", "egress"),

  RULE(
      null,
      "Rule",
      "a rule",
      "action",
      "ipVersion",
      "protocol",
      "notProtocol",
      "icmp",
      "notICMP",
      "source",
      "destination"),
  ICMP(null, "ICMPFields", "icmp or notICMP of a rule", "type", "code"),
  ENTITY(
      null,
      "EntityRule",
      "source or destination of a rule",
      "net",
      "notNet",
      "selector",
      "notSelector",
      "tag",
      "notTag",
      "ports",
      "notPorts");

  private final @Nullable Kind kind;
  private final String goName;
  private final String place;

  @SuppressWarnings("ImmutableEnumChecker") // made by List.of
  private final List<String> fields;

  Section(@Nullable Kind kind, String goName, String place, String... fields) {
    this.kind = kind;
    this.goName = goName;
    this.place = place;
    this.fields = List.of(fields);
  }

  /// What Calico v1.1 called the part in its messages.
  String goName() {
    return goName;
  }

  /// Where the part stands in a document, in words.
  String place() {
    return place;
  }

  List<String> fields() {
    return fields;
  }

  /// The parts that stand in one kind of resource, this one being one of them.
  Stream<Section> siblings() {
    boolean inRule = this == RULE || this == ICMP || this == ENTITY;
    boolean hasRules = kind == Kind.POLICY || kind == Kind.PROFILE;
    return Arrays.stream(values())
        .filter(other -> other != RESOURCE && other != LIST)
        .filter(other ->
            inRule || other.kind == null
                ? other.kind == null && (inRule || hasRules)
                : other.kind == kind);
  }
}
