package io.margay.dataplane;

import io.margay.kernel.KernelException;
import io.margay.kernel.Route;
import io.margay.kernel.Routes;
import io.margay.kernel.Sysctls;
import io.margay.net.IpAddress;
import io.margay.net.IpFamily;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Whether the host is one on which workloads can be kept apart and reached.
///
/// @param refusal why the agent must not go on, null if it may
/// @param warnings what will not work as expected
public record StartupCheck(@Nullable String refusal, List<String> warnings) {

  private static final IpAddress WORKLOADS_GATEWAY = IpAddress.parse("169.254.1.1");
  private static final String ALL_RP_FILTER = "net/ipv4/conf/all/rp_filter";
  private static final String DEFAULT_RP_FILTER = "net/ipv4/conf/default/rp_filter";

  public StartupCheck {
    warnings = List.copyOf(warnings);
  }

  /// Looks at the host. It also makes strict reverse path filtering (RFC 3704 §2.2) the default for
  /// interfaces to come, if that can be done.
  ///
  /// @param ignoreLooseRpf whether a host that lets workloads send from foreign addresses will do
  public static StartupCheck run(Sysctls sysctls, Routes routes, boolean ignoreLooseRpf) {
    List<String> warnings = new ArrayList<>();
    String refusal = checkReversePath(sysctls);
    if (refusal != null && ignoreLooseRpf) {
      warnings.add(refusal + " It goes on since IgnoreLooseRPF is set.");
      refusal = null;
    } else if (refusal != null) {
      refusal +=
          " It does not go on. Set net.ipv4.conf.all.rp_filter to 0 or 1, or IgnoreLooseRPF to"
              + " true if workloads may send from any address.";
    }
    makeStrictTheDefault(sysctls, warnings);
    if (read(sysctls, "net/ipv4/ip_forward").filter("0"::equals).isPresent()) {
      warnings.add(
          "net.ipv4.ip_forward is 0 (expected 1): packets from other hosts do not reach workloads."
              + " Set it to 1.");
    }
    checkRouteToGateway(routes, warnings);
    return new StartupCheck(refusal, warnings);
  }

  /// The larger of this value and the interface's own counts (ip-sysctl.rst, rp_filter), so that a
  /// 2 here undoes the 1 that workloads' interfaces get.
  private static @Nullable String checkReversePath(Sysctls sysctls) {
    Optional<String> value = read(sysctls, ALL_RP_FILTER);
    if (value.isEmpty()) {
      return "net.ipv4.conf.all.rp_filter cannot be read (expected 0 or 1): whether workloads can"
          + " send from foreign addresses is not known.";
    }
    boolean strict = value.get().equals("0") || value.get().equals("1");
    return strict
        ? null
        : "net.ipv4.conf.all.rp_filter is %s (expected 0 or 1): workloads could send from foreign"
                .formatted(value.get())
            + " addresses.";
  }

  private static void makeStrictTheDefault(Sysctls sysctls, List<String> warnings) {
    try {
      if (!sysctls.read(DEFAULT_RP_FILTER).equals(Optional.of("1"))) {
        sysctls.write(DEFAULT_RP_FILTER, "1");
      }
    } catch (KernelException e) {
      warnings.add(
          "net.ipv4.conf.default.rp_filter could not be set to 1: "
              + e.getMessage()
              + " It is set for each workload's interface all the same.");
    }
  }

  /// The kernel answers ARP on behalf of an address only if it has a route to it (ip-sysctl.rst,
  /// proxy_arp).
  private static void checkRouteToGateway(Routes routes, List<String> warnings) {
    try {
      boolean reachable =
          routes.list(IpFamily.IPV4).stream()
              .anyMatch(route ->
                  route.type() == Route.Type.UNICAST
                      && route.destination().contains(WORKLOADS_GATEWAY));
      if (!reachable) {
        warnings.add(
            "There is no route to "
                + WORKLOADS_GATEWAY
                + ", such as a default route: the host does not answer ARP for workloads' gateway."
                + " Add a default route, or give workloads a permanent neighbour entry.");
      }
    } catch (KernelException e) {
      warnings.add("The routes could not be read: " + e.getMessage());
    }
  }

  private static Optional<String> read(Sysctls sysctls, String path) {
    try {
      return sysctls.read(path);
    } catch (KernelException e) {
      return Optional.empty();
    }
  }
}
