package io.margay.bgp.session;

import io.margay.loop.Protection;
import io.margay.net.AsNumber;
import io.margay.net.IpAddress;
import io.margay.net.IpFamily;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What an operator settles about one peer. The peer's address is its name: there is one session
/// for each address.
///
/// @param remoteAddress where the peer is; connections are accepted from this address only
/// @param remotePort where the peer listens
/// @param remoteAs the AS that the peer must claim
/// @param localAs the AS that we claim; the session is internal (iBGP) if both are equal
/// @param localAddress the source of our connections, and the next hop of what we announce in its
///   family; null lets the kernel choose
/// @param families the families to exchange, at least one
/// @param nextHops our own address for "next hop self" in families other than that of the session's
///   addresses; without one such a family's routes are not announced
/// @param holdTime how long the peer may be silent: 0 (for ever) or 3 s to 65535 s
/// @param connectRetryTime pause between attempts to connect, before jitter
/// @param restartTime how long the peer shall keep our routes while we restart, at most 4095 s;
///   zero means no graceful restart (RFC 4724): neither asked for nor given
/// @param passive never to connect, only to accept
/// @param nextHopSelf whether routes learned from external peers go to internal ones with our
///   address as next hop; towards external peers it is always ours
/// @param enforceFirstAs whether an external peer's AS must be first in its paths; not so for a
///   route server
/// @param protection of the connections; the peer has to be set alike
/// @param gracefulNotification whether to offer that routes are kept over a NOTIFICATION and an
///   expired hold timer too (RFC 8538). A host that died then keeps its routes for the hold time
///   and the restart time, so this is for peers that forward even without their BGP process
/// @param maxPrefixes how many prefixes of a family the peer may tell before the session ends (RFC
///   4271 §6.7); 0: any number
/// @param advertisementInterval the least time between two rounds of UPDATEs, before jitter
///   (MinRouteAdvertisementInterval of RFC 4271 §9.2.1.1); zero: changes go out at once
/// @param addPathReceive whether to take several paths to a prefix from the peer (RFC 7911)
/// @param addPathSend whether to tell the peer several paths to a prefix
public record PeerConfig(
    IpAddress remoteAddress,
    int remotePort,
    AsNumber remoteAs,
    AsNumber localAs,
    @Nullable IpAddress localAddress,
    Set<IpFamily> families,
    Map<IpFamily, IpAddress> nextHops,
    Duration holdTime,
    Duration connectRetryTime,
    Duration restartTime,
    boolean passive,
    boolean nextHopSelf,
    boolean enforceFirstAs,
    Protection protection,
    boolean gracefulNotification,
    int maxPrefixes,
    Duration advertisementInterval,
    boolean addPathReceive,
    boolean addPathSend) {

  /// <https://www.iana.org/assignments/service-names-port-numbers>, "bgp".
  public static final int BGP_PORT = 179;

  public static final Duration DEFAULT_HOLD_TIME = Duration.ofSeconds(90);
  public static final Duration DEFAULT_RESTART_TIME = Duration.ofMinutes(2);

  private static final long MAX_HOLD_SECONDS = 0xffff;
  private static final long MIN_HOLD_SECONDS = 3;
  private static final long MAX_RESTART_SECONDS = 0xfff;
  private static final int MAX_TTL = 255;

  public PeerConfig {
    families = Set.copyOf(families);
    nextHops = Map.copyOf(nextHops);
    long hold = holdTime.toSeconds();
    check(
        hold == 0 || (hold >= MIN_HOLD_SECONDS && hold <= MAX_HOLD_SECONDS),
        remoteAddress,
        "hold time " + hold + " s, expected 0 or 3-65535 s (RFC 4271 §4.2)");
    check(
        !restartTime.isNegative() && restartTime.toSeconds() <= MAX_RESTART_SECONDS,
        remoteAddress,
        "restart time " + restartTime.toSeconds() + " s, expected 0-4095 s (RFC 4724 §3)");
    check(!families.isEmpty(), remoteAddress, "no address family, expected IPv4, IPv6 or both");
    check(
        remoteAs.value() != 0 && localAs.value() != 0,
        remoteAddress,
        "AS 0, expected 1-4294967295 (RFC 7607)");
    check(
        connectRetryTime.isPositive(),
        remoteAddress,
        "connect retry time " + connectRetryTime + ", expected more than zero");
    check(
        localAddress == null || localAddress.family() == remoteAddress.family(),
        remoteAddress,
        "local address " + localAddress + ", expected one of the peer's family");
    check(
        maxPrefixes >= 0,
        remoteAddress,
        "a limit of " + maxPrefixes + " prefixes, expected more, or 0 for none");
    check(
        !advertisementInterval.isNegative(),
        remoteAddress,
        "advertisement interval " + advertisementInterval + ", expected zero or more");
  }

  private static void check(boolean holds, IpAddress peer, String message) {
    if (!holds) {
      throw new IllegalArgumentException("peer " + peer + " has " + message);
    }
  }

  /// Whether the peer is in another AS.
  public boolean external() {
    return !remoteAs.equals(localAs);
  }

  public InetSocketAddress remoteSocketAddress() {
    return new InetSocketAddress(remoteAddress.toInetAddress(), remotePort);
  }

  /// Whether we take part in graceful restart with this peer.
  public boolean gracefulRestart() {
    return !restartTime.isZero();
  }

  /// A peer with the defaults of everything else.
  public static Builder builder(IpAddress remoteAddress, AsNumber remoteAs, AsNumber localAs) {
    return new Builder(remoteAddress, remoteAs, localAs);
  }

  /// A peer under construction. It starts with port 179, the family of its address, hold time 90 s,
  /// connect retry 5 s, restart time 120 s, next hop self, first AS enforced, and nothing of what
  /// comes after these.
  public static final class Builder {
    private final IpAddress remoteAddress;
    private final AsNumber remoteAs;
    private final AsNumber localAs;
    private int remotePort = BGP_PORT;
    private @Nullable IpAddress localAddress;
    private Set<IpFamily> families;
    private final Map<IpFamily, IpAddress> nextHops = new EnumMap<>(IpFamily.class);
    private Duration holdTime = DEFAULT_HOLD_TIME;
    private Duration connectRetryTime = Duration.ofSeconds(5);
    private Duration restartTime = DEFAULT_RESTART_TIME;
    private boolean passive;
    private boolean nextHopSelf = true;
    private boolean enforceFirstAs = true;
    private Protection protection = Protection.NONE;
    private boolean gracefulNotification;
    private int maxPrefixes;
    private Duration advertisementInterval = Duration.ZERO;
    private boolean addPathReceive;
    private boolean addPathSend;

    private Builder(IpAddress remoteAddress, AsNumber remoteAs, AsNumber localAs) {
      this.remoteAddress = remoteAddress;
      this.remoteAs = remoteAs;
      this.localAs = localAs;
      this.families = EnumSet.of(remoteAddress.family());
    }

    public Builder remotePort(int value) {
      remotePort = value;
      return this;
    }

    public Builder localAddress(@Nullable IpAddress value) {
      localAddress = value;
      return this;
    }

    public Builder families(Set<IpFamily> value) {
      families = value;
      return this;
    }

    /// Our own address for next hops in its family.
    public Builder nextHop(IpAddress value) {
      nextHops.put(value.family(), value);
      return this;
    }

    public Builder holdTime(Duration value) {
      holdTime = value;
      return this;
    }

    public Builder connectRetryTime(Duration value) {
      connectRetryTime = value;
      return this;
    }

    public Builder restartTime(Duration value) {
      restartTime = value;
      return this;
    }

    public Builder passive(boolean value) {
      passive = value;
      return this;
    }

    public Builder nextHopSelf(boolean value) {
      nextHopSelf = value;
      return this;
    }

    public Builder enforceFirstAs(boolean value) {
      enforceFirstAs = value;
      return this;
    }

    /// Signs segments with this password (RFC 2385); null: not.
    public Builder password(@Nullable String value) {
      protection =
          new Protection(
              value == null ? null : new Protection.Password(value), protection.minTtl());
      return this;
    }

    /// Drops what comes from further away than this many hops (RFC 5082), 1 to 255. The peer has to
    /// do the same, or at least send with a time to live of 255.
    public Builder ttlSecurity(int hops) {
      protection = new Protection(protection.password(), MAX_TTL + 1 - hops);
      return this;
    }

    public Builder gracefulNotification(boolean value) {
      gracefulNotification = value;
      return this;
    }

    public Builder maxPrefixes(int value) {
      maxPrefixes = value;
      return this;
    }

    public Builder advertisementInterval(Duration value) {
      advertisementInterval = value;
      return this;
    }

    public Builder addPathReceive(boolean value) {
      addPathReceive = value;
      return this;
    }

    public Builder addPathSend(boolean value) {
      addPathSend = value;
      return this;
    }

    public PeerConfig build() {
      return new PeerConfig(
          remoteAddress,
          remotePort,
          remoteAs,
          localAs,
          localAddress,
          families,
          nextHops,
          holdTime,
          connectRetryTime,
          restartTime,
          passive,
          nextHopSelf,
          enforceFirstAs,
          protection,
          gracefulNotification,
          maxPrefixes,
          advertisementInterval,
          addPathReceive,
          addPathSend);
    }
  }
}
