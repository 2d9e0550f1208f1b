package io.margay.routing;

import io.margay.bgp.session.SessionState;
import io.margay.datastore.SyncListener.SyncUpdate;
import io.margay.kernel.KernelMonitor;
import io.margay.kernel.Link;
import io.margay.kernel.LinkAddress;
import io.margay.kernel.NextHop;
import io.margay.kernel.Route;
import io.margay.kernel.Route.Protocols;
import io.margay.kernel.fake.FakeKernel;
import io.margay.loop.EventLoop;
import io.margay.loop.Protection;
import io.margay.loop.Transport;
import io.margay.net.IpAddress;
import io.margay.net.IpFamily;
import io.margay.net.IpPrefix;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// A host of a [Cluster]: its kernel, and the agent that runs on it or not.
final class ClusterHost {

  static final String LAN = "eth1";

  final String name;
  final IpAddress ipv4;
  final IpAddress ipv6;
  final FakeKernel kernel = new FakeKernel();
  private final Cluster cluster;
  private final Map<IpPrefix, String> workloads = new TreeMap<>();
  private int lastWorkload;
  private @Nullable Agent agent;

  /// @param network the third number of its IPv4 address
  ClusterHost(Cluster cluster, int number, int network) {
    this.cluster = cluster;
    this.name = "node" + number;
    this.ipv4 = IpAddress.parse("172.30." + network + "." + (10 + number));
    this.ipv6 = IpAddress.parse("fd00:30::" + (10 + number));
    linkUp();
  }

  // The kernel, changed by others than the agent's BGP.

  private void linkUp() {
    kernel.addLink(LAN);
    kernel.setLinkUp(LAN);
    kernel.addAddress(LAN, ipv4 + "/24");
    kernel.addAddress(LAN, ipv6 + "/64");
  }

  /// A workload begins: a link of its own, and the route to it as Felix makes it. A learned route
  /// gives way.
  void workload(String address) {
    IpPrefix prefix = single(address);
    String device = "cali" + ++lastWorkload;
    workloads.put(prefix, device);
    kernel.addLink(device);
    kernel.setLinkUp(device);
    outside(() -> kernel.routes().replace(Route.onLink(prefix, device)));
  }

  /// A workload ends: its link goes, and the kernel says nothing of the route.
  void removeWorkload(String address) {
    kernel.removeLink(workloads.remove(single(address)));
  }

  boolean hasWorkload(String address) {
    return workloads.containsKey(single(address));
  }

  Map<IpPrefix, String> workloads() {
    return workloads;
  }

  void staticRoute(String destination, String gateway) {
    outside(() -> kernel.routes().replace(route(Protocols.STATIC, destination, gateway)));
  }

  void removeStaticRoute(String destination, String gateway) {
    outside(() -> kernel.routes().delete(route(Protocols.STATIC, destination, gateway)));
  }

  void removeLearnedRoute(String destination, String gateway) {
    outside(() -> kernel.routes().delete(route(Protocols.BIRD, destination, gateway)));
  }

  static Route route(int protocol, String destination, String gateway) {
    return new Route(
        IpPrefix.parse(destination),
        Route.Type.UNICAST,
        protocol,
        Route.Scope.GLOBAL,
        0,
        List.of(NextHop.via(IpAddress.parse(gateway), LAN)));
  }

  private static IpPrefix single(String address) {
    IpAddress parsed = IpAddress.parse(address);
    return new IpPrefix(parsed, parsed.family().bits());
  }

  private void outside(Runnable change) {
    kernel.outside(change);
  }

  // What the kernel holds.

  /// `destination via gateway` of each learned route, in order; `via one and another` if several
  /// share the traffic.
  List<String> learned() {
    return ours(Route.Type.UNICAST).stream()
        .map(route -> route.destination() + " via " + gateways(route))
        .toList();
  }

  private static String gateways(Route route) {
    return route.nextHops().stream()
        .map(hop -> String.valueOf(hop.gateway()))
        .collect(Collectors.joining(" and "));
  }

  /// The same, of one family.
  List<String> learned(IpFamily family) {
    return learned().stream()
        .filter(route -> (family == IpFamily.IPV6) == route.contains(":"))
        .toList();
  }

  List<String> blackholes() {
    return ours(Route.Type.BLACKHOLE).stream()
        .map(route -> route.destination().toString())
        .toList();
  }

  private List<Route> ours(Route.Type type) {
    List<Route> ours = new ArrayList<>();
    for (IpFamily family : IpFamily.values()) {
      kernel.routes().list(family).stream()
          .filter(route -> route.protocol() == Protocols.BIRD && route.type() == type)
          .sorted((a, b) -> a.destination().compareTo(b.destination()))
          .forEach(ours::add);
    }
    return ours;
  }

  // The agent.

  void startAgent() {
    agent = new Agent();
    agent.start();
  }

  /// The agent dies without a word; the host goes on.
  void killAgent() {
    if (agent != null) {
      agent.die();
      agent = null;
    }
  }

  /// The agent hears nothing of its kernel any more.
  void loseNotices() {
    Objects.requireNonNull(agent).monitor.close();
  }

  boolean isRunning() {
    return agent != null;
  }

  NodeRouting routing() {
    return Objects.requireNonNull(agent).routing;
  }

  void tell(List<SyncUpdate> updates) {
    if (agent != null) {
      agent.tell(updates);
    }
  }

  SessionState session(IpAddress peer) {
    return routing().peers().stream()
        .filter(each -> each.peering().address().equals(peer))
        .map(each -> each.status().state())
        .findFirst()
        .orElseThrow();
  }

  /// A process: what it has put on the loop dies with it.
  private final class Agent implements KernelMonitor.Listener {
    private final ProcessLoop process = new ProcessLoop(cluster.loop);
    private final HostTransport transport = new HostTransport();
    private final NodeRouting routing = new NodeRouting(name, process, transport, kernel.routes());
    private final KernelMonitor.Subscription monitor = kernel.monitor().subscribe(this);

    void start() {
      tell(cluster.snapshot());
      process.execute(routing::onInSync);
    }

    void tell(List<SyncUpdate> updates) {
      process.execute(() -> routing.onUpdates(updates));
    }

    void die() {
      process.dead = true;
      monitor.close();
      transport.used.keySet().forEach(cluster.network::kill);
    }

    @Override
    public void onLink(Link link) {
      process.execute(() -> routing.onLink(link));
    }

    @Override
    public void onLinkRemoved(Link link) {
      process.execute(() -> routing.onLinkRemoved(link));
    }

    @Override
    public void onAddress(LinkAddress address) {}

    @Override
    public void onAddressRemoved(LinkAddress address) {}

    @Override
    public void onRoute(Route route) {
      process.execute(() -> routing.onRoute(route));
    }

    @Override
    public void onRouteRemoved(Route route) {
      process.execute(() -> routing.onRouteRemoved(route));
    }

    @Override
    public void onLost(String reason) {
      process.execute(routing::resync);
    }
  }

  /// The loop as one process sees it.
  private static final class ProcessLoop implements EventLoop {
    private final EventLoop loop;
    private boolean dead;

    ProcessLoop(EventLoop loop) {
      this.loop = loop;
    }

    private Runnable unlessDead(Runnable task) {
      return () -> {
        if (!dead) {
          task.run();
        }
      };
    }

    @Override
    public void execute(Runnable task) {
      loop.execute(unlessDead(task));
    }

    @Override
    public Timer schedule(Duration delay, Runnable task) {
      return loop.schedule(delay, unlessDead(task));
    }

    @Override
    public long nanoTime() {
      return loop.nanoTime();
    }
  }

  /// The network as one process of a host with several addresses sees it.
  private final class HostTransport implements Transport {
    private final Map<IpAddress, Transport> used = new HashMap<>();

    private Transport at(IpAddress address) {
      return used.computeIfAbsent(address, cluster.network::transport);
    }

    @Override
    public Connection connect(
        @Nullable IpAddress local,
        InetSocketAddress remote,
        Protection protection,
        Handler handler) {
      return at(local == null ? ipv4 : local).connect(local, remote, protection, handler);
    }

    @Override
    public Listener listen(InetSocketAddress local, Acceptor acceptor) {
      return at(IpAddress.of(local.getAddress().getAddress())).listen(local, acceptor);
    }
  }
}
