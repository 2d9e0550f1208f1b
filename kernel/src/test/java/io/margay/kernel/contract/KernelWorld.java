package io.margay.kernel.contract;

import io.margay.kernel.Conntrack;
import io.margay.kernel.ForwardingDatabase;
import io.margay.kernel.KernelMonitor;
import io.margay.kernel.Links;
import io.margay.kernel.Neighbours;
import io.margay.kernel.Routes;
import io.margay.kernel.Sysctls;
import io.margay.kernel.ipset.IpSets;
import io.margay.kernel.iptables.Iptables;
import io.margay.kernel.shape.Shapers;
import io.margay.kernel.tunnel.Tunnels;
import java.util.List;

/// A kernel under test, and the hand that changes it from outside as `ip(8)` would.
public interface KernelWorld extends AutoCloseable {

  Routes routes();

  Neighbours neighbours();

  Links links();

  KernelMonitor monitor();

  Sysctls sysctls();

  Iptables iptables();

  IpSets ipSets();

  Conntrack conntrack();

  Tunnels tunnels();

  Shapers shapers();

  ForwardingDatabase forwardingDatabase();

  /// Makes an Ethernet-like device that is administratively down and will have carrier once up.
  void addLink(String name);

  /// Removes the device, and with it its addresses and the routes over it.
  void removeLink(String name);

  void setLinkUp(String name);

  void setLinkDown(String name);

  /// Puts an address such as `192.0.2.1/24` on the device; the kernel adds the connected route if
  /// the device is up.
  void addAddress(String link, String address);

  void removeAddress(String link, String address);

  /// Has the kernel track a UDP connection from port 1000 to port 2000.
  void addConnection(Connection connection);

  /// All tracked connections.
  List<Connection> connections();

  /// Ends the world, after its test.
  @Override
  default void close() {}
}
