package io.margay.dataplane;

import io.margay.kernel.ApplyOutcome;
import io.margay.kernel.SysctlTable;
import io.margay.kernel.SysctlTable.SysctlChange;
import io.margay.kernel.Sysctls;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/// Kernel parameters of workloads' interfaces (`Documentation/networking/ip-sysctl.rst`), as Felix
/// 2.1.1 sets them while an interface is up.
final class WorkloadSysctls {

  private final SysctlTable table;
  private final boolean ipv6;

  WorkloadSysctls(Sysctls sysctls, boolean ipv6) {
    this.table = new SysctlTable(sysctls);
    this.ipv6 = ipv6;
  }

  /// By path, in the order in which they are written.
  private Map<String, String> parametersOf(String interfaceName) {
    String ipv4Conf = "net/ipv4/conf/" + interfaceName + "/";
    String ipv6Conf = "net/ipv6/conf/" + interfaceName + "/";
    Map<String, String> parameters = new LinkedHashMap<>();
    // A workload sends from its own addresses alone: all others have no route back to it.
    parameters.put(ipv4Conf + "rp_filter", "1");
    // So that a workload's packets can be translated to an address of 127.0.0.0/8.
    parameters.put(ipv4Conf + "route_localnet", "1");
    // The host answers ARP for the workload's gateway, whatever that is, and at once.
    parameters.put(ipv4Conf + "proxy_arp", "1");
    parameters.put("net/ipv4/neigh/" + interfaceName + "/proxy_delay", "0");
    parameters.put(ipv4Conf + "forwarding", "1");
    if (ipv6) {
      parameters.put(ipv6Conf + "proxy_ndp", "1");
      parameters.put(ipv6Conf + "forwarding", "1");
    }
    return parameters;
  }

  /// Wants the interface's parameters, and has them looked at.
  void put(String interfaceName) {
    parametersOf(interfaceName).forEach(table::put);
  }

  void remove(String interfaceName) {
    parametersOf(interfaceName).keySet().forEach(table::remove);
  }

  void invalidate() {
    table.invalidate();
  }

  Map<String, String> wanted() {
    return table.wanted();
  }

  void invalidate(Set<String> paths) {
    table.invalidate(paths);
  }

  /// Whether all parameters of the interface are as wanted.
  boolean isSettled(String interfaceName) {
    return parametersOf(interfaceName).keySet().stream().allMatch(table::isSettled);
  }

  boolean needsApply() {
    return table.needsApply();
  }

  ApplyOutcome<SysctlChange> apply() {
    return table.apply();
  }
}
