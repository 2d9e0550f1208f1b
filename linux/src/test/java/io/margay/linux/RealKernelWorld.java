package io.margay.linux;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.kernel.Conntrack;
import io.margay.kernel.ForwardingDatabase;
import io.margay.kernel.KernelMonitor;
import io.margay.kernel.Links;
import io.margay.kernel.Neighbours;
import io.margay.kernel.Routes;
import io.margay.kernel.Sysctls;
import io.margay.kernel.contract.Connection;
import io.margay.kernel.contract.KernelWorld;
import io.margay.kernel.ipset.IpSets;
import io.margay.kernel.iptables.Iptables;
import io.margay.kernel.shape.Shapers;
import io.margay.kernel.tunnel.Tunnels;
import io.margay.linux.CommandIptables.Flavour;
import io.margay.net.IpAddress;
import io.margay.net.IpFamily;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The kernel of the calling thread's network namespace. Links are one end of a veth pair each; the
/// other end, `NAME-far`, is up from the start, so that the near one has carrier when it is up.
final class RealKernelWorld implements KernelWorld {

  private static final Pattern CONNECTION =
      Pattern.compile("src=(\\S+) dst=(\\S+) .*src=(\\S+) dst=(\\S+) ");

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
  public Tunnels tunnels() {
    return kernel.tunnels();
  }

  @Override
  public Shapers shapers() {
    return kernel.shapers();
  }

  @Override
  public ForwardingDatabase forwardingDatabase() {
    return kernel.forwardingDatabase();
  }

  @Override
  public Conntrack conntrack() {
    return kernel.conntrack();
  }

  @Override
  public void addConnection(Connection connection) {
    Programs.Result result =
        new Programs()
            .run(
                List.of(
                    "conntrack",
                    "--create",
                    "--protonum=udp",
                    "--timeout=600",
                    "--orig-src=" + connection.origSrc(),
                    "--orig-dst=" + connection.origDst(),
                    "--reply-src=" + connection.replySrc(),
                    "--reply-dst=" + connection.replyDst(),
                    "--sport=1000",
                    "--dport=2000",
                    "--reply-port-src=2000",
                    "--reply-port-dst=1000"),
                "");
    assertThat(result.exitCode()).as(result.stderr()).isZero();
  }

  @Override
  public List<Connection> connections() {
    List<Connection> connections = new ArrayList<>();
    for (IpFamily family : IpFamily.values()) {
      Programs.Result result =
          new Programs().run(List.of("conntrack", "-L", "-f", "ipv" + family.version()), "");
      result
          .stdout()
          .lines()
          .map(CONNECTION::matcher)
          .filter(Matcher::find)
          .map(found ->
              new Connection(
                  IpAddress.parse(found.group(1)),
                  IpAddress.parse(found.group(2)),
                  IpAddress.parse(found.group(3)),
                  IpAddress.parse(found.group(4))))
          .forEach(connections::add);
    }
    return connections;
  }

  @Override
  public void close() {
    kernel.close();
  }
}
