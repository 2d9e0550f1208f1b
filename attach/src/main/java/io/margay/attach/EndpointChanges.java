package io.margay.attach;

import io.margay.model.QosControls;
import io.margay.model.ResourceKey.WorkloadEndpointKey;
import io.margay.model.WorkloadEndpoint;
import io.margay.net.IpAddress;
import io.margay.net.IpPrefix;
import io.margay.net.MacAddress;
import java.util.List;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/// What becomes of endpoints as values.
final class EndpointChanges {

  private EndpointChanges() {}

  /// @param instance which container it is; null where that cannot change
  static WorkloadEndpoint fresh(
      WorkloadEndpointKey key,
      List<IpAddress> addresses,
      List<String> profiles,
      String hostName,
      MacAddress mac,
      SortedMap<String, String> labels,
      @Nullable String instance) {
    List<IpPrefix> networks = addresses.stream().sorted().map(IpAddress::toPrefix).toList();
    return new WorkloadEndpoint(
        new WorkloadEndpoint.Metadata(
            key.name(), key.workload(), key.orchestrator(), key.node(), labels),
        new WorkloadEndpoint.Spec(networks, List.of(), null, null, profiles, hostName, mac),
        WorkloadEndpoint.ACTIVE,
        instance);
  }

  static WorkloadEndpoint withProfiles(WorkloadEndpoint old, List<String> profiles) {
    return old.with(old.spec().withProfiles(profiles));
  }

  /// With a new veth.
  static WorkloadEndpoint connected(
      WorkloadEndpoint old, String hostName, MacAddress mac, @Nullable String instance) {
    return new WorkloadEndpoint(
        old.metadata(), old.spec().withLink(hostName, mac), old.state(), instance);
  }

  /// With limits on its bandwidth.
  ///
  /// @param limits null to leave it as it is
  static WorkloadEndpoint limited(WorkloadEndpoint old, @Nullable QosControls limits) {
    return limits == null ? old : old.with(old.spec().withQosControls(limits));
  }

  static List<IpAddress> addresses(WorkloadEndpoint endpoint) {
    return endpoint.spec().ipNetworks().stream().map(IpPrefix::address).toList();
  }
}
