package io.margay.dataplane;

import io.margay.calc.output.NodeUpdate.LocalHostEndpoint;
import io.margay.calc.output.NodeUpdate.LocalWorkload;
import io.margay.calc.output.NodeUpdate.PoolActive;
import io.margay.calc.output.NodeUpdate.VtepActive;
import io.margay.dataplane.FamilyDataplane.FamilyOutcome;
import io.margay.dataplane.config.DataplaneConfig;
import io.margay.dataplane.rules.DispatchChains;
import io.margay.kernel.KernelException;
import io.margay.kernel.Link;
import io.margay.kernel.iptables.Chain;
import io.margay.kernel.route.RouteChange;
import io.margay.model.WorkloadEndpoint.IpNat;
import io.margay.net.IpAddress;
import io.margay.net.IpPrefix;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// All that one configuration keeps as wanted in the kernel: the tables of each IP version, and
/// those that all versions share. What is told to them changes what is wanted; [#apply] writes, in
/// this order:
///
/// ```
///                      ┌> IPv4: sets -> nat, filter, raw -> routes, neighbours -> unused sets ┐
///   sysctls, limits ───┤                                                                      ├─> tunnels
///                      └> IPv6: the same, at the same time                                    ┘
/// ```
///
/// An interface has its kernel parameters and the limits on its rates, and then its rules, before
/// the route without which nothing reaches it.
final class NodeTables {

  private final DataplaneConfig config;
  private final KernelAccess kernel;
  private final List<FamilyDataplane> families;
  private final WorkloadSysctls sysctls;
  private final NodeTunnels tunnels;
  private final WorkloadLimits limits;

  /// The interfaces for which the families have dispatch chains.
  private Set<String> dispatched = Set.of();

  /// With nothing wanted yet but what is there without any endpoint, policy or pool.
  NodeTables(DataplaneConfig config, KernelAccess kernel) {
    this.config = config;
    this.kernel = kernel;
    this.families =
        config.families().stream()
            .map(family -> new FamilyDataplane(config, family, kernel))
            .toList();
    this.sysctls = new WorkloadSysctls(kernel.sysctls(), config.ipv6());
    this.tunnels = new NodeTunnels(config, kernel);
    this.limits = new WorkloadLimits(kernel.shapers());
  }

  /// With the links, sets, policies and pools of a node that was told of them under another
  /// configuration. Its workloads, host endpoints and tunnels are still to be wanted.
  static NodeTables of(NodeState node, DataplaneConfig config, KernelAccess kernel) {
    NodeTables tables = new NodeTables(config, kernel);
    node.links().values().forEach(tables::onLink);
    tables.onFamilies(family -> {
      node.ipSets().forEach(family::setIpSet);
      node.policies().forEach(family::setPolicy);
      node.profiles().forEach(family::setProfile);
      family.setPools(node.pools().values());
      family.setHosts(node.hostAddresses().values());
    });
    return tables;
  }

  /// Tells the tables of each IP version.
  void onFamilies(Consumer<FamilyDataplane> action) {
    families.forEach(action);
  }

  NodeTunnels tunnels() {
    return tunnels;
  }

  // What is wanted.

  /// Wants all that belongs to the workload on the interface; nothing if it is null.
  ///
  /// @param up whether the interface is there and up, which it has to be for its kernel parameters
  void setWorkload(String interfaceName, @Nullable LocalWorkload workload, boolean up) {
    onFamilies(family -> family.setWorkload(interfaceName, workload));
    limits.set(interfaceName, config.isWorkloadInterface(interfaceName) ? workload : null);
    if (workload == null) {
      sysctls.remove(interfaceName);
    } else if (up) {
      setSysctls(interfaceName);
    }
  }

  /// Wants the kernel parameters of a workload's interface that is up, and has them looked at.
  void setSysctls(String interfaceName) {
    if (config.isWorkloadInterface(interfaceName)) {
      sysctls.put(interfaceName);
    }
  }

  /// @param interfaceNames all that workloads have
  void setDispatch(Set<String> interfaceNames) {
    if (!interfaceNames.equals(dispatched)) {
      List<Chain> dispatch = DispatchChains.forWorkloads(interfaceNames);
      onFamilies(family -> family.setDispatch(dispatch));
      dispatched = Set.copyOf(interfaceNames);
    }
  }

  void setFloating(Collection<IpNat> nats) {
    onFamilies(family -> family.setFloating(nats));
  }

  /// @param byInterface by the interface each governs
  void setHostEndpoints(SortedMap<String, LocalHostEndpoint> byInterface) {
    onFamilies(family -> family.setHostEndpoints(byInterface));
  }

  void setTunnels(Collection<PoolActive> pools, Collection<VtepActive> vteps) {
    List<IpAddress> hosts =
        vteps.stream().flatMap(vtep -> vtep.vtep().addresses().stream()).toList();
    onFamilies(
        family -> family.setVxlan(NodeTunnels.usesVxlan(family.family(), pools, vteps), hosts));
    tunnels.set(pools, vteps);
  }

  // News from the kernel that concerns several; the rest goes to the one it concerns.

  void onLink(Link link) {
    onFamilies(family -> family.onLink(link));
    tunnels.onLink(link);
    limits.onLink(link);
  }

  void onLinkRemoved(Link link) {
    onFamilies(family -> family.onLinkRemoved(link));
    tunnels.onLinkRemoved(link);
    limits.onLinkRemoved(link);
    sysctls.remove(link.name());
  }

  /// Has the next apply read all of the kernel anew.
  void invalidate() {
    onFamilies(FamilyDataplane::invalidate);
    sysctls.invalidate();
    tunnels.invalidate();
    limits.invalidate();
  }

  KernelLook beginLook(boolean thorough) {
    return new KernelLook(
        this,
        kernel,
        sysctls.wanted(),
        families.stream().map(family -> family.beginLook(thorough)).toList());
  }

  void endLook(KernelLook look) {
    if (!look.concerns(this)) {
      invalidate();
      return;
    }
    for (int i = 0; i < families.size(); i++) {
      families.get(i).endLook(look.families().get(i), look.sets());
    }
    sysctls.invalidate(look.otherSysctls());
    tunnels.invalidate();
    limits.invalidate();
  }

  // Writing.

  boolean needsApply() {
    return tunnels.needsApply()
        || families.stream().anyMatch(FamilyDataplane::needsApply)
        || sysctls.needsApply()
        || limits.needsApply();
  }

  /// Writes sets and rules alone, of the IP versions where it shall.
  void writeRules(Predicate<FamilyDataplane> where, ApplyReport.Builder report) {
    for (FamilyDataplane family : families) {
      try {
        if (where.test(family)) {
          report.add(family.applySets());
          FamilyDataplane.TABLES.forEach(table -> report.add(family.applyTable(table)));
        }
      } catch (KernelException e) {
        report.failed(e);
      }
    }
  }

  /// Writes what differs.
  ///
  /// @param stale takes the addresses that no longer lead to where they did
  /// @return whether the rules that decide about packets are as wanted
  boolean apply(FamilyOrder order, ApplyReport.Builder report, StaleConnections stale) {
    report.add(sysctls.apply());
    report.add(limits.apply());
    boolean rulesInPlace = true;
    for (FamilyOutcome outcome : order.apply(families)) {
      outcome.parts().forEach(report::add);
      RouteChange.destinationsLeft(outcome.routes().changes()).stream()
          .filter(IpPrefix::isSingleAddress)
          .forEach(destination -> stale.add(destination.address()));
      rulesInPlace &= outcome.rulesInPlace();
    }
    if (rulesInPlace) {
      // A tunnel lets packets in, so it comes after the rules that say from whom.
      tunnels.apply().forEach(report::add);
    }
    return rulesInPlace;
  }

  // What became of it.

  List<DataplaneCounts.Family> counts() {
    return families.stream().map(FamilyDataplane::counts).toList();
  }

  /// What keeps the workload on the interface from working, for the log; empty if nothing does.
  List<String> troubleOf(String interfaceName, boolean up) {
    if (!config.isWorkloadInterface(interfaceName)) {
      return List.of(
          "interface %s begins with none of the prefixes of workloads' interfaces %s: it gets no"
                  .formatted(interfaceName, config.interfacePrefixes())
              + " route");
    }
    List<String> trouble = new ArrayList<>();
    if (up && !sysctls.isSettled(interfaceName)) {
      trouble.add("kernel parameters of " + interfaceName + " could not be set");
    }
    for (FamilyDataplane family : families) {
      for (Map.Entry<IpPrefix, String> route : family.routesInTheWay(interfaceName).entrySet()) {
        trouble.add("no route to " + route.getKey() + ": " + route.getValue());
      }
    }
    String unlimited = limits.troubleOf(interfaceName);
    if (unlimited != null) {
      trouble.add(unlimited);
    }
    return trouble;
  }
}
