package io.margay.datastore;

import io.margay.datastore.ipam.AllocationBlock;
import io.margay.model.Kind;
import io.margay.model.Resource;
import io.margay.net.IpFamily;
import org.jspecify.annotations.Nullable;

/// A set of keys that can be listed.
///
/// @param <V> the type of their values
@SuppressWarnings("unused") // V ties a range to its values in the signatures of Datastore
public sealed interface KeyRange<V> {

  /// All resources of a kind, ordered by datastore key.
  record Resources(Kind kind) implements KeyRange<Resource> {}

  /// The workload endpoints of a node that an orchestrator made.
  ///
  /// @param workload null for those of all workloads
  record WorkloadEndpoints(String node, String orchestrator, @Nullable String workload)
      implements KeyRange<Resource> {}

  /// @param node null for the global ones
  record FelixSettings(@Nullable String node) implements KeyRange<String> {}

  /// @param node null for the global ones
  record BgpSettings(@Nullable String node) implements KeyRange<String> {}

  /// @param node null for those of every node
  record BlockAffinities(@Nullable String node) implements KeyRange<Key.Empty> {}

  record IpamBlocks(IpFamily family) implements KeyRange<AllocationBlock> {}

  record IpamHandles() implements KeyRange<AllocationBlock.Handle> {}

  /// Statuses of the workload endpoints of a node.
  record WorkloadEndpointStatuses(String node) implements KeyRange<Key.EndpointStatus> {}

  /// Statuses of the host endpoints of a node.
  record HostEndpointStatuses(String node) implements KeyRange<Key.EndpointStatus> {}
}
