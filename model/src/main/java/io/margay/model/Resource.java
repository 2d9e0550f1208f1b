package io.margay.model;

/// One thing an operator wants to be so.
public sealed interface Resource
    permits Node, BgpPeer, HostEndpoint, WorkloadEndpoint, IpPool, Policy, Profile {

  /// Its kind.
  default Kind kind() {
    return switch (this) {
      case Node _ -> Kind.NODE;
      case BgpPeer _ -> Kind.BGP_PEER;
      case HostEndpoint _ -> Kind.HOST_ENDPOINT;
      case WorkloadEndpoint _ -> Kind.WORKLOAD_ENDPOINT;
      case IpPool _ -> Kind.IP_POOL;
      case Policy _ -> Kind.POLICY;
      case Profile _ -> Kind.PROFILE;
    };
  }

  /// Its complete identity.
  ///
  /// @throws MissingIdentifierException if the metadata lack a part of it
  ResourceKey key();
}
