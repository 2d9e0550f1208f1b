package io.margay.dataplane;

import io.margay.calc.output.NodeUpdate;
import io.margay.dataplane.config.DataplaneConfig;
import io.margay.dataplane.golden.RuleDump;
import io.margay.dataplane.golden.SeedScenario;
import io.margay.kernel.FdbEntry;
import io.margay.kernel.KernelMonitor;
import io.margay.kernel.Link;
import io.margay.kernel.LinkAddress;
import io.margay.kernel.Neighbour;
import io.margay.kernel.Route;
import io.margay.kernel.fake.FakeKernel;
import io.margay.kernel.iptables.Table;
import io.margay.model.ResourceKey.HostEndpointKey;
import io.margay.model.ResourceKey.WorkloadEndpointKey;
import io.margay.net.IpAddress;
import io.margay.net.IpFamily;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// A simulated host with an agent's dataplane on it, which can be killed and started again.
final class Host {

  final FakeKernel kernel = new FakeKernel();
  final Map<WorkloadEndpointKey, EndpointStatus> statuses =
      new TreeMap<>((one, other) -> one.toString().compareTo(other.toString()));
  final Map<String, EndpointStatus> hostStatuses = new TreeMap<>();
  final List<String> statusEvents = new ArrayList<>();
  private final Executor otherFamilies;
  private Dataplane dataplane;
  private KernelMonitor.Subscription subscription;

  Host() {
    this(Runnable::run);
  }

  Host(Executor otherFamilies) {
    this.otherFamilies = otherFamilies;
    this.dataplane = start(SeedScenario.CONFIG);
    this.subscription = follow();
  }

  Dataplane dataplane() {
    return dataplane;
  }

  KernelAccess access() {
    return new KernelAccess(
        kernel.iptables(),
        kernel.ipSets(),
        kernel.routes(),
        kernel.neighbours(),
        kernel.sysctls(),
        kernel.conntrack(),
        kernel.tunnels(),
        kernel.shapers(),
        kernel.forwardingDatabase());
  }

  private Dataplane start(DataplaneConfig config) {
    return new Dataplane(
        config,
        access(),
        new EndpointStatusListener() {
          @Override
          public void onStatus(WorkloadEndpointKey endpoint, EndpointStatus status) {
            statuses.put(endpoint, status);
            statusEvents.add(endpoint.workload() + " " + status);
          }

          @Override
          public void onRemoved(WorkloadEndpointKey endpoint) {
            statuses.remove(endpoint);
            statusEvents.add(endpoint.workload() + " removed");
          }

          @Override
          public void onStatus(HostEndpointKey endpoint, EndpointStatus status) {
            hostStatuses.put(endpoint.name(), status);
          }

          @Override
          public void onRemoved(HostEndpointKey endpoint) {
            hostStatuses.remove(endpoint.name());
          }
        },
        otherFamilies);
  }

  private KernelMonitor.Subscription follow() {
    KernelMonitor.Subscription following =
        kernel
            .monitor()
            .subscribe(
                new KernelMonitor.Listener() {
                  @Override
                  public void onLink(Link link) {
                    dataplane.onLink(link);
                  }

                  @Override
                  public void onLinkRemoved(Link link) {
                    dataplane.onLinkRemoved(link);
                  }

                  @Override
                  public void onAddress(LinkAddress address) {
                    dataplane.onAddress(address);
                  }

                  @Override
                  public void onAddressRemoved(LinkAddress address) {
                    dataplane.onAddressRemoved(address);
                  }

                  @Override
                  public void onRoute(Route route) {
                    dataplane.onRoute(route);
                  }

                  @Override
                  public void onRouteRemoved(Route route) {
                    dataplane.onRouteRemoved(route);
                  }

                  @Override
                  public void onNeighbour(Neighbour neighbour) {
                    dataplane.onNeighbour(neighbour);
                  }

                  @Override
                  public void onNeighbourRemoved(String device, IpAddress address) {
                    dataplane.onNeighbourRemoved(device, address);
                  }

                  @Override
                  public void onForwarding(FdbEntry entry) {
                    dataplane.onForwarding(entry);
                  }

                  @Override
                  public void onForwardingRemoved(FdbEntry entry) {
                    dataplane.onForwardingRemoved(entry);
                  }

                  @Override
                  public void onLost(String reason) {
                    dataplane.resync();
                  }
                });
    dataplane.onLinks(kernel.links().list());
    dataplane.onAddresses(kernel.links().addresses());
    return following;
  }

  /// Notices get lost from here on.
  void stopFollowing() {
    subscription.close();
  }

  /// The agent is killed and started again; it has been told nothing yet.
  void restart(DataplaneConfig config) {
    subscription.close();
    statuses.clear();
    hostStatuses.clear();
    statusEvents.clear();
    dataplane = start(config);
    subscription = follow();
  }

  void restart() {
    restart(SeedScenario.CONFIG);
  }

  void addLinks(String... names) {
    for (String name : names) {
      kernel.addLink(name);
      kernel.setLinkUp(name);
    }
  }

  void tell(List<? extends NodeUpdate> updates) {
    updates.forEach(dataplane::onUpdate);
  }

  void tell(NodeUpdate... updates) {
    tell(List.of(updates));
  }

  /// In sync and applied.
  ApplyReport settle() {
    dataplane.onInSync();
    return dataplane.applyOnce();
  }

  RuleDump rules(IpFamily family) {
    return RuleDump.parse(
            Stream.of(Table.values())
                .map(table -> kernel.iptables().save(family, table))
                .collect(Collectors.joining()))
        .ours();
  }

  /// Routes of interfaces as `ADDRESS dev INTERFACE`.
  List<String> routes() {
    List<String> routes = new ArrayList<>();
    for (IpFamily family : IpFamily.values()) {
      for (Route route : kernel.routes().list(family)) {
        if (route.protocol() == Route.Protocols.BOOT) {
          routes.add(route.destination() + " dev " + route.nextHops().getFirst().device());
        }
      }
    }
    return routes;
  }

  List<String> neighbours() {
    return kernel.neighbours().list(IpFamily.IPV4).stream()
        .map(entry -> entry.address() + " " + entry.mac() + " " + entry.device())
        .toList();
  }

  /// Everything we could have written, for comparing two moments.
  Map<String, Object> everything() {
    Map<String, Object> all = new TreeMap<>();
    all.put("rules of IPv4", rules(IpFamily.IPV4));
    all.put("rules of IPv6", rules(IpFamily.IPV6));
    all.put("sets", kernel.ipSets().list());
    all.put("routes", routes());
    all.put("neighbours", neighbours());
    return all;
  }

  void outside(Consumer<FakeKernel> change) {
    kernel.outside(() -> change.accept(kernel));
  }
}
