package io.margay.dataplane;

import io.margay.dataplane.config.DataplaneConfig;
import io.margay.dataplane.rules.DeviceNames;
import io.margay.dataplane.rules.SetNames;
import io.margay.kernel.KernelException;
import io.margay.kernel.Route;
import io.margay.kernel.ipset.IpSetTable;
import io.margay.kernel.iptables.IptablesTable;
import io.margay.kernel.iptables.Table;
import io.margay.kernel.neighbour.NeighbourTable;
import io.margay.kernel.route.RouteOwnership;
import io.margay.kernel.route.RouteTable;
import io.margay.kernel.shape.ShapingTable;
import io.margay.kernel.tunnel.TunnelDevice;
import io.margay.net.IpFamily;

/// Takes all that an agent wrote out of the kernel, and what older generations of Calico left.
///
/// Nothing is wanted any more, so that the tables delete what is ours and nothing else: first the
/// routes, without which no packet reaches a workload, then the rules, then the sets they refer to.
/// Kernel parameters of workloads' interfaces stay as they are and go with the interfaces.
public final class Cleanup {

  private Cleanup() {}

  /// `tunl0` belongs to the kernel and stays, without our address.
  private static void emptyIpipDevice(KernelAccess kernel, ApplyReport.Builder report) {
    try {
      kernel
          .tunnels()
          .read(DeviceNames.IPIP)
          .ifPresent(state ->
              state
                  .addresses()
                  .forEach(address -> kernel.tunnels().removeAddress(DeviceNames.IPIP, address)));
    } catch (KernelException e) {
      report.failed(e);
    }
  }

  /// Run it while no agent does. Both IP versions are cleaned, whatever the configuration says.
  ///
  /// @param config which prefix names of workloads' interfaces begin with
  public static ApplyReport run(DataplaneConfig config, KernelAccess kernel) {
    ApplyReport.Builder report = new ApplyReport.Builder();
    for (IpFamily family : IpFamily.values()) {
      report.add(
          new RouteTable(
                  family,
                  kernel.routes(),
                  RouteOwnership.onDevicesNamed(config.interfacePrefixes())
                      .or(RouteOwnership.ofProtocol(Route.Protocols.BIRD)))
              .apply());
      report.add(
          NeighbourTable.of(
                  family,
                  kernel.neighbours(),
                  neighbour -> config.isWorkloadInterface(neighbour.device()))
              .apply());
      for (Table table : FamilyDataplane.TABLES) {
        report.add(
            new IptablesTable(family, table, kernel.iptables(), config.insertMode()).apply());
      }
      IpSetTable sets =
          new IpSetTable(family, kernel.ipSets(), SetNames.ours(family), SetNames::temporary);
      report.add(sets.applyUpdates());
      report.add(sets.applyDeletions());
      report.add(new TunnelDevice(DeviceNames.vxlan(family), kernel.tunnels(), true).apply());
    }
    emptyIpipDevice(kernel, report);
    report.add(new ShapingTable(kernel.shapers()).apply());
    return report.build();
  }
}
