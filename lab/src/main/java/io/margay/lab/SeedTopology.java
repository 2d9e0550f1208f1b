package io.margay.lab;

import io.margay.lab.Topology.Host;
import io.margay.lab.Topology.Workload;
import io.margay.net.IpAddress;
import io.margay.net.IpPrefix;
import io.margay.net.MacAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// A tenant of two services on two hosts.
///
/// ```
///   ==+===================+===================+==  192.168.40.0/24
///     | .11               | .12               | .10
///   slave1              slave2             outside
///    | cali0ef24b1  .1    | cali0ef24b3  .3
///    | cali0ef24b2  .2    |                        172.16.1.0/24
/// ```
final class SeedTopology {

  private static final List<Integer> PORTS = List.of(80, 3306);

  static final Topology TOPOLOGY =
      new Topology(
          "seed",
          "two hosts on one LAN, two frontends and a database, one host outside",
          List.of(
              node("slave1", "192.168.40.11/24"),
              node("slave2", "192.168.40.12/24"),
              new Host(
                  "outside",
                  IpPrefix.parse("192.168.40.10/24"),
                  false,
                  Map.of(
                      IpPrefix.parse("172.16.1.0/24"), IpAddress.parse("192.168.40.11"),
                      IpPrefix.parse("172.16.1.3/32"), IpAddress.parse("192.168.40.12")))),
          List.of(
              workload("slave1-frontend1", "slave1", "cali0ef24b1", "ca:fe:1d:52:bb:e1", 1),
              workload("slave1-frontend2", "slave1", "cali0ef24b2", "ca:fe:1d:52:bb:e2", 2),
              workload("slave2-database", "slave2", "cali0ef24b3", "ca:fe:1d:52:bb:e3", 3)),
          Map.of(
              "DefaultEndpointToHostAction", "RETURN",
              "MetadataAddr", "None",
              "EndpointReportingEnabled", "true"),
          List.of(
              Path.of("tenant", "pools.yaml"),
              Path.of("tenant", "endpoints.yaml"),
              Path.of("tenant", "policy.yaml"),
              Path.of("tenant", "profile.yaml")));

  private SeedTopology() {}

  private static Host node(String name, String address) {
    return new Host(name, IpPrefix.parse(address), true, Map.of());
  }

  private static Workload workload(
      String name, String host, String interfaceName, String mac, int number) {
    return new Workload(
        name,
        host,
        interfaceName,
        MacAddress.parse(mac),
        IpAddress.parse("172.16.1." + number),
        PORTS);
  }
}
