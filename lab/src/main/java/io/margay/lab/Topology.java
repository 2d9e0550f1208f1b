package io.margay.lab;

import io.margay.net.IpAddress;
import io.margay.net.IpPrefix;
import io.margay.net.MacAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A network to be built: hosts on one LAN, workloads behind hosts, and what to tell the datastore.
///
/// @param name what people call it
/// @param description one line
/// @param hosts in the order in which they are shown
/// @param workloads in the order in which they are shown
/// @param settings Felix settings of every node, by name
/// @param resources files to create, below the examples directory, in order
public record Topology(
    String name,
    String description,
    List<Host> hosts,
    List<Workload> workloads,
    Map<String, String> settings,
    List<Path> resources) {

  public Topology {
    hosts = List.copyOf(hosts);
    workloads = List.copyOf(workloads);
    settings = Map.copyOf(settings);
    resources = List.copyOf(resources);
  }

  /// A machine on the LAN.
  ///
  /// @param address its LAN address, host bits kept
  /// @param node whether an agent runs on it
  /// @param routes networks it reaches through another host; for hosts without an agent
  public record Host(String name, IpPrefix address, boolean node, Map<IpPrefix, IpAddress> routes) {
    public Host {
      routes = Map.copyOf(routes);
    }
  }

  /// A container or virtual machine: a namespace behind a veth pair.
  ///
  /// @param host the host it runs on
  /// @param interfaceName the host's end
  /// @param mac of its own end
  /// @param ports TCP ports that something in it answers on
  public record Workload(
      String name,
      String host,
      String interfaceName,
      MacAddress mac,
      IpAddress address,
      List<Integer> ports) {
    public Workload {
      ports = List.copyOf(ports);
    }
  }

  /// The network that all hosts are on.
  IpPrefix lan() {
    return hosts.getFirst().address().masked();
  }

  /// The address of the switch on the LAN, where what all hosts share is to be found: the last that
  /// a host could have, so that it is in nobody's way.
  IpAddress switchAddress() {
    byte[] octets = lan().address().toBytes();
    for (int bit = lan().length(); bit < lan().family().bits() - 1; bit++) {
      octets[bit / 8] |= (byte) (0x80 >> bit % 8);
    }
    return IpAddress.of(octets);
  }

  /// The hosts that run an agent.
  public List<Host> nodes() {
    return hosts.stream().filter(Host::node).toList();
  }

  /// Every place a command can run in.
  public Stream<String> places() {
    return Stream.concat(hosts.stream().map(Host::name), workloads.stream().map(Workload::name));
  }

  /// The topology of that name, or null.
  static @Nullable Topology named(String name) {
    return all().stream().filter(topology -> topology.name.equals(name)).findFirst().orElse(null);
  }

  /// Every topology there is.
  static List<Topology> all() {
    return List.of(SeedTopology.TOPOLOGY);
  }
}
