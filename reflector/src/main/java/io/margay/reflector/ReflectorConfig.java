package io.margay.reflector;

import io.margay.bgp.PeerPolicy;
import io.margay.bgp.PeerRange;
import io.margay.bgp.session.PeerConfig;
import io.margay.net.AsNumber;
import io.margay.net.IpAddress;
import io.margay.net.IpFamily;
import io.margay.net.IpPrefix;
import io.margay.net.Ipv4Address;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What an operator settles about a reflector.
///
/// @param listen where clients connect, at least one address
/// @param as the AS of the reflector and its clients
/// @param routerId the BGP identifier
/// @param clusterId the cluster's id (RFC 4456 §7)
/// @param clients ranges from which whoever connects is a client, at least one. All that a client
///   tells is passed on: that is the reflector's explicit policy (RFC 8212)
/// @param holdTime how long a client may be silent
/// @param statusSocket a unix socket that answers with the state of all sessions; null: none
public record ReflectorConfig(
    List<InetSocketAddress> listen,
    AsNumber as,
    Ipv4Address routerId,
    Ipv4Address clusterId,
    List<IpPrefix> clients,
    Duration holdTime,
    @Nullable Path statusSocket) {
  public ReflectorConfig {
    listen = List.copyOf(listen);
    clients = List.copyOf(clients);
    if (listen.isEmpty()) {
      throw new IllegalArgumentException("no address to listen on; clients could not connect");
    }
    if (clients.isEmpty()) {
      throw new IllegalArgumentException("no range of clients; nobody would be accepted");
    }
  }

  /// Peers from one of the ranges.
  PeerRange peerRange(IpPrefix range) {
    return new PeerRange(range, this::client, PeerPolicy.CLIENT);
  }

  private PeerConfig client(IpAddress address) {
    return PeerConfig.builder(address, as, as)
        .families(EnumSet.allOf(IpFamily.class))
        .holdTime(holdTime)
        .passive(true)
        .nextHopSelf(false)
        .build();
  }
}
