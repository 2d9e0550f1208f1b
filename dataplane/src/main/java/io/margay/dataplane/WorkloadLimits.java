package io.margay.dataplane;

import io.margay.calc.output.NodeUpdate.LocalWorkload;
import io.margay.kernel.ApplyOutcome;
import io.margay.kernel.Link;
import io.margay.kernel.shape.Shapers;
import io.margay.kernel.shape.ShapingChange;
import io.margay.kernel.shape.ShapingTable;
import io.margay.kernel.shape.TokenBucket;
import io.margay.model.QosControls;
import io.margay.model.QosControls.Limit;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// How much the workloads of this node may send and receive. What goes to a workload is what its
/// interface on the host sends.
final class WorkloadLimits {

  /// For a limit that names no burst: what its bandwidth lets through in 10 ms, so that a sender
  /// that wakes up late loses nothing.
  private static final long BURST_MILLIS = 10;

  /// Two of the largest packets that the kernel handles as one (segmentation offload). With less, a
  /// bucket has to cut them up.
  private static final long LEAST_BURST = 128 * 1024;

  /// How long a packet may wait, at most. Longer queues delay and do not help TCP.
  private static final long QUEUE_MILLIS = 50;

  private static final long LEAST_QUEUE = 128 * 1024;

  /// An Ethernet header with a VLAN tag.
  private static final int HEADER = 18;

  private static final int USUAL_MTU = 1500;

  private final ShapingTable table;
  private final Map<String, QosControls> wanted = new HashMap<>();
  private final Map<String, Integer> mtus = new HashMap<>();

  WorkloadLimits(Shapers shapers) {
    this.table = new ShapingTable(shapers);
  }

  /// Wants the limits of the workload on the interface.
  ///
  /// @param workload null for none there
  void set(String interfaceName, @Nullable LocalWorkload workload) {
    QosControls limits = workload == null ? null : workload.qosControls();
    if (limits == null) {
      wanted.remove(interfaceName);
    } else {
      wanted.put(interfaceName, limits);
    }
    want(interfaceName);
  }

  private void want(String interfaceName) {
    QosControls limits = wanted.get(interfaceName);
    int mtu = mtus.getOrDefault(interfaceName, USUAL_MTU);
    table.want(
        interfaceName,
        limits == null ? null : bucket(limits.ingress(), mtu),
        limits == null ? null : bucket(limits.egress(), mtu));
  }

  /// A bucket that does not hold a whole packet would let none through.
  static @Nullable TokenBucket bucket(@Nullable Limit limit, int mtu) {
    if (limit == null) {
      return null;
    }
    long rate = limit.bandwidth() / 8;
    Long given = limit.burst();
    long burst = given == null ? Math.max(rate * BURST_MILLIS / 1000, LEAST_BURST) : given / 8;
    return new TokenBucket(
        rate,
        Math.min(Math.max(burst, mtu + HEADER), TokenBucket.MOST_OCTETS),
        Math.min(Math.max(rate * QUEUE_MILLIS / 1000, LEAST_QUEUE), TokenBucket.MOST_OCTETS));
  }

  void onLink(Link link) {
    Integer before = mtus.put(link.name(), link.mtu());
    if ((before == null || before != link.mtu()) && wanted.containsKey(link.name())) {
      want(link.name());
    }
    table.onLink(link);
  }

  void onLinkRemoved(Link link) {
    mtus.remove(link.name());
    table.onLinkRemoved(link);
  }

  void invalidate() {
    table.invalidate();
  }

  boolean needsApply() {
    return table.needsApply();
  }

  ApplyOutcome<ShapingChange> apply() {
    return table.apply();
  }

  /// What keeps the interface from having its limits; null if nothing does.
  @Nullable String troubleOf(String interfaceName) {
    return table.troubleOf(interfaceName);
  }
}
