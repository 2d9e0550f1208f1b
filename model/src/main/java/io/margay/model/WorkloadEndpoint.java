package io.margay.model;

import io.margay.net.IpAddress;
import io.margay.net.IpPrefix;
import io.margay.net.MacAddress;
import java.util.List;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/// An interface that connects a container or virtual machine to its host.
///
/// @param state `active` unless an orchestrator stored something else, which takes the endpoint out
///   of service; documents do not show it
/// @param activeInstance which of several containers that were the same workload one after the
///   other it is, by the container's id; null where an orchestrator does not tell them apart.
///   Documents do not show it
public record WorkloadEndpoint(
    Metadata metadata, Spec spec, String state, @Nullable String activeInstance)
    implements Resource {

  /// The state of an endpoint in service.
  public static final String ACTIVE = "active";

  public WorkloadEndpoint(Metadata metadata, Spec spec) {
    this(metadata, spec, ACTIVE);
  }

  public WorkloadEndpoint(Metadata metadata, Spec spec, String state) {
    this(metadata, spec, state, null);
  }

  /// The same endpoint with other properties.
  public WorkloadEndpoint with(Spec changed) {
    return new WorkloadEndpoint(metadata, changed, state, activeInstance);
  }

  public record Metadata(
      @Nullable String name,
      @Nullable String workload,
      @Nullable String orchestrator,
      @Nullable String node,
      SortedMap<String, String> labels) {
    public Metadata {
      labels = Labels.copyOf(labels);
    }
  }

  /// @param ipNetworks single addresses as `/32` or `/128`, IPv4 before IPv6
  /// @param profiles names, in the order in which they are asked
  /// @param interfaceName the host's end
  /// @param mac the workload's end
  /// @param qosControls null for no limits
  public record Spec(
      List<IpPrefix> ipNetworks,
      List<IpNat> ipNats,
      @Nullable IpAddress ipv4Gateway,
      @Nullable IpAddress ipv6Gateway,
      List<String> profiles,
      @Nullable String interfaceName,
      @Nullable MacAddress mac,
      @Nullable QosControls qosControls) {
    public Spec {
      ipNetworks = List.copyOf(ipNetworks);
      ipNats = List.copyOf(ipNats);
      profiles = List.copyOf(profiles);
    }

    /// An endpoint as Calico 2.1 knows it.
    public Spec(
        List<IpPrefix> ipNetworks,
        List<IpNat> ipNats,
        @Nullable IpAddress ipv4Gateway,
        @Nullable IpAddress ipv6Gateway,
        List<String> profiles,
        @Nullable String interfaceName,
        @Nullable MacAddress mac) {
      this(ipNetworks, ipNats, ipv4Gateway, ipv6Gateway, profiles, interfaceName, mac, null);
    }

    public Spec withProfiles(List<String> others) {
      return new Spec(
          ipNetworks, ipNats, ipv4Gateway, ipv6Gateway, others, interfaceName, mac, qosControls);
    }

    /// With another link.
    public Spec withLink(String hostEnd, MacAddress workloadEnd) {
      return new Spec(
          ipNetworks,
          ipNats,
          ipv4Gateway,
          ipv6Gateway,
          profiles,
          hostEnd,
          workloadEnd,
          qosControls);
    }

    public Spec withQosControls(@Nullable QosControls limits) {
      return new Spec(
          ipNetworks, ipNats, ipv4Gateway, ipv6Gateway, profiles, interfaceName, mac, limits);
    }
  }

  /// A floating address: what is sent to `external` reaches `internal`.
  public record IpNat(IpAddress internal, IpAddress external) {
    @Override
    public String toString() {
      return internal + "<>" + external;
    }
  }

  @Override
  public ResourceKey.WorkloadEndpointKey key() {
    String node = MissingIdentifierException.require(metadata.node, "node");
    String orchestrator = MissingIdentifierException.require(metadata.orchestrator, "orchestrator");
    String workload = MissingIdentifierException.require(metadata.workload, "workload");
    String name = MissingIdentifierException.require(metadata.name, "name");
    return new ResourceKey.WorkloadEndpointKey(node, orchestrator, workload, name);
  }
}
