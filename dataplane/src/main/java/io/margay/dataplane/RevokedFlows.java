package io.margay.dataplane;

import io.margay.calc.output.NodeUpdate;
import io.margay.calc.output.NodeUpdate.LocalWorkload;
import io.margay.dataplane.FlowVerdict.Direction;
import io.margay.kernel.ApplyOutcome;
import io.margay.kernel.Flow;
import io.margay.kernel.Flows;
import io.margay.kernel.KernelException;
import io.margay.net.IpAddress;
import io.margay.net.IpFamily;
import io.margay.net.IpPrefix;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Ends established flows of workloads that policy no longer allows. Packets of a flow that is
/// tracked pass without asking policy (`RELATED,ESTABLISHED`); without its entry, the next packet
/// has to ask.
///
/// Each flow is judged by itself, as the rules in the kernel would: ones that are still allowed
/// keep their entries, and with them their address translation.
final class RevokedFlows {

  private static final Logger LOG = LoggerFactory.getLogger(RevokedFlows.class);

  private final NodeState node;
  private @Nullable Flows flows;
  private boolean pending;

  RevokedFlows(NodeState node) {
    this.node = node;
  }

  /// @param kernel null to let flows live
  void cutFrom(@Nullable Flows kernel) {
    pending |= flows == null && kernel != null;
    flows = kernel;
  }

  /// Takes note of what may take a permission away.
  void consider(NodeUpdate update) {
    pending |=
        switch (update) {
          case NodeUpdate.IpSetActive _,
              NodeUpdate.IpSetChanged _,
              NodeUpdate.PolicyActive _,
              NodeUpdate.ProfileActive _,
              NodeUpdate.WorkloadEndpointActive _ ->
              true;
          case NodeUpdate.IpSetInactive _,
              NodeUpdate.PolicyInactive _,
              NodeUpdate.ProfileInactive _,
              NodeUpdate.WorkloadEndpointInactive _,
              NodeUpdate.HostEndpointActive _,
              NodeUpdate.HostEndpointInactive _,
              NodeUpdate.HostAddressActive _,
              NodeUpdate.HostAddressInactive _,
              NodeUpdate.VtepActive _,
              NodeUpdate.VtepInactive _,
              NodeUpdate.PoolActive _,
              NodeUpdate.PoolInactive _ ->
              false;
        };
  }

  boolean isPending() {
    return pending && flows != null;
  }

  /// Judges all flows of local workloads. Comes after the rules are in place, as a flow that is cut
  /// sooner would begin anew under the old ones.
  ///
  /// @return a sentence for each that was cut
  ApplyOutcome<String> cut(List<IpFamily> families) {
    Flows kernel = flows;
    if (!pending || kernel == null) {
      return new ApplyOutcome<>(List.of(), List.of());
    }
    List<String> cut = new ArrayList<>();
    List<KernelException> failures = new ArrayList<>();
    Map<IpAddress, Local> local = localByAddress();
    FlowVerdict verdict = new FlowVerdict(node.policies(), node.profiles(), node.ipSets());
    for (IpFamily family : local.isEmpty() ? List.<IpFamily>of() : families) {
      try {
        for (Flow flow : kernel.list(family)) {
          String why = refusal(flow, local, verdict);
          if (why != null) {
            kernel.delete(flow);
            String sentence = "flow %s cut: %s".formatted(flow, why);
            // Told one by one: users ask why a connection ended, whatever else was written with it.
            LOG.info("{}", sentence);
            cut.add(sentence);
          }
        }
      } catch (KernelException e) {
        failures.add(e);
      }
    }
    pending = !failures.isEmpty();
    return new ApplyOutcome<>(cut, failures);
  }

  private record Local(String interfaceName, LocalWorkload workload) {}

  private Map<IpAddress, Local> localByAddress() {
    Map<IpAddress, Local> local = new HashMap<>();
    for (String name : node.workloadInterfaces()) {
      LocalWorkload workload = node.workloadOn(name);
      if (workload != null) {
        workload.networks().stream()
            .filter(IpPrefix::isSingleAddress)
            .forEach(network -> local.put(network.address(), new Local(name, workload)));
      }
    }
    return local;
  }

  private static @Nullable String refusal(
      Flow flow, Map<IpAddress, Local> local, FlowVerdict verdict) {
    Local from = local.get(flow.source());
    if (from != null && !verdict.allows(from.workload(), Direction.EGRESS, flow)) {
      return "egress policy of " + from.interfaceName() + " no longer allows it";
    }
    Local to = local.get(flow.translatedDestination());
    if (to != null && !verdict.allows(to.workload(), Direction.INGRESS, flow)) {
      return "ingress policy of " + to.interfaceName() + " no longer allows it";
    }
    return null;
  }
}
