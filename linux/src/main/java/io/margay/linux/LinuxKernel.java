package io.margay.linux;

import io.margay.kernel.Conntrack;
import io.margay.kernel.Flows;
import io.margay.kernel.ForwardingDatabase;
import io.margay.kernel.KernelException;
import io.margay.kernel.KernelMonitor;
import io.margay.kernel.Links;
import io.margay.kernel.Neighbours;
import io.margay.kernel.Routes;
import io.margay.kernel.Sysctls;
import io.margay.kernel.ipset.IpSets;
import io.margay.kernel.iptables.Iptables;
import io.margay.kernel.iptables.Table;
import io.margay.kernel.shape.Shapers;
import io.margay.kernel.tunnel.Tunnels;
import io.margay.linux.CommandIptables.Flavour;
import io.margay.linux.netlink.NetlinkClient;
import io.margay.net.IpFamily;

/// The kernel this process runs on, in the network namespace of the thread that opens it. All users
/// live on threads of that namespace, which is so unless a thread was moved.
public final class LinuxKernel implements AutoCloseable {

  private final NetlinkClient client;
  private final NetlinkClient netfilter;
  private final Routes routes;
  private final Neighbours neighbours;
  private final ForwardingDatabase forwardingDatabase;
  private final Links links;
  private final Tunnels tunnels;
  private final Shapers shapers;
  private final KernelMonitor monitor;
  private final Sysctls sysctls;
  private final Conntrack conntrack;
  private final Flows flows;
  private final CommandIptables iptables;
  private final CommandIpSets ipSets;

  private LinuxKernel(NetlinkClient client, NetlinkClient netfilter, Flavour flavour) {
    this.client = client;
    this.netfilter = netfilter;
    this.routes = new NetlinkRoutes(client);
    this.neighbours = new NetlinkNeighbours(client);
    this.forwardingDatabase = new NetlinkForwardingDatabase(client);
    this.links = new NetlinkLinks(client);
    this.tunnels = new NetlinkTunnels(client);
    this.shapers = new NetlinkShapers(client);
    this.monitor = new NetlinkMonitor(client);
    this.sysctls = new ProcSysctls();
    Programs programs = new Programs();
    this.conntrack = new NetlinkConntrack(netfilter);
    this.flows = new CommandFlows(programs);
    this.iptables = CommandIptables.keepingRestoreRunning(flavour, new NftGeneration(netfilter));
    this.ipSets = CommandIpSets.keepingOneRunning();
  }

  /// With the iptables that the system's plain names lead to.
  ///
  /// @throws io.margay.kernel.KernelException if no netlink socket can be had
  public static LinuxKernel open() {
    return open(Flavour.SYSTEM);
  }

  /// @throws io.margay.kernel.KernelException if no netlink socket can be had
  public static LinuxKernel open(Flavour flavour) {
    NetlinkClient client = NetlinkClient.open();
    try {
      return new LinuxKernel(client, NetlinkClient.openNetfilter(), flavour);
    } catch (KernelException e) {
      client.close();
      throw e;
    }
  }

  public Routes routes() {
    return routes;
  }

  public Neighbours neighbours() {
    return neighbours;
  }

  public ForwardingDatabase forwardingDatabase() {
    return forwardingDatabase;
  }

  public Tunnels tunnels() {
    return tunnels;
  }

  public Shapers shapers() {
    return shapers;
  }

  public Links links() {
    return links;
  }

  /// Its subscriptions are the subscribers' to close.
  public KernelMonitor monitor() {
    return monitor;
  }

  public Sysctls sysctls() {
    return sysctls;
  }

  public Conntrack conntrack() {
    return conntrack;
  }

  public Flows flows() {
    return flows;
  }

  public Iptables iptables() {
    return iptables;
  }

  /// What `iptables-save --counters` prints of a table. Any thread may ask.
  ///
  /// @throws io.margay.kernel.KernelException if the program fails
  public String rulesWithCounters(IpFamily family, Table table) {
    return iptables.saveWithCounters(family, table);
  }

  public IpSets ipSets() {
    return ipSets;
  }

  @Override
  public void close() {
    iptables.close();
    ipSets.close();
    client.close();
    netfilter.close();
  }
}
