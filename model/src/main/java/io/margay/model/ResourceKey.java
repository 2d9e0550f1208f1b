package io.margay.model;

import io.margay.net.IpAddress;
import io.margay.net.IpPrefix;
import org.jspecify.annotations.Nullable;

/// The identity of a resource. Its text is what messages call the resource.
public sealed interface ResourceKey {

  Kind kind();

  record NodeKey(String name) implements ResourceKey {
    @Override
    public Kind kind() {
      return Kind.NODE;
    }

    @Override
    public String toString() {
      return "Node(name=" + name + ")";
    }
  }

  /// @param node the only node that peers; null if every node does
  record BgpPeerKey(@Nullable String node, IpAddress peerIp) implements ResourceKey {
    @Override
    public Kind kind() {
      return Kind.BGP_PEER;
    }

    @Override
    public String toString() {
      return "BGPPeer(" + (node == null ? "global" : "node=" + node) + ", ip=" + peerIp + ")";
    }
  }

  record HostEndpointKey(String node, String name) implements ResourceKey {
    @Override
    public Kind kind() {
      return Kind.HOST_ENDPOINT;
    }

    @Override
    public String toString() {
      return "HostEndpoint(node=" + node + ", name=" + name + ")";
    }
  }

  record WorkloadEndpointKey(String node, String orchestrator, String workload, String name)
      implements ResourceKey {
    @Override
    public Kind kind() {
      return Kind.WORKLOAD_ENDPOINT;
    }

    @Override
    public String toString() {
      return "WorkloadEndpoint(node=%s, orchestrator=%s, workload=%s, name=%s)"
          .formatted(node, orchestrator, workload, name);
    }
  }

  /// @param cidr masked
  record IpPoolKey(IpPrefix cidr) implements ResourceKey {
    public IpPoolKey {
      cidr = cidr.masked();
    }

    @Override
    public Kind kind() {
      return Kind.IP_POOL;
    }

    @Override
    public String toString() {
      return "IPPool(cidr=" + cidr + ")";
    }
  }

  record PolicyKey(String name) implements ResourceKey {
    @Override
    public Kind kind() {
      return Kind.POLICY;
    }

    @Override
    public String toString() {
      return "Policy(name=" + name + ")";
    }
  }

  record ProfileKey(String name) implements ResourceKey {
    @Override
    public Kind kind() {
      return Kind.PROFILE;
    }

    @Override
    public String toString() {
      return "Profile(name=" + name + ")";
    }
  }
}
