package io.margay.linux;

import io.margay.kernel.Conntrack;
import io.margay.kernel.Flows;
import io.margay.kernel.KernelMonitor;
import io.margay.kernel.Links;
import io.margay.kernel.Neighbours;
import io.margay.kernel.Routes;
import io.margay.kernel.Sysctls;
import io.margay.kernel.ipset.IpSets;
import io.margay.kernel.iptables.Iptables;
import io.margay.kernel.iptables.Table;
import io.margay.linux.CommandIptables.Flavour;
import io.margay.linux.netlink.NetlinkClient;
import io.margay.net.IpFamily;

/// The kernel this process runs on, in the network namespace of the thread that opens it. All users
/// live on threads of that namespace, which is so unless a thread was moved.
public final class LinuxKernel implements AutoCloseable {

  private final NetlinkClient client;
  private final Routes routes;
  private final Neighbours neighbours;
  private final Links links;
  private final KernelMonitor monitor;
  private final Sysctls sysctls;
  private final Conntrack conntrack;
  private final Flows flows;
  private final CommandIptables iptables;
  private final CommandIpSets ipSets;

  private LinuxKernel(NetlinkClient client, Flavour flavour) {
    Programs programs = new Programs();
    this.client = client;
    this.routes = new NetlinkRoutes(client);
    this.neighbours = new NetlinkNeighbours(client);
    this.links = new NetlinkLinks(client);
    this.monitor = new NetlinkMonitor(client);
    this.sysctls = new ProcSysctls();
    this.conntrack = new CommandConntrack(programs);
    this.flows = new CommandFlows(programs);
    this.iptables = CommandIptables.keepingRestoreRunning(flavour);
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
    return new LinuxKernel(NetlinkClient.open(), flavour);
  }

  public Routes routes() {
    return routes;
  }

  public Neighbours neighbours() {
    return neighbours;
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
  }
}
