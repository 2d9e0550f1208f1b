package io.margay.cluster;

import io.margay.datastore.Datastore;
import io.margay.datastore.DatastoreException;
import io.margay.datastore.Entry;
import io.margay.datastore.Key;
import io.margay.datastore.KeyRange;
import io.margay.ipam.Ipam;
import io.margay.ipam.check.AddressUse;
import io.margay.model.Kind;
import io.margay.model.ResourceKey;
import io.margay.model.WorkloadEndpoint;
import io.margay.net.IpAddress;
import java.util.ArrayList;
import java.util.List;

/// Removes a node with what belongs to it: its endpoints, its Felix settings and its statuses, then
/// its addresses (of endpoints, of tunnels, and those noted down as its own) and its blocks. What
/// is left of that when this dies in between, `calicoctl ipam check` finds. BGP peers of the node
/// stay, as in Calico v1.1, and so does its BGP log level.
public final class NodeRemoval {

  private final Datastore datastore;

  public NodeRemoval(Datastore datastore) {
    this.datastore = datastore;
  }

  /// Removes what is the node's alone in one write, then gives back its addresses.
  ///
  /// @throws DatastoreException.DoesNotExist if there is no such node
  public void remove(ResourceKey.NodeKey node) {
    var key = new Key.ForResource(node);
    if (datastore.get(key).isEmpty()) {
      throw new DatastoreException.DoesNotExist(node.toString());
    }
    List<Key<?>> doomed = new ArrayList<>();
    List<IpAddress> addresses = new ArrayList<>();
    doomed.add(key);
    addEndpoints(doomed, addresses, node.name());
    addAll(doomed, new KeyRange.FelixSettings(node.name()));
    addAll(doomed, new KeyRange.WorkloadEndpointStatuses(node.name()));
    addAll(doomed, new KeyRange.HostEndpointStatuses(node.name()));
    doomed.add(new Key.NodeStatus(node.name()));
    datastore.deleteAll(doomed);
    var ipam = new Ipam(datastore);
    var use = AddressUse.of(datastore.snapshot().entries());
    ipam.releaseAddresses(
        addresses.stream().filter(each -> !use.isUsedElsewhere(each, node.name())).toList());
    ipam.releaseHost(node.name(), address -> use.isUsedElsewhere(address, node.name()));
  }

  private void addEndpoints(List<Key<?>> doomed, List<IpAddress> addresses, String node) {
    for (var kind : List.of(Kind.WORKLOAD_ENDPOINT, Kind.HOST_ENDPOINT)) {
      for (var entry : datastore.list(new KeyRange.Resources(kind))) {
        switch (entry.value().key()) {
          case ResourceKey.WorkloadEndpointKey endpoint when endpoint.node().equals(node) -> {
            doomed.add(entry.key());
            if (entry.value() instanceof WorkloadEndpoint(_, var spec, _, _)) {
              spec.ipNetworks().forEach(network -> addresses.add(network.address()));
            }
          }
          case ResourceKey.HostEndpointKey endpoint when endpoint.node().equals(node) -> {
            doomed.add(entry.key());
            doomed.add(new Key.HostEndpointStatus(endpoint));
          }
          case ResourceKey _ -> {} // of another node
        }
      }
    }
  }

  private <V> void addAll(List<Key<?>> doomed, KeyRange<V> range) {
    datastore.list(range).stream().map(Entry::key).forEach(doomed::add);
  }
}
