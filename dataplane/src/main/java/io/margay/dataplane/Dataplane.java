package io.margay.dataplane;

import io.margay.calc.output.NodeUpdate;
import io.margay.calc.output.NodeUpdate.HostAddressActive;
import io.margay.calc.output.NodeUpdate.HostAddressInactive;
import io.margay.calc.output.NodeUpdate.HostEndpointActive;
import io.margay.calc.output.NodeUpdate.HostEndpointInactive;
import io.margay.calc.output.NodeUpdate.IpSetActive;
import io.margay.calc.output.NodeUpdate.IpSetChanged;
import io.margay.calc.output.NodeUpdate.IpSetInactive;
import io.margay.calc.output.NodeUpdate.LocalWorkload;
import io.margay.calc.output.NodeUpdate.PolicyActive;
import io.margay.calc.output.NodeUpdate.PolicyInactive;
import io.margay.calc.output.NodeUpdate.PoolActive;
import io.margay.calc.output.NodeUpdate.PoolInactive;
import io.margay.calc.output.NodeUpdate.ProfileActive;
import io.margay.calc.output.NodeUpdate.ProfileInactive;
import io.margay.calc.output.NodeUpdate.VtepActive;
import io.margay.calc.output.NodeUpdate.VtepInactive;
import io.margay.calc.output.NodeUpdate.WorkloadEndpointActive;
import io.margay.calc.output.NodeUpdate.WorkloadEndpointInactive;
import io.margay.dataplane.config.DataplaneConfig;
import io.margay.dataplane.rules.DeviceNames;
import io.margay.kernel.FdbEntry;
import io.margay.kernel.Flows;
import io.margay.kernel.Link;
import io.margay.kernel.LinkAddress;
import io.margay.kernel.Neighbour;
import io.margay.kernel.Route;
import io.margay.model.ResourceKey.WorkloadEndpointKey;
import io.margay.net.IpAddress;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Executor;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Brings the kernel to what the calculation graph says this node should hold.
///
/// Updates only change what is wanted; [#applyOnce()] writes. The order of [NodeTables] sees to it
/// that a rule never refers to a set that is not there, that a set is never destroyed while a rule
/// refers to it, and that an interface gets its route, without which nothing reaches it, only after
/// its rules. Statuses are told last.
///
/// What the kernel refuses stays wanted, the kernel keeping what it had; nothing is ever opened by
/// an error.
///
/// Nothing is written before [#onInSync()], since half of the policies may be worse than old ones.
/// [#bootstrap()] is the exception: a host that has just booted has no old ones.
///
/// Belongs to one thread, which calls into the kernel may block.
public final class Dataplane {

  private final KernelAccess kernel;
  private final FamilyOrder order;
  private final NodeState node = new NodeState();
  private final HostEndpoints hostEndpoints = new HostEndpoints();
  private final WorkloadStatuses statuses;
  private final HostEndpointStatuses hostStatuses;
  private final StaleConnections staleConnections;
  private final RevokedFlows revokedFlows = new RevokedFlows(node);

  private DataplaneConfig config;
  private NodeTables tables;
  private boolean inSync;

  /// Interfaces whose workload changed since it was last rendered.
  private final Set<String> dirtyInterfaces = new TreeSet<>();

  /// Whether host endpoints, or what decides which interfaces they govern, changed since.
  private boolean hostEndpointsDirty;

  /// Whether pools or nodes changed since tunnels were last worked out.
  private boolean tunnelsDirty;

  /// Brings one IP version after the other to what is wanted.
  public Dataplane(
      DataplaneConfig config, KernelAccess kernel, EndpointStatusListener statusListener) {
    this(config, kernel, statusListener, Runnable::run);
  }

  /// @param otherFamilies runs what all IP versions but the first have to write, while the caller
  ///   sees to that one. It must use threads of the caller's network namespace, as new ones are
  public Dataplane(
      DataplaneConfig config,
      KernelAccess kernel,
      EndpointStatusListener statusListener,
      Executor otherFamilies) {
    this.order = new FamilyOrder(otherFamilies);
    this.config = config;
    this.kernel = kernel;
    this.statuses = new WorkloadStatuses(statusListener);
    this.hostStatuses = new HostEndpointStatuses(statusListener);
    this.staleConnections = new StaleConnections(kernel.conntrack());
    this.tables = new NodeTables(config, kernel);
  }

  /// Takes another configuration: the outcome of the next apply is as after a restart with it.
  public void reconfigure(DataplaneConfig newConfig) {
    if (newConfig.equals(config)) {
      return;
    }
    config = newConfig;
    tables = NodeTables.of(node, newConfig, kernel);
    tunnelsDirty = true;
    node.workloadInterfaces().forEach(this::onWorkloadOf);
    onHostEndpoints();
  }

  /// Before the datastore is in sync, on a kernel that holds no chain of ours: writes the skeleton
  /// with empty dispatch chains, so that workloads' interfaces pass nothing until their policies
  /// are known. If there is any chain of ours, rules of an earlier run protect them, and stay.
  ///
  /// Call it before the first update.
  public ApplyReport bootstrap() {
    return writeSkeleton(family -> !family.kernelHasOurChains());
  }

  /// The same where [#bootstrap()] with another configuration wrote the chains that are there.
  public ApplyReport bootstrapAnew() {
    return writeSkeleton(_ -> true);
  }

  private ApplyReport writeSkeleton(Predicate<FamilyDataplane> where) {
    ApplyReport.Builder report = new ApplyReport.Builder();
    tables.writeRules(where, report);
    return report.build();
  }

  /// The updates so far make up the complete state of the cluster: writing may begin.
  public void onInSync() {
    inSync = true;
  }

  /// Has flows end that policy no longer allows.
  ///
  /// @param flows the kernel's; null to let them live
  public void cutRevokedFlows(@Nullable Flows flows) {
    revokedFlows.cutFrom(flows);
  }

  // News from the calculation graph.

  public void onUpdate(NodeUpdate update) {
    revokedFlows.consider(update);
    switch (update) {
      case IpSetActive(var id, var members) -> {
        node.putIpSet(id, members);
        tables.onFamilies(family -> family.setIpSet(id, members));
      }
      case IpSetChanged(var id, var added, var removed) -> {
        node.changeIpSet(id, added, removed);
        tables.onFamilies(family -> family.changeIpSet(id, added, removed));
      }
      case IpSetInactive(var id) -> {
        node.removeIpSet(id);
        tables.onFamilies(family -> family.removeIpSet(id));
      }
      case PolicyActive(var name, var rules) -> {
        node.policies().put(name, rules);
        tables.onFamilies(family -> family.setPolicy(name, rules));
      }
      case PolicyInactive(var name) -> {
        node.policies().remove(name);
        tables.onFamilies(family -> family.removePolicy(name));
      }
      case ProfileActive(var name, var rules) -> {
        node.profiles().put(name, rules);
        tables.onFamilies(family -> family.setProfile(name, rules));
      }
      case ProfileInactive(var name) -> {
        node.profiles().remove(name);
        tables.onFamilies(family -> family.removeProfile(name));
      }
      case WorkloadEndpointActive(var key, var workload) -> onWorkload(key, workload);
      case WorkloadEndpointInactive(var key) -> {
        node.removeWorkload(key).forEach(this::onWorkloadOf);
        statuses.remove(key);
      }
      case HostEndpointActive(var key, var endpoint) -> {
        hostEndpoints.put(key, endpoint);
        onHostEndpoints();
      }
      case HostEndpointInactive(var key) -> {
        hostEndpoints.remove(key);
        onHostEndpoints();
      }
      case HostAddressActive(var name, var address) -> {
        node.hostAddresses().put(name, address);
        tables.onFamilies(family -> family.setHosts(node.hostAddresses().values()));
      }
      case HostAddressInactive(var name) -> {
        node.hostAddresses().remove(name);
        tables.onFamilies(family -> family.setHosts(node.hostAddresses().values()));
      }
      case VtepActive vtep -> {
        node.vteps().put(vtep.node(), vtep);
        tunnelsDirty = true;
      }
      case VtepInactive(var name) -> {
        node.vteps().remove(name);
        tunnelsDirty = true;
      }
      case PoolActive pool -> {
        node.pools().put(pool.cidr(), pool);
        onPools();
      }
      case PoolInactive(var cidr) -> {
        node.pools().remove(cidr);
        onPools();
      }
    }
  }

  private void onWorkload(WorkloadEndpointKey key, LocalWorkload workload) {
    if (DeviceNames.canBe(workload.interfaceName())) {
      node.putWorkload(key, workload).forEach(this::onWorkloadOf);
    } else {
      node.removeWorkload(key).forEach(this::onWorkloadOf);
      statuses.refuse(
          key, "'" + workload.interfaceName() + "' is no name that an interface can have");
    }
  }

  private void onWorkloadOf(String interfaceName) {
    dirtyInterfaces.add(interfaceName);
    statuses.consider(interfaceName);
  }

  private void onPools() {
    tables.onFamilies(family -> family.setPools(node.pools().values()));
    tunnelsDirty = true;
  }

  private void onHostEndpoints() {
    hostEndpointsDirty = true;
    hostStatuses.consider();
  }

  // News from the kernel.

  /// These links exist and no others: at start, and after notices were lost.
  public void onLinks(Collection<Link> links) {
    Set<String> names = links.stream().map(Link::name).collect(Collectors.toSet());
    node.links().values().stream()
        .filter(known -> !names.contains(known.name()))
        .toList()
        .forEach(this::onLinkRemoved);
    links.forEach(this::onLink);
  }

  /// A link exists, appeared or changed.
  public void onLink(Link link) {
    Link before = node.links().get(link.name());
    renamedFrom(link).forEach(this::onNameGone);
    node.links().put(link.name(), link);
    tables.onLink(link);
    considerOwnerOf(link.name());
    if (!link.equals(before)) {
      considerHostInterface(link);
    }
    boolean cameUp =
        link.adminUp() && (before == null || !before.adminUp() || before.index() != link.index());
    if (cameUp && node.ownerOf(link.name()) != null) {
      tables.setSysctls(link.name());
    }
  }

  private List<Link> renamedFrom(Link link) {
    return node.links().values().stream()
        .filter(known -> known.index() == link.index() && !known.name().equals(link.name()))
        .toList();
  }

  public void onLinkRemoved(Link link) {
    hostEndpoints.forgetAddressesOf(link);
    onNameGone(link);
  }

  /// The link was removed, or has another name now and keeps its addresses.
  private void onNameGone(Link link) {
    node.links().remove(link.name());
    tables.onLinkRemoved(link);
    considerOwnerOf(link.name());
    considerHostInterface(link);
  }

  private void considerOwnerOf(String interfaceName) {
    if (node.ownerOf(interfaceName) != null) {
      statuses.consider(interfaceName);
    }
  }

  private void considerHostInterface(Link link) {
    if (!config.isWorkloadInterface(link.name())) {
      onHostEndpoints();
    }
  }

  /// These addresses are on the host's interfaces and no others: at start, and after notices were
  /// lost. Tell of the links first.
  public void onAddresses(Collection<LinkAddress> addresses) {
    hostEndpoints.setAddresses(addresses);
    tables.tunnels().invalidate();
    onHostEndpoints();
  }

  /// An interface has the address.
  public void onAddress(LinkAddress address) {
    hostEndpoints.add(address);
    tables.tunnels().onAddress(address);
    considerHostInterface(address);
  }

  public void onAddressRemoved(LinkAddress address) {
    hostEndpoints.remove(address);
    tables.tunnels().onAddressRemoved(address);
    considerHostInterface(address);
  }

  /// Notices of an address may come before those of its link, which then have it looked at.
  private void considerHostInterface(LinkAddress address) {
    node.links().values().stream()
        .filter(link -> link.index() == address.linkIndex())
        .forEach(this::considerHostInterface);
  }

  /// A route of the main table appeared or was replaced.
  public void onRoute(Route route) {
    tables.onFamilies(family -> family.onRoute(route));
  }

  public void onRouteRemoved(Route route) {
    tables.onFamilies(family -> family.onRouteRemoved(route));
  }

  /// A permanent neighbour entry appeared or was replaced.
  public void onNeighbour(Neighbour neighbour) {
    tables.onFamilies(family -> family.onNeighbour(neighbour));
    tables.tunnels().onNeighbour(neighbour);
  }

  /// There is no permanent neighbour entry for the address on the device.
  public void onNeighbourRemoved(String device, IpAddress address) {
    tables.onFamilies(family -> family.onNeighbourRemoved(device, address));
    tables.tunnels().onNeighbourRemoved(device, address);
  }

  /// An entry of a VXLAN device's forwarding database appeared or was replaced.
  public void onForwarding(FdbEntry entry) {
    tables.tunnels().onForwarding(entry);
  }

  public void onForwardingRemoved(FdbEntry entry) {
    tables.tunnels().onForwardingRemoved(entry);
  }

  /// Has the next apply read all of the kernel anew, and put back what someone else changed.
  public void resync() {
    tables.invalidate();
  }

  /// Begins a look for what someone else changed; let another thread read it, and end it with
  /// [#endLook].
  ///
  /// @param thorough whether to read all rules even if the kernel says that nobody else wrote any
  public KernelLook beginLook(boolean thorough) {
    return tables.beginLook(thorough);
  }

  /// Has the next apply put back what someone else changed. What was written while the look was
  /// read is left to the next one; should it have failed, everything is read anew.
  public void endLook(KernelLook look) {
    tables.endLook(look);
  }

  /// How much of each kind is wanted.
  public DataplaneCounts counts() {
    int tags = (int) node.ipSets().keySet().stream().filter(id -> id.startsWith("t:")).count();
    return new DataplaneCounts(node.ipSets().size() - tags, tags, tables.counts());
  }

  /// What is wanted and why.
  public DataplaneView view() {
    return new DataplaneViews(config, node, hostEndpoints, statuses, hostStatuses).view();
  }

  // Writing.

  /// Whether an apply would read or write. After one that was not complete, come back later.
  public boolean needsApply() {
    return inSync
        && (!dirtyInterfaces.isEmpty()
            || hostEndpointsDirty
            || tunnelsDirty
            || tables.needsApply()
            || !staleConnections.isEmpty()
            || revokedFlows.isPending()
            || statuses.isPending()
            || hostStatuses.isPending());
  }

  /// Writes what differs, once; nothing before [#onInSync()].
  public ApplyReport applyOnce() {
    if (!inSync) {
      return ApplyReport.NOTHING;
    }
    renderInterfaces();
    renderHostEndpoints();
    renderTunnels();
    ApplyReport.Builder report = new ApplyReport.Builder();
    boolean rulesInPlace = tables.apply(order, report, staleConnections);
    staleConnections.forget(report);
    if (rulesInPlace) {
      report.add(revokedFlows.cut(config.families()));
    }
    statuses.publish(node, name -> tables.troubleOf(name, isUp(name)), rulesInPlace);
    hostStatuses.publish(hostEndpoints, node.links(), rulesInPlace);
    return report.build();
  }

  private void renderInterfaces() {
    if (dirtyInterfaces.isEmpty()) {
      return;
    }
    for (String name : dirtyInterfaces) {
      tables.setWorkload(name, node.workloadOn(name), isUp(name));
    }
    tables.setDispatch(node.workloadInterfaces());
    tables.setFloating(node.nats());
    dirtyInterfaces.clear();
  }

  private void renderHostEndpoints() {
    if (!hostEndpointsDirty) {
      return;
    }
    List<Link> hostLinks =
        node.links().values().stream()
            .filter(link -> !config.isWorkloadInterface(link.name()))
            .filter(link -> DeviceNames.canBe(link.name()))
            .toList();
    hostEndpoints.resolve(hostLinks);
    tables.setHostEndpoints(hostEndpoints.byInterface());
    hostEndpointsDirty = false;
  }

  private void renderTunnels() {
    if (tunnelsDirty) {
      tables.setTunnels(node.pools().values(), node.vteps().values());
      tunnelsDirty = false;
    }
  }

  private boolean isUp(String interfaceName) {
    Link link = node.links().get(interfaceName);
    return link != null && link.adminUp();
  }
}
