package io.margay.bgp;

import io.margay.bgp.SimulatedTopology.Link;
import io.margay.bgp.Speakers.Host;
import io.margay.bgp.TableOracle.Announced;
import io.margay.bgp.message.NotificationError.Cease;
import io.margay.bgp.message.Origin;
import io.margay.bgp.message.PathAttributes;
import io.margay.bgp.session.PeerConfig;
import io.margay.bgp.session.SessionState;
import io.margay.net.AsNumber;
import io.margay.net.IpFamily;
import io.margay.net.IpPrefix;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/// Speakers on a network in memory, to which things happen: all of it follows from the seed.
///
/// Routes come and go; paths between hosts fall silent, which the hosts notice only when their hold
/// timers run out; connections are reset; processes die and come back, and say that they have kept
/// forwarding (RFC 4724) or not; others stop in good order. In the end all paths work again, and
/// some hosts stay away.
final class Simulation {

  private static final int PREFIXES = 5;
  private static final Duration QUIET = Duration.ofMinutes(6);
  private static final Duration LIMIT = Duration.ofHours(1);

  /// Far more changes than all that happens can cause at one host.
  private static final int MOST_CHANGES = 5000;

  private final Random random;
  private final SimulatedTopology topology;
  private final Speakers world;
  private final Map<Integer, Host> hosts = new TreeMap<>();
  private final Set<Integer> away = new TreeSet<>();
  private final Set<Link> silent = new HashSet<>();

  /// What each host announces, whether it is there or not.
  private final Map<IpPrefix, Map<Integer, Announced>> announced = new TreeMap<>();

  /// What happened, for whoever has to find out why.
  private final List<String> events = new ArrayList<>();

  Simulation(long seed) {
    random = new Random(seed);
    topology = new SimulatedTopology(random);
    world = new Speakers(seed);
    world.mostChanges = MOST_CHANGES;
    for (int i = 0; i < PREFIXES; i++) {
      announced.put(IpPrefix.parse("172.16.%d.0/26".formatted(i)), new TreeMap<>());
    }
    announced.put(IpPrefix.parse("fd80:1::/64"), new TreeMap<>());
    topology.hosts.forEach(host -> start(host, false));
  }

  private void start(int number, boolean restarting) {
    Host host =
        world.simulated(number, topology.as(number), topology.clusters.get(number), restarting);
    hosts.put(number, host);
    away.remove(number);
    for (Link link : topology.linksOf(number)) {
      host.speaker.addPeer(config(host, number, link), policy(number, link));
    }
    announced.forEach((prefix, by) -> {
      if (by.containsKey(number)) {
        announce(host, prefix, by.get(number));
      }
    });
    host.starts();
  }

  private PeerConfig config(Host host, int number, Link link) {
    int peer = link.peerOf(number);
    return PeerConfig.builder(
            world.address(peer), new AsNumber(topology.as(peer)), new AsNumber(topology.as(number)))
        .localAddress(host.address)
        .families(Set.of(IpFamily.values()))
        .nextHop(host.address6())
        .restartTime(Duration.ofSeconds(20))
        .addPathSend(link.allPaths() && link.one() == number)
        .addPathReceive(link.allPaths() && link.other() == number)
        .build();
  }

  private static PeerPolicy policy(int number, Link link) {
    return link.client() && link.one() == number ? PeerPolicy.CLIENT : PeerPolicy.ACCEPT_ALL;
  }

  private static void announce(Host host, IpPrefix prefix, Announced how) {
    host.speaker.announce(
        prefix,
        PathAttributes.local().toBuilder()
            .localPref((long) how.localPref())
            .origin(Origin.values()[how.origin()])
            .build());
  }

  SimulatedTopology.Kind kind() {
    return topology.kind;
  }

  /// Lets things happen for some minutes, and then nothing any more.
  void run() {
    int count = 5 + random.nextInt(25);
    for (int i = 0; i < count; i++) {
      world.loop.advance(Duration.ofMillis(random.nextInt(20_000)));
      happen();
    }
    for (Link link : Set.copyOf(silent)) {
      restore(link);
    }
    for (int host : List.copyOf(away)) {
      if (random.nextInt(3) > 0) {
        note("%d is back", host);
        start(host, random.nextBoolean());
      }
    }
    if (!world.loop.advanceUntil(this::allEstablished, LIMIT)) {
      throw new AssertionError("not all sessions are up after an hour:\n" + this);
    }
    // The longest that a restarted speaker waits for those that are away, and more.
    world.loop.advance(QUIET);
  }

  private void happen() {
    int host = topology.hosts.get(random.nextInt(topology.hosts.size()));
    Link link = topology.links.get(random.nextInt(topology.links.size()));
    switch (random.nextInt(10)) {
      case 0, 1, 2, 3 -> changeRoute(host);
      case 4, 5 -> {
        if (silent.contains(link)) {
          restore(link);
        } else {
          note("silence between %d and %d", link.one(), link.other());
          silent.add(link);
          world.network.silence(world.address(link.one()), world.address(link.other()));
        }
      }
      case 6 -> {
        note("reset between %d and %d", link.one(), link.other());
        world.network.reset(world.address(link.one()), world.address(link.other()));
      }
      default -> comeOrGo(host);
    }
  }

  private void restore(Link link) {
    note("%d and %d hear each other again", link.one(), link.other());
    silent.remove(link);
    world.network.restore(world.address(link.one()), world.address(link.other()));
  }

  private void changeRoute(int number) {
    List<IpPrefix> prefixes = List.copyOf(announced.keySet());
    IpPrefix prefix = prefixes.get(random.nextInt(prefixes.size()));
    Map<Integer, Announced> by = announced.get(prefix);
    boolean withdraw = by.containsKey(number) && random.nextBoolean();
    Announced how = new Announced(100 + 50 * random.nextInt(2), random.nextInt(2));
    note("%d %s %s %s", number, withdraw ? "withdraws" : "announces", prefix, how);
    if (withdraw) {
      by.remove(number);
    } else {
      by.put(number, how);
    }
    if (!away.contains(number)) {
      if (withdraw) {
        hosts.get(number).speaker.withdraw(prefix);
      } else {
        announce(hosts.get(number), prefix, how);
      }
    }
  }

  private void comeOrGo(int number) {
    if (away.contains(number)) {
      note("%d is back", number);
      start(number, random.nextBoolean());
    } else if (random.nextBoolean()) {
      note("%d dies", number);
      hosts.get(number).dies();
      away.add(number);
    } else {
      note("%d stops", number);
      hosts.get(number).speaker.stop(Cease.ADMINISTRATIVE_SHUTDOWN, "");
      away.add(number);
    }
  }

  private boolean allEstablished() {
    for (Map.Entry<Integer, Host> each : hosts.entrySet()) {
      if (!away.contains(each.getKey())) {
        for (PeerStatus status : each.getValue().speaker.peers()) {
          boolean there =
              away.stream().map(world::address).noneMatch(status.config().remoteAddress()::equals);
          if (there && status.state() != SessionState.ESTABLISHED) {
            return false;
          }
        }
      }
    }
    return true;
  }

  /// What the hosts that are there use: `prefix via next hops` for each host.
  Map<Integer, List<String>> tables() {
    Map<Integer, List<String>> tables = new TreeMap<>();
    hosts.forEach((number, host) -> {
      if (!away.contains(number)) {
        tables.put(
            number,
            host.best.entrySet().stream()
                .map(each -> each.getKey() + " via " + each.getValue().nextHops())
                .toList());
      }
    });
    return tables;
  }

  /// What they should use.
  Map<Integer, List<String>> expected() {
    SimulatedTopology left = topology.without(away);
    Map<Integer, List<String>> tables = new TreeMap<>();
    left.hosts.forEach(host -> tables.put(host, new ArrayList<>()));
    announced.forEach((prefix, by) -> {
      Map<Integer, Announced> alive = new TreeMap<>(by);
      alive.keySet().removeAll(away);
      String network = prefix.toString().contains(":") ? "fd00::" : "10.0.0.";
      TableOracle.nextHops(left, alive)
          .forEach((host, nextHops) ->
              tables
                  .get(host)
                  .add(prefix + " via " + nextHops.stream().map(n -> network + n).toList()));
    });
    return tables;
  }

  private void note(String text, Object... arguments) {
    events.add("%8.3f s  %s".formatted(world.loop.nanoTime() / 1e9, text.formatted(arguments)));
  }

  @Override
  public String toString() {
    return topology + "\n" + String.join("\n", events) + "\naway: " + away;
  }
}
