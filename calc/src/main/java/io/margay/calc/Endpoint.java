package io.margay.calc;

import io.margay.model.HostEndpoint;
import io.margay.model.ResourceKey;
import io.margay.model.ResourceKey.HostEndpointKey;
import io.margay.model.ResourceKey.WorkloadEndpointKey;
import io.margay.model.WorkloadEndpoint;
import io.margay.net.IpAddress;
import io.margay.net.IpPrefix;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// A workload or host endpoint, as far as both are alike to policy.
sealed interface Endpoint {

  ResourceKey key();

  /// The node that it is on.
  String node();

  /// Its own labels.
  Map<String, String> labels();

  /// The profiles it names, in order.
  List<String> profiles();

  /// The addresses it counts with in IP sets.
  Set<IpAddress> addresses();

  record Workload(WorkloadEndpointKey key, WorkloadEndpoint resource) implements Endpoint {
    @Override
    public String node() {
      return key.node();
    }

    @Override
    public Map<String, String> labels() {
      return resource.metadata().labels();
    }

    @Override
    public List<String> profiles() {
      return resource.spec().profiles();
    }

    @Override
    public Set<IpAddress> addresses() {
      Set<IpAddress> addresses = new LinkedHashSet<>();
      for (IpPrefix network : resource.spec().ipNetworks()) {
        addresses.add(network.address());
      }
      return addresses;
    }
  }

  record Host(HostEndpointKey key, HostEndpoint resource) implements Endpoint {
    @Override
    public String node() {
      return key.node();
    }

    @Override
    public Map<String, String> labels() {
      return resource.metadata().labels();
    }

    @Override
    public List<String> profiles() {
      return resource.spec().profiles();
    }

    @Override
    public Set<IpAddress> addresses() {
      return new LinkedHashSet<>(resource.spec().expectedIps());
    }
  }
}
