package io.margay.model;

import org.jspecify.annotations.Nullable;

/// How much may go to a workload and come from it in a second. A section that Calico 2.1 does not
/// have; the names are those of Calico from version 3.30 on.
///
/// @param ingress of what goes to the workload; null for no limit
/// @param egress of what comes from the workload; null for no limit
public record QosControls(@Nullable Limit ingress, @Nullable Limit egress) {

  /// @throws IllegalArgumentException if nothing is limited
  public QosControls {
    if (ingress == null && egress == null) {
      throw new IllegalArgumentException("limits of nothing");
    }
  }

  /// The limits, null for none at all.
  public static @Nullable QosControls of(@Nullable Limit ingress, @Nullable Limit egress) {
    return ingress == null && egress == null ? null : new QosControls(ingress, egress);
  }

  /// A token bucket.
  ///
  /// @param bandwidth how many bits a second on average, 1 kbit/s to 1 Pbit/s
  /// @param burst how many bits at once after a pause; null where none was given, which leaves it
  ///   to the agent
  public record Limit(long bandwidth, @Nullable Long burst) {

    /// 1 kbit/s, the least that Kubernetes takes.
    public static final long LEAST_BANDWIDTH = 1_000;

    /// 1 Pbit/s, the most that Kubernetes takes.
    public static final long MOST_BANDWIDTH = 1_000_000_000_000_000L;

    /// One octet.
    public static final long LEAST_BURST = 8;

    /// Linux counts the octets of a bucket in 32 bits (`TCA_TBF_BURST`).
    public static final long MOST_BURST = 0xffff_ffffL * 8;

    /// @throws IllegalArgumentException if a number is out of its range
    public Limit {
      check("bandwidth", bandwidth, LEAST_BANDWIDTH, MOST_BANDWIDTH);
      if (burst != null) {
        check("burst", burst, LEAST_BURST, MOST_BURST);
      }
    }

    private static void check(String name, long value, long least, long most) {
      if (value < least || value > most) {
        throw new IllegalArgumentException(
            "%s of %d bits, expected %d to %d".formatted(name, value, least, most));
      }
    }
  }
}
