package io.margay.bgp;

import io.margay.net.Ipv4Address;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;

/// What holds for a speaker and all its peers.
///
/// @param routerId the BGP identifier, unique in the AS and not 0.0.0.0 (RFC 6286)
/// @param clusterId of the cluster that we reflect for (RFC 4456 §7). Reflectors may share one only
///   if each client has a session with every one of them
/// @param listen where to accept connections at first ([BgpSpeaker#listenOn]); may be empty if
///   every peer is connected to
/// @param restarting whether this start follows an earlier run whose routes the kernel still has
///   (RFC 4724 §4.1): peers are told so, and learned routes are passed on only after the initial
///   feed
/// @param selectionDeferral how long to wait for the initial feed at most
/// @param returnTime zero for a speaker that forwards packets. One that does not, as a reflector,
///   loses nothing by its end as long as its peers keep what it told; so it always says that it
///   still forwards, and for this long after its start, in which it is as good as restarting, says
///   no End-of-RIB, which would have peers give up what those who are not back yet are to tell
///   again
/// @param seed of the random numbers that timers are jittered with
public record SpeakerConfig(
    Ipv4Address routerId,
    Ipv4Address clusterId,
    List<InetSocketAddress> listen,
    boolean restarting,
    Duration selectionDeferral,
    Duration returnTime,
    long seed) {

  /// BIRD's default as well (`graceful restart wait`).
  public static final Duration DEFAULT_SELECTION_DEFERRAL = Duration.ofMinutes(4);

  public SpeakerConfig {
    listen = List.copyOf(listen);
    if (routerId.equals(Ipv4Address.ANY)) {
      throw new IllegalArgumentException(
          "router id 0.0.0.0, expected any other address (RFC 6286 §2.1)");
    }
  }

  /// A speaker that forwards packets.
  public SpeakerConfig(
      Ipv4Address routerId,
      Ipv4Address clusterId,
      List<InetSocketAddress> listen,
      boolean restarting,
      Duration selectionDeferral,
      long seed) {
    this(routerId, clusterId, listen, restarting, selectionDeferral, Duration.ZERO, seed);
  }

  /// A speaker that forwards packets, whose cluster has its router id.
  public SpeakerConfig(
      Ipv4Address routerId,
      List<InetSocketAddress> listen,
      boolean restarting,
      Duration selectionDeferral,
      long seed) {
    this(routerId, routerId, listen, restarting, selectionDeferral, seed);
  }
}
