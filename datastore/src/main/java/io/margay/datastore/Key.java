package io.margay.datastore;

import io.margay.datastore.ipam.AllocationBlock;
import io.margay.datastore.ipam.IpamSettings;
import io.margay.model.Resource;
import io.margay.model.ResourceKey;
import io.margay.net.IpPrefix;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// What is stored, and under which identity.
///
/// @param <V> the type of the value
@SuppressWarnings("unused") // V ties a key to its value in the signatures of Datastore
public sealed interface Key<V> {

  /// A resource. A profile or node, which Calico 2.1 keeps in several parts, is one value here.
  record ForResource(ResourceKey key) implements Key<Resource> {
    @Override
    public String toString() {
      return key.toString();
    }
  }

  /// Whether the cluster has been initialised.
  record Ready() implements Key<Boolean> {}

  /// A setting of the node agent, raw text.
  ///
  /// @param node null for the global value
  record FelixSetting(@Nullable String node, String name) implements Key<String> {
    @Override
    public String toString() {
      return node == null
          ? "GlobalConfig(name=" + name + ")"
          : "HostConfig(node=" + node + ",name=" + name + ")";
    }
  }

  /// A setting of the BGP speakers, raw text: `as_num`, `node_mesh`, `loglevel`.
  ///
  /// @param node null for the global value
  record BgpSetting(@Nullable String node, String name) implements Key<String> {
    @Override
    public String toString() {
      return node == null
          ? "GlobalBGPConfig(name=" + name + ")"
          : "HostBGPConfig(node=" + node + "; name=" + name + ")";
    }
  }

  /// A block of addresses that belongs to a node. The value carries nothing.
  ///
  /// @param block masked
  record BlockAffinity(String node, IpPrefix block) implements Key<Empty> {}

  /// Which addresses of a block are in use.
  ///
  /// @param block masked
  record IpamBlock(IpPrefix block) implements Key<AllocationBlock> {}

  /// How addresses are given out in the whole cluster. Without it the defaults hold.
  record ForIpamSettings() implements Key<IpamSettings> {}

  /// From which blocks the addresses of a handle are.
  record IpamHandle(String id) implements Key<AllocationBlock.Handle> {}

  /// How the agent of a node is doing; expires when it no longer reports.
  record NodeStatus(String node) implements Key<AgentStatus> {}

  /// Whether a workload endpoint works.
  record WorkloadEndpointStatus(ResourceKey.WorkloadEndpointKey endpoint)
      implements Key<EndpointStatus> {}

  /// Whether a host endpoint works.
  record HostEndpointStatus(ResourceKey.HostEndpointKey endpoint) implements Key<EndpointStatus> {}

  /// A value that carries nothing.
  enum Empty {
    EMPTY
  }

  /// What a node's agent says of itself.
  ///
  /// @param time when it said so
  /// @param firstUpdate whether this is the first report since its start
  record AgentStatus(Instant time, double uptimeSeconds, boolean firstUpdate) {}

  /// Whether packets can flow through an endpoint.
  enum EndpointStatus {
    UP,
    DOWN,
    ERROR
  }
}
