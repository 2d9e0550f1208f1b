package io.margay.kernel.fake;

import io.margay.kernel.KernelException;
import io.margay.kernel.KernelMonitor;
import io.margay.kernel.Link;
import io.margay.kernel.LinkAddress;
import io.margay.kernel.Links;
import io.margay.kernel.Neighbour;
import io.margay.kernel.Neighbours;
import io.margay.kernel.NextHop;
import io.margay.kernel.Route;
import io.margay.kernel.Route.Protocols;
import io.margay.kernel.Route.Scope;
import io.margay.kernel.Route.Type;
import io.margay.kernel.Routes;
import io.margay.net.IpAddress;
import io.margay.net.IpFamily;
import io.margay.net.IpPrefix;
import io.margay.net.MacAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/// Simulated links, addresses, routes and neighbours, which depend on one another: what lies behind
/// a link goes with it.
final class FakeNetwork implements Routes {

  private static final int IPV6_CONNECTED_METRIC = 256;
  private static final IpPrefix LINK_LOCAL = IpPrefix.parse("fe80::/64");

  private final FakeKernel kernel;
  private final FakeSysctls sysctls;
  private final Map<String, Link> links = new LinkedHashMap<>();
  private final List<LinkAddress> addresses = new ArrayList<>();
  private final List<Route> routes = new ArrayList<>();
  private final List<Neighbour> neighbours = new ArrayList<>();
  private final List<KernelMonitor.Listener> listeners = new CopyOnWriteArrayList<>();
  private Consumer<String> linkRemoved = name -> {};
  private int lastIndex = 1;

  FakeNetwork(FakeKernel kernel, FakeSysctls sysctls) {
    this.kernel = kernel;
    this.sysctls = sysctls;
    links.put("lo", new Link(1, "lo", true, true, 65536, null));
  }

  /// Has someone hear the name of each link that goes, before the notice does.
  void onLinkRemoved(Consumer<String> hearer) {
    linkRemoved = hearer;
  }

  Links links() {
    return new Links() {
      @Override
      public List<Link> list() {
        synchronized (kernel) {
          kernel.enter("ip link list", "");
          return List.copyOf(links.values());
        }
      }

      @Override
      public List<LinkAddress> addresses() {
        synchronized (kernel) {
          kernel.enter("ip address list", "");
          return List.copyOf(addresses);
        }
      }
    };
  }

  KernelMonitor monitor() {
    return listener -> {
      listeners.add(listener);
      return () -> listeners.remove(listener);
    };
  }

  void tell(Consumer<KernelMonitor.Listener> notice) {
    listeners.forEach(notice);
  }

  void addLink(String name) {
    if (links.containsKey(name)) {
      throw new KernelException("ip link add " + name + ": EEXIST");
    }
    int index = ++lastIndex;
    MacAddress mac = MacAddress.parse("02:00:00:00:%02x:%02x".formatted(index >> 8, index & 0xff));
    Link link = new Link(index, name, false, false, 1500, mac);
    links.put(name, link);
    sysctls.linkAdded(name);
    tell(listener -> listener.onLink(link));
  }

  void removeLink(String name) {
    Link link = link(name);
    loseAllBehind(link);
    for (LinkAddress address : List.copyOf(addresses)) {
      if (address.linkIndex() == link.index()) {
        addresses.remove(address);
        tell(listener -> listener.onAddressRemoved(address));
      }
    }
    links.remove(name);
    sysctls.linkRemoved(name);
    linkRemoved.accept(name);
    tell(listener -> listener.onLinkRemoved(link));
  }

  void setLinkUp(String name, boolean up) {
    Link before = link(name);
    Link after = new Link(before.index(), name, up, up, before.mtu(), before.mac());
    links.put(name, after);
    tell(listener -> listener.onLink(after));
    if (up && !before.adminUp()) {
      appendConnected(LINK_LOCAL, name);
      addresses.stream()
          .filter(address -> address.linkIndex() == after.index())
          .forEach(address -> appendConnected(address.address().masked(), name));
    } else if (!up) {
      loseAllBehind(after);
    }
  }

  void setMtu(String name, int mtu) {
    Link before = link(name);
    Link after =
        new Link(before.index(), name, before.adminUp(), before.running(), mtu, before.mac());
    links.put(name, after);
    tell(listener -> listener.onLink(after));
  }

  void setMac(String name, MacAddress mac) {
    Link before = link(name);
    Link after =
        new Link(before.index(), name, before.adminUp(), before.running(), before.mtu(), mac);
    links.put(name, after);
    tell(listener -> listener.onLink(after));
  }

  Optional<Link> named(String name) {
    return Optional.ofNullable(links.get(name));
  }

  Set<IpPrefix> addressesOf(int linkIndex) {
    return addresses.stream()
        .filter(address -> address.linkIndex() == linkIndex)
        .map(LinkAddress::address)
        .collect(Collectors.toSet());
  }

  Link link(String name) {
    Link link = links.get(name);
    if (link == null) {
      throw new KernelException("device " + name + ": ENODEV");
    }
    return link;
  }

  /// IPv4 says nothing of routes that go with their link, IPv6 does.
  private void loseAllBehind(Link link) {
    for (Route route : List.copyOf(routes)) {
      List<NextHop> left =
          route.nextHops().stream().filter(hop -> !link.name().equals(hop.device())).toList();
      if (left.size() < route.nextHops().size()) {
        int at = routes.indexOf(route);
        routes.remove(at);
        if (!left.isEmpty()) {
          routes.add(at, withHops(route, left));
        } else if (route.destination().family() == IpFamily.IPV6) {
          tell(listener -> listener.onRouteRemoved(route));
        }
      }
    }
    neighbours.removeIf(neighbour -> neighbour.device().equals(link.name()));
  }

  void addAddress(String name, IpPrefix address) {
    Link link = link(name);
    LinkAddress added = new LinkAddress(link.index(), address);
    addresses.add(added);
    tell(listener -> listener.onAddress(added));
    if (link.adminUp()) {
      appendConnected(address.masked(), name);
    }
  }

  void removeAddress(String name, IpPrefix address) {
    LinkAddress removed = new LinkAddress(link(name).index(), address);
    if (!addresses.remove(removed)) {
      throw new KernelException("ip address del " + address + ": EADDRNOTAVAIL");
    }
    tell(listener -> listener.onAddressRemoved(removed));
    Route connected = connected(address.masked(), name);
    if (routes.remove(connected)) {
      tell(listener -> listener.onRouteRemoved(connected));
    }
  }

  private void appendConnected(IpPrefix network, String device) {
    if (!network.isSingleAddress()) {
      Route route = connected(network, device);
      routes.add(route);
      tell(listener -> listener.onRoute(route));
    }
  }

  private static Route connected(IpPrefix network, String device) {
    boolean ipv4 = network.family() == IpFamily.IPV4;
    return new Route(
        network,
        Type.UNICAST,
        Protocols.KERNEL,
        ipv4 ? Scope.LINK : Scope.GLOBAL,
        ipv4 ? 0 : IPV6_CONNECTED_METRIC,
        List.of(NextHop.dev(device)));
  }

  @Override
  public List<Route> list(IpFamily family) {
    synchronized (kernel) {
      kernel.enter("ip route list", family.toString());
      return routes.stream().filter(route -> route.destination().family() == family).toList();
    }
  }

  @Override
  public void add(Route route) {
    synchronized (kernel) {
      kernel.enter("ip route add", describe(route));
      Route resolved = resolve(route);
      if (inPlaceOf(route).isPresent()) {
        throw new KernelException("ip route add " + describe(route) + ": EEXIST (File exists)");
      }
      routes.add(resolved);
      kernel.wrote("ip route add", describe(route));
      tell(listener -> listener.onRoute(resolved));
    }
  }

  @Override
  public void replace(Route route) {
    synchronized (kernel) {
      kernel.enter("ip route replace", describe(route));
      Route resolved = resolve(route);
      Optional<Route> before = inPlaceOf(route);
      if (before.isPresent()) {
        routes.set(routes.indexOf(before.get()), resolved);
      } else {
        routes.add(resolved);
      }
      kernel.wrote("ip route replace", describe(route));
      tell(listener -> listener.onRoute(resolved));
    }
  }

  @Override
  public void delete(Route route) {
    synchronized (kernel) {
      kernel.enter("ip route delete", describe(route));
      for (Route candidate : routes) {
        if (isMeantBy(route, candidate)) {
          routes.remove(candidate);
          kernel.wrote("ip route delete", describe(route));
          tell(listener -> listener.onRouteRemoved(candidate));
          return;
        }
      }
    }
  }

  private Optional<Route> inPlaceOf(Route route) {
    return routes.stream()
        .filter(there -> there.destination().equals(route.destination()))
        .filter(there -> there.metric() == route.metric())
        .findFirst();
  }

  private static boolean isMeantBy(Route asked, Route candidate) {
    if (asked.nextHops().size() != candidate.nextHops().size()) {
      return false;
    }
    List<NextHop> hops = new ArrayList<>();
    for (int i = 0; i < asked.nextHops().size(); i++) {
      NextHop hop = asked.nextHops().get(i);
      String device = candidate.nextHops().get(i).device();
      hops.add(hop.device() == null ? new NextHop(hop.gateway(), device, hop.onLink()) : hop);
    }
    return withHops(asked, hops).equals(candidate);
  }

  /// Checks devices and gateways, and finds the device of a gateway that was given without.
  private Route resolve(Route route) {
    List<NextHop> hops = new ArrayList<>();
    for (NextHop hop : route.nextHops()) {
      String device = hop.device();
      IpAddress gateway = hop.gateway();
      if (device != null && !links.containsKey(device)) {
        throw refused(route, "ENODEV (No such device)");
      }
      if (device != null && !link(device).adminUp()) {
        throw refused(route, "ENETDOWN (Network is down)");
      }
      if (gateway != null && !hop.onLink()) {
        device = deviceTowards(gateway, device, route);
      }
      hops.add(new NextHop(gateway, device, hop.onLink()));
    }
    return withHops(route, hops);
  }

  private String deviceTowards(IpAddress gateway, String device, Route route) {
    return routes.stream()
        .filter(connected -> connected.destination().contains(gateway))
        .flatMap(connected -> connected.nextHops().stream())
        .filter(hop -> hop.gateway() == null)
        .map(NextHop::device)
        .filter(name -> device == null || device.equals(name))
        .findFirst()
        .orElseThrow(() -> refused(route, "ENETUNREACH (Network is unreachable)"));
  }

  private static KernelException refused(Route route, String reason) {
    return new KernelException("ip route " + describe(route) + ": " + reason);
  }

  private static Route withHops(Route route, List<NextHop> hops) {
    return new Route(
        route.destination(), route.type(), route.protocol(), route.scope(), route.metric(), hops);
  }

  private static String describe(Route route) {
    StringBuilder text = new StringBuilder();
    if (route.type() != Type.UNICAST) {
      text.append(route.type().name().toLowerCase(java.util.Locale.ROOT)).append(' ');
    }
    text.append(route.destination());
    for (NextHop hop : route.nextHops()) {
      text.append(hop.gateway() == null ? "" : " via " + hop.gateway());
      text.append(hop.device() == null ? "" : " dev " + hop.device());
    }
    return text.append(" proto ").append(route.protocol()).toString();
  }

  Neighbours neighbours() {
    return new Neighbours() {
      @Override
      public List<Neighbour> list(IpFamily family) {
        synchronized (kernel) {
          kernel.enter("ip neigh list", family.toString());
          return neighbours.stream().filter(entry -> entry.address().family() == family).toList();
        }
      }

      @Override
      public void replace(Neighbour neighbour) {
        synchronized (kernel) {
          kernel.enter("ip neigh replace", describe(neighbour));
          Link link = links.get(neighbour.device());
          if (link == null || !link.adminUp()) {
            throw new KernelException(
                "ip neigh replace %s: %s"
                    .formatted(describe(neighbour), link == null ? "ENODEV" : "ENETDOWN"));
          }
          neighbours.removeIf(there -> samePlace(there, neighbour));
          neighbours.add(neighbour);
          kernel.wrote("ip neigh replace", describe(neighbour));
          tell(listener -> listener.onNeighbour(neighbour));
        }
      }

      @Override
      public void delete(Neighbour neighbour) {
        synchronized (kernel) {
          kernel.enter("ip neigh delete", describe(neighbour));
          if (neighbours.removeIf(there -> samePlace(there, neighbour))) {
            kernel.wrote("ip neigh delete", describe(neighbour));
            tell(listener -> listener.onNeighbourRemoved(neighbour.device(), neighbour.address()));
          }
        }
      }
    };
  }

  private static boolean samePlace(Neighbour one, Neighbour other) {
    return one.device().equals(other.device()) && one.address().equals(other.address());
  }

  private static String describe(Neighbour neighbour) {
    return "%s lladdr %s dev %s"
        .formatted(neighbour.address(), neighbour.mac(), neighbour.device());
  }
}
