package io.margay.dataplane;

import io.margay.calc.output.NodeUpdate.LocalHostEndpoint;
import io.margay.calc.output.NodeUpdate.LocalWorkload;
import io.margay.calc.output.NodeUpdate.PoolActive;
import io.margay.calc.output.RuleSet;
import io.margay.dataplane.KernelLook.FamilyLook;
import io.margay.dataplane.config.DataplaneConfig;
import io.margay.dataplane.rules.ChainNames;
import io.margay.dataplane.rules.DispatchChains;
import io.margay.dataplane.rules.EndpointChains;
import io.margay.dataplane.rules.NatChains;
import io.margay.dataplane.rules.PolicyChains;
import io.margay.dataplane.rules.SetNames;
import io.margay.dataplane.rules.StaticChains;
import io.margay.kernel.ApplyOutcome;
import io.margay.kernel.Link;
import io.margay.kernel.Neighbour;
import io.margay.kernel.Route;
import io.margay.kernel.ipset.IpSet;
import io.margay.kernel.ipset.IpSetTable;
import io.margay.kernel.ipset.IpSets.ActualSet;
import io.margay.kernel.ipset.SetChange;
import io.margay.kernel.iptables.Chain;
import io.margay.kernel.iptables.ChainChange;
import io.margay.kernel.iptables.IptablesTable;
import io.margay.kernel.iptables.Table;
import io.margay.kernel.neighbour.NeighbourTable;
import io.margay.kernel.route.RouteChange;
import io.margay.kernel.route.RouteOwnership;
import io.margay.kernel.route.RouteTable;
import io.margay.model.WorkloadEndpoint.IpNat;
import io.margay.net.IpAddress;
import io.margay.net.IpFamily;
import io.margay.net.IpPrefix;
import io.margay.net.MacAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The tables of one IP version, fed with what concerns it.
final class FamilyDataplane {

  /// Those we write to, in the order in which they are written.
  static final List<Table> TABLES = List.of(Table.NAT, Table.FILTER, Table.RAW);

  private final DataplaneConfig config;
  private final IpFamily family;
  private final KernelAccess kernel;
  private final PolicyChains policyChains;
  private final EndpointChains endpointChains;

  private final IpSetTable sets;
  private final Map<Table, IptablesTable> tables = new EnumMap<>(Table.class);
  private final RouteTable routes;
  private final @Nullable NeighbourTable<IpAddress, Neighbour> neighbours;

  private final AddressClaims claims = new AddressClaims();
  private final Map<String, Set<IpAddress>> neighboursByInterface = new HashMap<>();
  private boolean vxlan;
  private Set<String> dispatchChains = Set.of();
  private final Map<Table, Set<String>> hostChains = new EnumMap<>(Table.class);

  FamilyDataplane(DataplaneConfig config, IpFamily family, KernelAccess kernel) {
    this.config = config;
    this.family = family;
    this.kernel = kernel;
    this.policyChains = new PolicyChains(config, family);
    this.endpointChains = new EndpointChains(config.marks());
    this.sets = new IpSetTable(family, kernel.ipSets(), SetNames.ours(family), SetNames::temporary);
    for (Table table : TABLES) {
      tables.put(table, new IptablesTable(family, table, kernel.iptables(), config.insertMode()));
    }
    // A learned route to an address gives way once the address is a local workload's.
    this.routes =
        new RouteTable(
            family,
            kernel.routes(),
            RouteOwnership.onDevicesNamed(config.interfacePrefixes()),
            RouteOwnership.ofProtocol(Route.Protocols.BIRD));
    this.neighbours =
        family == IpFamily.IPV4
            ? NeighbourTable.of(
                family,
                kernel.neighbours(),
                neighbour -> config.isWorkloadInterface(neighbour.device()))
            : null;
    wantSkeleton();
  }

  /// All that is there even without any endpoint, policy or pool.
  private void wantSkeleton() {
    setStaticChains();
    setDispatch(DispatchChains.forWorkloads(Set.of()));
    setHostEndpoints(new TreeMap<>());
    setFloating(List.of());
    setPools(List.of());
    setHosts(List.of());
  }

  private void setStaticChains() {
    StaticChains skeleton = new StaticChains(config, family, vxlan);
    for (Table table : TABLES) {
      skeleton.hooks(table).forEach((chain, rules) -> table(table).setHook(chain, rules));
      skeleton.chains(table).forEach(table(table)::setChain);
    }
  }

  IpFamily family() {
    return family;
  }

  private IptablesTable table(Table table) {
    return Objects.requireNonNull(tables.get(table));
  }

  // Sets.

  void setIpSet(String id, Collection<IpAddress> members) {
    sets.replace(set(SetNames.of(family, id), IpSet.Type.HASH_IP), texts(members));
  }

  void changeIpSet(String id, Collection<IpAddress> added, Collection<IpAddress> removed) {
    sets.removeMembers(SetNames.of(family, id), texts(removed));
    sets.addMembers(SetNames.of(family, id), texts(added));
  }

  void removeIpSet(String id) {
    sets.remove(SetNames.of(family, id));
  }

  /// @param pools of both families
  void setPools(Collection<PoolActive> pools) {
    Set<String> all = new TreeSet<>();
    Set<String> masqueraded = new TreeSet<>();
    for (PoolActive pool : pools) {
      if (pool.cidr().family() == family) {
        all.add(pool.cidr().toString());
        if (pool.masquerade()) {
          masqueraded.add(pool.cidr().toString());
        }
      }
    }
    sets.replace(set(SetNames.allPools(family), IpSet.Type.HASH_NET), all);
    sets.replace(set(SetNames.masqueradedPools(family), IpSet.Type.HASH_NET), masqueraded);
    table(Table.NAT).setChain(NatChains.outgoing(!masqueraded.isEmpty(), family));
  }

  void setHosts(Collection<IpAddress> addresses) {
    if (family == IpFamily.IPV4 && config.ipip().enabled()) {
      sets.replace(set(SetNames.allHosts(), IpSet.Type.HASH_IP), texts(addresses));
    }
  }

  /// Accepts VXLAN from these hosts alone; if there is no VXLAN, there is no rule for it.
  void setVxlan(boolean on, Collection<IpAddress> hosts) {
    String name = SetNames.allVxlanHosts(family);
    if (on) {
      sets.replace(set(name, IpSet.Type.HASH_IP), texts(hosts));
    }
    if (on != vxlan) {
      vxlan = on;
      setStaticChains();
      if (!on) {
        sets.remove(name);
      }
    }
  }

  private IpSet set(String name, IpSet.Type type) {
    return new IpSet(name, type, family, config.maxIpSetSize());
  }

  private Set<String> texts(Collection<IpAddress> addresses) {
    return addresses.stream()
        .filter(address -> address.family() == family)
        .map(IpAddress::toString)
        .collect(Collectors.toSet());
  }

  // Chains.

  void setPolicy(String name, RuleSet rules) {
    for (Chain chain : policyChains.policy(name, rules)) {
      table(Table.RAW).setChain(chain);
      table(Table.FILTER).setChain(chain);
    }
  }

  void removePolicy(String name) {
    for (String chain : List.of(ChainNames.policyInbound(name), ChainNames.policyOutbound(name))) {
      table(Table.RAW).removeChain(chain);
      table(Table.FILTER).removeChain(chain);
    }
  }

  void setProfile(String name, RuleSet rules) {
    policyChains.profile(name, rules).forEach(table(Table.FILTER)::setChain);
  }

  void removeProfile(String name) {
    table(Table.FILTER).removeChain(ChainNames.profileInbound(name));
    table(Table.FILTER).removeChain(ChainNames.profileOutbound(name));
  }

  /// @param chains of [DispatchChains#forWorkloads], which are the same in both families
  void setDispatch(List<Chain> chains) {
    Set<String> names = new HashSet<>();
    for (Chain chain : chains) {
      table(Table.FILTER).setChainAtOnce(chain);
      names.add(chain.name());
    }
    dispatchChains.stream()
        .filter(name -> !names.contains(name))
        .forEach(table(Table.FILTER)::removeChain);
    dispatchChains = names;
  }

  /// Wants the chains of host endpoints and their dispatch.
  ///
  /// @param endpoints by the interface each governs
  void setHostEndpoints(SortedMap<String, LocalHostEndpoint> endpoints) {
    List<Chain> filter = new ArrayList<>(DispatchChains.forHostEndpoints(endpoints.keySet()));
    List<Chain> raw = new ArrayList<>();
    Set<String> untracked = new TreeSet<>();
    endpoints.forEach((interfaceName, endpoint) -> {
      filter.addAll(endpointChains.host(interfaceName, endpoint));
      List<Chain> beforeTracking = endpointChains.hostUntracked(interfaceName, endpoint);
      if (!beforeTracking.isEmpty()) {
        raw.addAll(beforeTracking);
        untracked.add(interfaceName);
      }
    });
    raw.addAll(DispatchChains.forHostEndpoints(untracked));
    setHostChains(Table.FILTER, filter);
    setHostChains(Table.RAW, raw);
  }

  private void setHostChains(Table table, List<Chain> chains) {
    Set<String> names = chains.stream().map(Chain::name).collect(Collectors.toSet());
    chains.forEach(table(table)::setChain);
    hostChains.getOrDefault(table, Set.of()).stream()
        .filter(name -> !names.contains(name))
        .forEach(table(table)::removeChain);
    hostChains.put(table, names);
  }

  void setFloating(Collection<IpNat> nats) {
    NatChains.floating(nats, family).forEach(table(Table.NAT)::setChain);
  }

  // Workloads.

  /// Wants chains, routes and neighbours for the workload behind the interface; none if it is null.
  void setWorkload(String interfaceName, @Nullable LocalWorkload workload) {
    if (workload == null) {
      table(Table.FILTER).removeChain(ChainNames.toWorkload(interfaceName));
      table(Table.FILTER).removeChain(ChainNames.fromWorkload(interfaceName));
    } else {
      endpointChains.workload(workload).forEach(table(Table.FILTER)::setChain);
    }
    Set<IpPrefix> addresses = routedTo(interfaceName, workload);
    setRoutes(interfaceName, addresses);
    setNeighbours(interfaceName, addresses, workload == null ? null : workload.mac());
  }

  /// Its own addresses and its floating ones. Out of service it gets none.
  private Set<IpPrefix> routedTo(String interfaceName, @Nullable LocalWorkload workload) {
    Set<IpPrefix> addresses = new TreeSet<>();
    if (workload != null && workload.active() && config.isWorkloadInterface(interfaceName)) {
      workload.networks().forEach(network -> addresses.add(network.masked()));
      workload.nats().forEach(nat -> addresses.add(nat.external().toPrefix()));
      addresses.removeIf(address -> address.family() != family);
    }
    return addresses;
  }

  private void setRoutes(String interfaceName, Set<IpPrefix> addresses) {
    for (IpPrefix address : claims.claim(interfaceName, addresses)) {
      String owner = claims.ownerOf(address);
      if (owner == null) {
        routes.remove(address);
      } else {
        routes.put(Route.onLink(address, owner));
      }
    }
  }

  private void setNeighbours(
      String interfaceName, Set<IpPrefix> addresses, @Nullable MacAddress mac) {
    if (neighbours == null) {
      return;
    }
    Set<IpAddress> wanted = new HashSet<>();
    if (mac != null) {
      addresses.stream()
          .filter(IpPrefix::isSingleAddress)
          .forEach(address -> wanted.add(address.address()));
      wanted.forEach(address -> neighbours.put(new Neighbour(interfaceName, address, mac)));
    }
    for (IpAddress before : neighboursByInterface.getOrDefault(interfaceName, Set.of())) {
      if (!wanted.contains(before)) {
        neighbours.remove(interfaceName, before);
      }
    }
    if (wanted.isEmpty()) {
      neighboursByInterface.remove(interfaceName);
    } else {
      neighboursByInterface.put(interfaceName, wanted);
    }
  }

  /// What keeps the interface from having all its routes, for the log; by destination.
  Map<IpPrefix, String> routesInTheWay(String interfaceName) {
    Map<IpPrefix, String> inTheWay = new TreeMap<>();
    for (IpPrefix address : claims.claimsOf(interfaceName)) {
      String owner = claims.ownerOf(address);
      Route foreign = routes.conflicts().get(address);
      if (!interfaceName.equals(owner)) {
        inTheWay.put(address, "it is claimed by the workload on " + owner);
      } else if (foreign != null) {
        inTheWay.put(address, "there is a route of someone else: " + foreign);
      }
    }
    return inTheWay;
  }

  /// How much of each kind is wanted.
  DataplaneCounts.Family counts() {
    Map<Table, DataplaneCounts.Rules> rules = new EnumMap<>(Table.class);
    tables.forEach((name, table) ->
        rules.put(name, new DataplaneCounts.Rules(table.chainCount(), table.ruleCount())));
    return new DataplaneCounts.Family(family, rules, sets.setCount());
  }

  // News from the kernel.

  void onLink(Link link) {
    routes.onLink(link);
    if (neighbours != null) {
      neighbours.onLink(link);
    }
  }

  void onLinkRemoved(Link link) {
    routes.onLinkRemoved(link);
    if (neighbours != null) {
      neighbours.onLinkRemoved(link);
    }
  }

  void onRoute(Route route) {
    routes.onRoute(route);
  }

  void onRouteRemoved(Route route) {
    routes.onRouteRemoved(route);
  }

  void onNeighbour(Neighbour neighbour) {
    if (neighbours != null && neighbour.address().family() == family) {
      neighbours.onEntry(neighbour);
    }
  }

  void onNeighbourRemoved(String device, IpAddress address) {
    if (neighbours != null && address.family() == family) {
      neighbours.onEntryRemoved(device, address);
    }
  }

  /// Begins a look for what someone else changed, of what takes long to read.
  FamilyLook beginLook(boolean thorough) {
    return new FamilyLook(
        sets.writes(), tables.values().stream().map(table -> table.beginLook(thorough)).toList());
  }

  /// @param actualSets those there were when it was read
  void endLook(FamilyLook look, Map<String, ActualSet> actualSets) {
    sets.look(actualSets, look.setWrites());
    int i = 0;
    for (IptablesTable table : tables.values()) {
      table.endLook(look.rules().get(i++));
    }
    routes.invalidate();
    if (neighbours != null) {
      neighbours.invalidate();
    }
  }

  void invalidate() {
    sets.invalidate();
    tables.values().forEach(IptablesTable::invalidate);
    routes.invalidate();
    if (neighbours != null) {
      neighbours.invalidate();
    }
  }

  // Writing.

  /// Whether the kernel holds any chain of ours, by what name it may be.
  boolean kernelHasOurChains() {
    return TABLES.stream()
        .flatMap(table -> kernel.iptables().save(family, table).lines())
        .anyMatch(line -> line.startsWith(":cali"));
  }

  /// Whether an endpoint of this family may be waiting to be reachable.
  boolean hasRoutesToWrite() {
    return routes.needsApply();
  }

  boolean needsApply() {
    return sets.needsApply()
        || tables.values().stream().anyMatch(IptablesTable::needsApply)
        || routes.needsApply()
        || (neighbours != null && neighbours.needsApply());
  }

  /// What an apply did.
  ///
  /// @param parts all of it, in order
  /// @param routes the part that changed routes
  /// @param rulesInPlace whether the rules that decide about packets are as wanted
  record FamilyOutcome(
      List<ApplyOutcome<?>> parts, ApplyOutcome<RouteChange> routes, boolean rulesInPlace) {}

  /// Writes what differs: what is referred to before what refers to it, rules before the routes
  /// that lead packets to them, and no route at all while rules that decide about packets are not
  /// in place. Touches nothing outside this object but the kernel.
  FamilyOutcome apply() {
    List<ApplyOutcome<?>> parts = new ArrayList<>();
    parts.add(applySets());
    boolean rulesInPlace = true;
    for (Table table : TABLES) {
      ApplyOutcome<ChainChange> rules = applyTable(table);
      parts.add(rules);
      rulesInPlace &= rules.complete() || table == Table.NAT;
    }
    if (!rulesInPlace) {
      return new FamilyOutcome(parts, new ApplyOutcome<>(List.of(), List.of()), false);
    }
    ApplyOutcome<RouteChange> changedRoutes = routes.apply();
    parts.add(changedRoutes);
    if (neighbours != null) {
      parts.add(neighbours.apply());
    }
    parts.add(sets.applyDeletions());
    return new FamilyOutcome(parts, changedRoutes, true);
  }

  ApplyOutcome<SetChange> applySets() {
    return sets.applyUpdates();
  }

  ApplyOutcome<ChainChange> applyTable(Table table) {
    return table(table).apply();
  }
}
