package io.margay.attach;

import io.margay.attach.AttachException.Reason;
import io.margay.kernel.KernelException;
import io.margay.kernel.Neighbour;
import io.margay.kernel.NextHop;
import io.margay.kernel.Route;
import io.margay.kernel.Sysctls;
import io.margay.kernel.namespace.NetworkNamespace;
import io.margay.kernel.namespace.NetworkNamespaces;
import io.margay.kernel.namespace.Veth;
import io.margay.kernel.namespace.VethEnd;
import io.margay.net.IpAddress;
import io.margay.net.IpFamily;
import io.margay.net.IpPrefix;
import io.margay.net.MacAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Makes and removes the veth pairs of workloads, and sets up the ends.
///
/// A workload has its addresses as /32 and /128, and a default route to a gateway that is on the
/// link though no network says so: 169.254.1.1, which the host answers ARP for, and the link-local
/// address of the host's end. Both are also written down in the workload as permanent neighbours: a
/// host answers ARP for an address only if it has a route there, and not every host has a default
/// route.
public final class Wiring {

  public static final IpAddress IPV4_GATEWAY = IpAddress.parse("169.254.1.1");

  /// What the kernel makes of [Cable#HOST_MAC] (RFC 4291 appendix A).
  public static final IpAddress IPV6_GATEWAY = IpAddress.parse("fe80::ecee:eeff:feee:eeee");

  private static final IpPrefix IPV4_ANY = IpPrefix.parse("0.0.0.0/0");
  private static final IpPrefix IPV6_ANY = IpPrefix.parse("::/0");

  private final NetworkNamespaces namespaces;

  public Wiring(NetworkNamespaces namespaces) {
    this.namespaces = namespaces;
  }

  /// Makes the pair with both ends on the host, for somebody else to move and configure the
  /// workload's. An older pair of the same owner goes.
  public void lay(Cable cable) {
    make(cable, namespaces.own());
    namespaces.own().veths().setUp(cable.hostName(), cable.owner());
  }

  /// Makes the pair and everything in the workload's namespace. An older pair of the same owner
  /// goes. What fails leaves the pair half made; [#remove] takes it away.
  ///
  /// @param addresses of the workload, at most one of each family
  /// @return the MAC address of the workload's end
  public MacAddress connect(Cable cable, Collection<IpAddress> addresses, NetworkNamespace inside) {
    NetworkNamespace host = namespaces.own();
    make(cable, inside);
    if (addresses.stream().anyMatch(address -> address.family() == IpFamily.IPV6)) {
      require(host.sysctls(), ipv6(cable.hostName(), "disable_ipv6"), cable.hostName());
      host.veths().addAddress(cable.hostName(), new IpPrefix(IPV6_GATEWAY, 64));
    }
    host.veths().setUp(cable.hostName(), cable.owner());
    String device = cable.workloadName();
    inside.veths().setUp(device);
    for (IpAddress address : addresses) {
      switch (address.family()) {
        case IPV4 -> connectIpv4(device, address, inside);
        case IPV6 -> connectIpv6(device, address, inside);
      }
    }
    return macOf(inside, device);
  }

  private static MacAddress macOf(NetworkNamespace inside, String device) {
    MacAddress mac = inside.veths().read(device).map(end -> end.link().mac()).orElse(null);
    if (mac == null) {
      throw new AttachException(
          Reason.FAILED,
          "interface %s was taken from the container while it was being set up. Add the container again."
              .formatted(device));
    }
    return mac;
  }

  private void make(Cable cable, NetworkNamespace inside) {
    NetworkNamespace host = namespaces.own();
    if (inside.veths().read(cable.workloadName()).isPresent() && !isOldPair(cable, inside)) {
      throw new AttachException(
          Reason.FAILED,
          "the container has an interface %s already, and it is not one of ours. Delete it, or name another: CNI_IFNAME."
              .formatted(cable.workloadName()));
    }
    remove(cable.hostName(), cable.owner());
    host.veths()
        .create(
            new Veth(
                cable.hostName(),
                cable.hostMac(),
                cable.workloadName(),
                cable.workloadMac(),
                cable.mtu()),
            inside);
    // While it is down, so that it is never up without.
    hostParameters(cable.hostName(), host.sysctls()).forEach(host.sysctls()::write);
  }

  /// Whether the workload's end is that of a pair that goes with [#remove].
  private boolean isOldPair(Cable cable, NetworkNamespace inside) {
    Optional<VethEnd> host = namespaces.own().veths().read(cable.hostName());
    Optional<VethEnd> workload = inside.veths().read(cable.workloadName());
    return host.isPresent()
        && workload.isPresent()
        && workload.get().peerIndex() == host.get().link().index();
  }

  /// Kernel parameters of a host's end that matter from the first packet on; the dataplane keeps
  /// them, and some more. IPv6 may be missing from a kernel.
  private static Map<String, String> hostParameters(String device, Sysctls sysctls) {
    Map<String, String> parameters = new LinkedHashMap<>();
    String ipv4 = "net/ipv4/conf/" + device + "/";
    parameters.put(ipv4 + "rp_filter", "1");
    parameters.put(ipv4 + "proxy_arp", "1");
    parameters.put("net/ipv4/neigh/" + device + "/proxy_delay", "0");
    parameters.put(ipv4 + "forwarding", "1");
    if (sysctls.read(ipv6(device, "forwarding")).isPresent()) {
      parameters.put(ipv6(device, "proxy_ndp"), "1");
      parameters.put(ipv6(device, "forwarding"), "1");
    }
    return parameters;
  }

  private static String ipv6(String device, String parameter) {
    return "net/ipv6/conf/" + device + "/" + parameter;
  }

  private static void require(Sysctls sysctls, String disableIpv6, String device) {
    if (!sysctls.read(disableIpv6).equals(Optional.of("0"))) {
      throw new AttachException(
          Reason.FAILED,
          "an IPv6 address was given, but %s on the host can have no link-local address to be the gateway: %s is not 0. Enable IPv6 on the host (sysctl net.ipv6.conf.default.disable_ipv6=0), or set assign_ipv6 to \"false\"."
              .formatted(device, disableIpv6.replace('/', '.')));
    }
  }

  private static void connectIpv4(String device, IpAddress address, NetworkNamespace inside) {
    inside.neighbours().replace(new Neighbour(device, IPV4_GATEWAY, Cable.HOST_MAC));
    inside.routes().replace(Route.onLink(IPV4_GATEWAY.toPrefix(), device));
    addDefault(IPV4_ANY, IPV4_GATEWAY, device, inside);
    inside.veths().addAddress(device, address.toPrefix());
  }

  /// Runtimes may have IPv6 off in new namespaces.
  private static void connectIpv6(String device, IpAddress address, NetworkNamespace inside) {
    inside.sysctls().write(ipv6(device, "disable_ipv6"), "0");
    inside.neighbours().replace(new Neighbour(device, IPV6_GATEWAY, Cable.HOST_MAC));
    inside.veths().addAddress(device, address.toPrefix());
    addDefault(IPV6_ANY, IPV6_GATEWAY, device, inside);
  }

  private static void addDefault(
      IpPrefix any, IpAddress gateway, String device, NetworkNamespace inside) {
    try {
      inside.routes().add(defaultRoute(any, gateway, device));
    } catch (KernelException e) {
      if (e.names("EEXIST")) {
        throw new AttachException(
            Reason.FAILED,
            "the container has a default route already, so it cannot have one by %s. Attach it to one such network alone, or remove that route."
                .formatted(device),
            e);
      }
      throw e;
    }
  }

  private static Route defaultRoute(IpPrefix any, IpAddress gateway, String device) {
    return new Route(
        any,
        Route.Type.UNICAST,
        Route.Protocols.BOOT,
        Route.Scope.GLOBAL,
        0,
        List.of(NextHop.via(gateway, device)));
  }

  /// Removes a pair by its host's end. None counts as removed.
  ///
  /// @throws AttachException if the interface is another's
  public void remove(String hostName, String owner) {
    Optional<VethEnd> end = namespaces.own().veths().read(hostName);
    if (end.isEmpty()) {
      return;
    }
    String alias = end.get().alias();
    if (!end.get().isVeth() || !(alias.isEmpty() || alias.equals(owner))) {
      throw new AttachException(
          Reason.FAILED,
          "interface %s on the host is %s's and not %s's, and stays. Give the workload another id."
              .formatted(
                  hostName,
                  end.get().isVeth() ? alias : "some other device of kind " + end.get().kind(),
                  owner));
    }
    namespaces.own().veths().delete(hostName);
  }

  /// Whether the host's end is there and is the owner's.
  public boolean isOwnedBy(String hostName, String owner) {
    return namespaces
        .own()
        .veths()
        .read(hostName)
        .filter(end -> end.alias().equals(owner))
        .isPresent();
  }

  /// What is not as [#connect] makes it, each as a sentence; empty if all is well.
  public List<String> problems(
      Cable cable, Collection<IpAddress> addresses, NetworkNamespace inside) {
    List<String> problems = new ArrayList<>();
    Optional<VethEnd> host = namespaces.own().veths().read(cable.hostName());
    Optional<VethEnd> workload = inside.veths().read(cable.workloadName());
    if (host.isEmpty()) {
      problems.add("interface %s is missing on the host".formatted(cable.hostName()));
    } else if (!host.get().link().adminUp()) {
      problems.add("interface %s on the host is down".formatted(cable.hostName()));
    }
    if (workload.isEmpty()) {
      problems.add("interface %s is missing in the container".formatted(cable.workloadName()));
      return problems;
    }
    if (!workload.get().link().adminUp()) {
      problems.add("interface %s in the container is down".formatted(cable.workloadName()));
    }
    if (host.isPresent() && workload.get().peerIndex() != host.get().link().index()) {
      problems.add(
          "interface %s in the container is not the other end of %s"
              .formatted(cable.workloadName(), cable.hostName()));
    }
    for (IpAddress address : addresses) {
      problems.addAll(problems(cable, address, workload.get().link().index(), inside));
    }
    return problems;
  }

  private List<String> problems(
      Cable cable, IpAddress address, int index, NetworkNamespace inside) {
    List<String> problems = new ArrayList<>();
    String device = cable.workloadName();
    IpFamily family = address.family();
    if (inside.links().addresses().stream()
        .noneMatch(
            each -> each.linkIndex() == index && each.address().equals(address.toPrefix()))) {
      problems.add(
          "address %s is missing on %s in the container".formatted(address.toPrefix(), device));
    }
    List<Route> routes = inside.routes().list(family);
    IpAddress gateway = family == IpFamily.IPV4 ? IPV4_GATEWAY : IPV6_GATEWAY;
    Route any = defaultRoute(family == IpFamily.IPV4 ? IPV4_ANY : IPV6_ANY, gateway, device);
    if (routes.stream().noneMatch(each -> leadsAs(any, each))) {
      problems.add(
          "the default route via %s on %s is missing in the container".formatted(gateway, device));
    }
    if (family == IpFamily.IPV4
        && routes.stream()
            .noneMatch(each -> leadsAs(Route.onLink(gateway.toPrefix(), device), each))) {
      problems.add("the route to %s on %s is missing in the container".formatted(gateway, device));
    }
    if (namespaces.own().routes().list(family).stream()
        .noneMatch(each -> leadsAs(Route.onLink(address.toPrefix(), cable.hostName()), each))) {
      problems.add(
          "the route to %s by %s is missing on the host"
              .formatted(address.toPrefix(), cable.hostName()));
    }
    return problems;
  }

  private static boolean leadsAs(Route wanted, Route actual) {
    return actual.destination().equals(wanted.destination())
        && actual.nextHops().equals(wanted.nextHops());
  }
}
