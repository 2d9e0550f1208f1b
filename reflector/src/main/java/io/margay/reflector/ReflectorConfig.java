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
/// @param listen where peers connect, at least one address
/// @param as the AS of the reflector and its clients
/// @param routerId the BGP identifier
/// @param clusterId the cluster's id (RFC 4456 §7)
/// @param clients ranges from which whoever connects is a client. All that a client tells is passed
///   on: that is the reflector's explicit policy (RFC 8212)
/// @param peers those known by their address
/// @param holdTime how long a peer may be silent
/// @param statusSocket a unix socket to ask for sessions and routes; null: none
/// @param metrics where metrics can be read over HTTP; null: nowhere
/// @param datastore a connection file: the nodes that peer with this reflector according to that
///   datastore are clients too; null: none
public record ReflectorConfig(
    List<InetSocketAddress> listen,
    AsNumber as,
    Ipv4Address routerId,
    Ipv4Address clusterId,
    List<ClientRange> clients,
    List<Peer> peers,
    Duration holdTime,
    @Nullable Path statusSocket,
    @Nullable InetSocketAddress metrics,
    @Nullable Path datastore) {
  public ReflectorConfig {
    listen = List.copyOf(listen);
    clients = List.copyOf(clients);
    peers = List.copyOf(peers);
    if (listen.isEmpty()) {
      throw new IllegalArgumentException("no address to listen on; clients could not connect");
    }
    if (clients.isEmpty() && peers.isEmpty() && datastore == null) {
      throw new IllegalArgumentException(
          "no clients, no peers and no datastore; nobody would be accepted");
    }
  }

  /// A range of clients.
  ///
  /// @param password signs their segments (RFC 2385); null: not
  /// @param maxPrefixes how many prefixes of a family each may tell; 0: any number
  public record ClientRange(IpPrefix range, @Nullable String password, int maxPrefixes) {

    /// Clients that need no password and may tell what they like.
    public ClientRange(IpPrefix range) {
      this(range, null, 0);
    }
  }

  /// A peer that is known by its address: a client, another reflector, or a router of another AS.
  ///
  /// @param client whether it is reflected for; only in our AS
  /// @param port where it listens
  /// @param passive never to connect to it
  /// @param ttlSecurity how many hops away it may be (RFC 5082); 0: any number
  /// @param gracefulNotification whether its routes are kept over a NOTIFICATION (RFC 8538)
  public record Peer(
      IpAddress address,
      AsNumber as,
      boolean client,
      int port,
      boolean passive,
      @Nullable String password,
      int ttlSecurity,
      int maxPrefixes,
      boolean gracefulNotification) {}

  PeerRange peerRange(ClientRange clientRange) {
    return new PeerRange(
        clientRange.range(),
        address ->
            common(address, as, as)
                .passive(true)
                .password(clientRange.password())
                .maxPrefixes(clientRange.maxPrefixes())
                .build(),
        PeerPolicy.CLIENT);
  }

  PeerConfig peerConfig(Peer peer) {
    PeerConfig.Builder builder =
        common(peer.address(), peer.as(), as)
            .remotePort(peer.port())
            .passive(peer.passive())
            .password(peer.password())
            .maxPrefixes(peer.maxPrefixes())
            .gracefulNotification(peer.gracefulNotification());
    return (peer.ttlSecurity() == 0 ? builder : builder.ttlSecurity(peer.ttlSecurity())).build();
  }

  /// A node that peers with us according to the datastore. It is the node that connects.
  PeerConfig node(IpAddress address, AsNumber nodeAs) {
    return common(address, nodeAs, nodeAs).passive(true).build();
  }

  private PeerConfig.Builder common(IpAddress address, AsNumber remoteAs, AsNumber localAs) {
    return PeerConfig.builder(address, remoteAs, localAs)
        .families(EnumSet.allOf(IpFamily.class))
        .holdTime(holdTime)
        .nextHopSelf(false)
        .addPathSend(true);
  }
}
