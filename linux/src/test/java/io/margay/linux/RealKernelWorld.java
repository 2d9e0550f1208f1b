package io.margay.linux;

import io.margay.kernel.KernelMonitor;
import io.margay.kernel.Links;
import io.margay.kernel.Neighbours;
import io.margay.kernel.Routes;
import io.margay.kernel.Sysctls;
import io.margay.kernel.contract.KernelWorld;
import io.margay.kernel.ipset.IpSets;
import io.margay.kernel.iptables.Iptables;
import io.margay.linux.CommandIptables.Flavour;

/// The kernel of the calling thread's network namespace. Links are one end of a veth pair each; the
/// other end, `NAME-far`, is up from the start, so that the near one has carrier when it is up.
final class RealKernelWorld implements KernelWorld {

  private final LinuxKernel kernel;

  RealKernelWorld() {
    this(Flavour.SYSTEM);
  }

  RealKernelWorld(Flavour flavour) {
    this.kernel = LinuxKernel.open(flavour);
  }

  @Override
  public Routes routes() {
    return kernel.routes();
  }

  @Override
  public Neighbours neighbours() {
    return kernel.neighbours();
  }

  @Override
  public Links links() {
    return kernel.links();
  }

  @Override
  public KernelMonitor monitor() {
    return kernel.monitor();
  }

  @Override
  public Sysctls sysctls() {
    return kernel.sysctls();
  }

  @Override
  public Iptables iptables() {
    return kernel.iptables();
  }

  @Override
  public IpSets ipSets() {
    return kernel.ipSets();
  }

  @Override
  public void addLink(String name) {
    IpCommand.run("link add " + name + " type veth peer name " + name + "-far");
    IpCommand.run("link set " + name + "-far up");
  }

  @Override
  public void removeLink(String name) {
    IpCommand.run("link del " + name);
  }

  @Override
  public void setLinkUp(String name) {
    IpCommand.run("link set " + name + " up");
  }

  @Override
  public void setLinkDown(String name) {
    IpCommand.run("link set " + name + " down");
  }

  @Override
  public void addAddress(String link, String address) {
    String noDad = address.contains(":") ? " nodad" : "";
    IpCommand.run("address add " + address + " dev " + link + noDad);
  }

  @Override
  public void removeAddress(String link, String address) {
    IpCommand.run("address del " + address + " dev " + link);
  }

  @Override
  public void close() {
    kernel.close();
  }
}
