package io.margay.kernel.fake;

import io.margay.kernel.Conntrack;
import io.margay.kernel.ForwardingDatabase;
import io.margay.kernel.KernelException;
import io.margay.kernel.KernelMonitor;
import io.margay.kernel.Links;
import io.margay.kernel.Neighbours;
import io.margay.kernel.Routes;
import io.margay.kernel.contract.Connection;
import io.margay.kernel.contract.KernelWorld;
import io.margay.kernel.shape.Shapers;
import io.margay.kernel.tunnel.Tunnels;
import io.margay.net.IpAddress;
import io.margay.net.IpPrefix;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

/// A kernel without a machine: links, addresses, routes, neighbours, iptables, ipset, sysctls and
/// connection tracking, as far as we use them.
///
/// Beside the interfaces of [io.margay.kernel] there are three hands on it:
///
/// - the world outside changes things ([#addLink], [#setLinkUp], [#outside]);
/// - the test makes operations fail, or lets something happen just before one ([#failNext],
///   [#failAlways], [#beforeNext]);
/// - the test reads what was written ([#writes]).
///
/// Operations are named as one would type them: `ip route add`, `ip route replace`, `ip route
/// delete`, `ip route list`, `ip neigh replace`, `ip neigh delete`, `ip neigh list`, `ip link
/// list`, `ip link show`, `ip link add`, `ip link set`, `ip link delete`, `ip address list`, `ip
/// address add`, `ip address delete`, `bridge fdb list`, `bridge fdb replace`, `bridge fdb delete`,
/// `iptables-save`, `iptables-restore`, `ip6tables-save`, `ip6tables-restore`, `ipset list`, `ipset
/// restore`, `tc show`, `tc qdisc replace`, `tc qdisc delete`, `tc filter add`, `tc filter delete`,
/// `sysctl read`, `sysctl write`, `conntrack delete`.
///
/// Any thread may call it. Notices are delivered before the call that causes them returns.
public final class FakeKernel implements KernelWorld {

  private final List<Write> writes = new ArrayList<>();
  private final List<Trap> traps = new ArrayList<>();
  private final List<Connection> connections = new ArrayList<>();
  private int outside;

  private final FakeSysctls sysctls = new FakeSysctls(this);
  private final FakeNetwork network = new FakeNetwork(this, sysctls);
  private final FakeTunnels tunnels = new FakeTunnels(this, network);
  private final FakeShapers shapers = new FakeShapers(this, network);
  private final FakeIpSets ipSets = new FakeIpSets(this);
  private final FakeIptables iptables = new FakeIptables(this, ipSets);

  /// One write that took effect.
  ///
  /// @param operation for example `ip route add` or `ipset restore`
  /// @param text what was written
  public record Write(String operation, String text) {
    @Override
    public String toString() {
      return operation + " " + text;
    }
  }

  private record Trap(String operation, Predicate<String> text, Runnable action, boolean once) {}

  public FakeKernel() {
    network.onLinkRemoved(name -> {
      tunnels.linkRemoved(name);
      shapers.linkRemoved(name);
    });
    ipSets.referencedBy(iptables::refersTo);
  }

  @Override
  public Routes routes() {
    return network;
  }

  @Override
  public Neighbours neighbours() {
    return network.neighbours();
  }

  @Override
  public ForwardingDatabase forwardingDatabase() {
    return tunnels;
  }

  @Override
  public Tunnels tunnels() {
    return tunnels;
  }

  @Override
  public Shapers shapers() {
    return shapers;
  }

  /// Has the kernel not know a kind of tunnel device.
  public synchronized void lackTunnels(String kind) {
    tunnels.lack(kind);
  }

  @Override
  public Links links() {
    return network.links();
  }

  @Override
  public KernelMonitor monitor() {
    return network.monitor();
  }

  @Override
  public FakeSysctls sysctls() {
    return sysctls;
  }

  @Override
  public FakeIptables iptables() {
    return iptables;
  }

  @Override
  public FakeIpSets ipSets() {
    return ipSets;
  }

  @Override
  public Conntrack conntrack() {
    return this::deleteConnections;
  }

  /// Written down for each address, whether there was a connection or not.
  private synchronized void deleteConnections(Set<IpAddress> addresses) {
    for (IpAddress address : new TreeSet<>(addresses)) {
      enter("conntrack delete", address.toString());
      connections.removeIf(connection -> connection.names(address));
      wrote("conntrack delete", address.toString());
    }
  }

  @Override
  public synchronized void addConnection(Connection connection) {
    connections.add(connection);
  }

  @Override
  public synchronized List<Connection> connections() {
    return List.copyOf(connections);
  }

  @Override
  public synchronized void addLink(String name) {
    network.addLink(name);
  }

  @Override
  public synchronized void removeLink(String name) {
    network.removeLink(name);
  }

  @Override
  public synchronized void setLinkUp(String name) {
    network.setLinkUp(name, true);
  }

  @Override
  public synchronized void setLinkDown(String name) {
    network.setLinkUp(name, false);
  }

  @Override
  public synchronized void addAddress(String link, String address) {
    network.addAddress(link, IpPrefix.parse(address));
  }

  @Override
  public synchronized void removeAddress(String link, String address) {
    network.removeAddress(link, IpPrefix.parse(address));
  }

  /// Changes by someone else: neither written down nor made to fail.
  public synchronized void outside(Runnable change) {
    outside++;
    try {
      change.run();
    } finally {
      outside--;
    }
  }

  /// Whether what happens now is someone else's doing.
  boolean isOutside() {
    return outside > 0;
  }

  /// Everything written since the start or the last [#forgetWrites], in order.
  public synchronized List<Write> writes() {
    return List.copyOf(writes);
  }

  /// The texts written by the operation, in order.
  public synchronized List<String> writes(String operation) {
    return writes.stream()
        .filter(write -> write.operation().equals(operation))
        .map(Write::text)
        .toList();
  }

  public synchronized void forgetWrites() {
    writes.clear();
  }

  /// The next such operation fails.
  public void failNext(String operation, String reason) {
    beforeNext(operation, () -> refuse(operation, reason));
  }

  /// Every such operation whose text holds the fragment fails until [#heal].
  public synchronized void failAlways(String operation, String fragment, String reason) {
    traps.add(
        new Trap(
            operation, text -> text.contains(fragment), () -> refuse(operation, reason), false));
  }

  /// Something happens right before the next such operation, as if done from outside; what it
  /// throws is what the operation throws.
  public synchronized void beforeNext(String operation, Runnable action) {
    traps.add(new Trap(operation, text -> true, action, true));
  }

  private static void refuse(String operation, String reason) {
    throw new KernelException(operation + ": " + reason);
  }

  /// Forgets all failures that were asked for.
  public synchronized void heal() {
    traps.clear();
  }

  /// Called at the start of each operation.
  void enter(String operation, String text) {
    if (outside > 0) {
      return;
    }
    for (Trap trap : List.copyOf(traps)) {
      if (trap.operation().equals(operation) && trap.text().test(text)) {
        if (trap.once()) {
          traps.remove(trap);
        }
        outside(trap.action());
        if (trap.once()) {
          return;
        }
      }
    }
  }

  /// Called once an operation has taken effect.
  void wrote(String operation, String text) {
    if (outside == 0) {
      writes.add(new Write(operation, text));
    }
  }
}
