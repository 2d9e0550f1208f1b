package io.margay.bgp;

import io.margay.bgp.message.NextHop;
import io.margay.bgp.rib.BestRoute;
import io.margay.bgp.rib.InteriorCost;
import io.margay.bgp.session.PeerConfig;
import io.margay.bgp.session.SessionState;
import io.margay.loop.Transport;
import io.margay.loop.manual.ManualEventLoop;
import io.margay.loop.manual.ManualNetwork;
import io.margay.net.AsNumber;
import io.margay.net.IpAddress;
import io.margay.net.IpFamily;
import io.margay.net.IpPrefix;
import io.margay.net.Ipv4Address;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// Hosts with a speaker each, on a network in memory.
final class Speakers {

  static final AsNumber AS = new AsNumber(64512);

  final ManualEventLoop loop = new ManualEventLoop();
  final ManualNetwork network;
  private final long seed;

  /// How often a host's choice may change before the test fails: routes that go round never rest.
  int mostChanges = Integer.MAX_VALUE;

  Speakers(long seed) {
    this.seed = seed;
    this.network = new ManualNetwork(loop, Duration.ofMillis(1), seed);
  }

  /// The host with the address 10.0.0.`number`.
  Host host(int number, AsNumber as) {
    return new Host(IpAddress.parse("10.0.0." + number), as, false);
  }

  /// A host that looks how far next hops are.
  Host host(int number, InteriorCost costs) {
    IpAddress address = IpAddress.parse("10.0.0." + number);
    return new Host(address, AS, false, (Ipv4Address) address, costs);
  }

  /// A host that reflects for a cluster.
  Host reflector(int number, String clusterId) {
    return new Host(IpAddress.parse("10.0.0." + number), AS, false, Ipv4Address.parse(clusterId));
  }

  Host host(int number) {
    return host(number, AS);
  }

  IpAddress address(int number) {
    return IpAddress.parse("10.0.0." + number);
  }

  /// A host of a [Simulation].
  Host simulated(int number, long as, int cluster, boolean restarting) {
    return new Host(address(number), new AsNumber(as), restarting, (Ipv4Address) address(cluster));
  }

  /// The same with a new process each time, which gives its clients 30 s to come back.
  Host lastingReflector(int number) {
    Ipv4Address address = (Ipv4Address) address(number);
    return new Host(address, AS, false, address, InteriorCost.EQUAL, Duration.ofSeconds(30));
  }

  /// Lets a second pass at a time until everything said so far is known everywhere.
  void settle() {
    loop.advance(Duration.ofSeconds(1));
  }

  /// A speaker, and what its owner knows: prefix to next hops, as a kernel would have it.
  final class Host implements RouteListener {
    final IpAddress address;
    final AsNumber as;
    final boolean restarting;
    final BgpSpeaker speaker;
    final Map<IpPrefix, List<NextHop>> kernel = new TreeMap<>();
    final Map<IpPrefix, BestRoute> best = new TreeMap<>();
    final List<String> events = new ArrayList<>();
    int initialFeeds;

    private Host(IpAddress address, AsNumber as, boolean restarting) {
      this(address, as, restarting, (Ipv4Address) address);
    }

    private Host(IpAddress address, AsNumber as, boolean restarting, Ipv4Address clusterId) {
      this(address, as, restarting, clusterId, InteriorCost.EQUAL);
    }

    private Host(
        IpAddress address,
        AsNumber as,
        boolean restarting,
        Ipv4Address clusterId,
        InteriorCost costs) {
      this(address, as, restarting, clusterId, costs, Duration.ZERO);
    }

    private Host(
        IpAddress address,
        AsNumber as,
        boolean restarting,
        Ipv4Address clusterId,
        InteriorCost costs,
        Duration returnTime) {
      this.address = address;
      this.as = as;
      this.restarting = restarting;
      Transport transport = network.transport(address);
      SpeakerConfig config =
          new SpeakerConfig(
              (Ipv4Address) address,
              clusterId,
              List.of(new InetSocketAddress(address.toInetAddress(), PeerConfig.BGP_PORT)),
              restarting,
              SpeakerConfig.DEFAULT_SELECTION_DEFERRAL,
              returnTime,
              seed + address.hashCode());
      this.speaker = new BgpSpeaker(config, loop, transport, this, costs);
    }

    /// Where "fd00::" and the last octet stand for the host.
    IpAddress address6() {
      return IpAddress.parse("fd00::" + address.toString().substring("10.0.0.".length()));
    }

    Host peersWith(Host other) {
      return peersWith(other, builder -> builder);
    }

    Host peersWith(Host other, UnaryOperator<PeerConfig.Builder> settings) {
      speaker.addPeer(peerConfig(other, settings), PeerPolicy.ACCEPT_ALL);
      return this;
    }

    /// Has `other` as a client.
    Host reflectsFor(Host other) {
      speaker.addPeer(peerConfig(other, peer -> peer), PeerPolicy.CLIENT);
      return this;
    }

    /// Has whoever connects from a range as a client.
    Host acceptsClientsFrom(String range) {
      return acceptsClients(range(range, Duration.ofSeconds(90)));
    }

    Host acceptsClients(PeerRange... ranges) {
      speaker.acceptPeers(List.of(ranges));
      return this;
    }

    PeerRange range(String range, Duration holdTime) {
      return new PeerRange(
          IpPrefix.parse(range),
          client ->
              PeerConfig.builder(client, as, as)
                  .families(EnumSet.allOf(IpFamily.class))
                  .holdTime(holdTime)
                  .passive(true)
                  .build(),
          PeerPolicy.CLIENT);
    }

    PeerConfig peerConfig(Host other, UnaryOperator<PeerConfig.Builder> settings) {
      return settings
          .apply(
              PeerConfig.builder(other.address, other.as, as)
                  .localAddress(address)
                  .families(EnumSet.allOf(IpFamily.class))
                  .nextHop(address6()))
          .build();
    }

    Host announces(String... prefixes) {
      for (String prefix : prefixes) {
        speaker.announce(IpPrefix.parse(prefix));
      }
      return this;
    }

    Host starts() {
      speaker.start();
      return this;
    }

    /// The process dies; its kernel says so.
    void dies() {
      network.kill(address);
    }

    /// A new process on the same host, that finds the kernel's routes of the old one.
    Host restarted() {
      Host again = new Host(address, as, true);
      again.kernel.putAll(kernel);
      return again;
    }

    @Override
    public void bestPathChanged(IpPrefix prefix, @Nullable BestRoute chosen) {
      events.add(chosen == null ? "lost " + prefix : prefix + " via " + chosen.nextHops());
      if (events.size() > mostChanges) {
        throw new AssertionError(address + " never comes to rest, the last change: " + chosen);
      }
      if (chosen == null) {
        best.remove(prefix);
        kernel.remove(prefix);
      } else {
        best.put(prefix, chosen);
        kernel.put(prefix, chosen.nextHops());
      }
    }

    @Override
    public void initialFeedComplete() {
      initialFeeds++;
    }

    /// `prefix via next hop` for each route.
    List<String> routes() {
      return kernel.entrySet().stream().map(e -> e.getKey() + " via " + e.getValue()).toList();
    }

    PeerStatus status(Host peer) {
      return speaker.peers().stream()
          .filter(status -> status.config().remoteAddress().equals(peer.address))
          .findFirst()
          .orElseThrow();
    }

    SessionState state(Host peer) {
      return status(peer).state();
    }
  }
}
