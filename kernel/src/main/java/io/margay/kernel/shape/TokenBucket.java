package io.margay.kernel.shape;

/// How fast a device may send: the queueing discipline `tbf` (tc-tbf(8)).
///
/// @param rate octets a second, on average
/// @param burst how many octets may be sent at once after a pause; fits 32 bits (`TCA_TBF_BURST`)
/// @param queue how many octets wait before more are dropped; fits 32 bits
public record TokenBucket(long rate, long burst, long queue) {

  /// The most that Linux counts in.
  public static final long MOST_OCTETS = 0xffff_ffffL;

  /// In which Linux tells how long a bucket lasts (`PSCHED_TICKS2NS`, `net/pkt_sched.h`).
  private static final long TICK_NANOS = 64;

  /// @throws IllegalArgumentException if Linux has no such bucket
  public TokenBucket {
    if (rate < 1 || burst < 1 || queue < 1 || burst > MOST_OCTETS || queue > MOST_OCTETS) {
      throw new IllegalArgumentException(
          "token bucket of %d octets a second, burst %d, queue %d".formatted(rate, burst, queue));
    }
  }

  /// What Linux tells of a bucket.
  ///
  /// @param ticks how long a full bucket lasts at the rate, in units of 64 ns, its lower 32 bits
  public record Kept(long rate, long ticks, long queue) {}

  private double ticks() {
    return burst * 1e9 / rate / TICK_NANOS;
  }

  /// What Linux would tell of this one.
  public Kept kept() {
    long ticks = (long) ticks();
    return new Kept(rate, ticks & MOST_OCTETS, queue);
  }

  /// Whether what Linux tells is about a bucket like this. Its arithmetic rounds: it multiplies by
  /// a factor of 32 bits (`psched_ratecfg_precompute`).
  public boolean isLike(Kept there) {
    double ticks = ticks();
    long whole = (long) ticks;
    long apart = (there.ticks - whole) & MOST_OCTETS;
    double allowed = 2 + ticks / (1 << 28);
    return there.rate == rate
        && there.queue == queue
        && Math.min(apart, MOST_OCTETS + 1 - apart) <= allowed;
  }

  @Override
  public String toString() {
    return "rate %d B/s burst %d B queue %d B".formatted(rate, burst, queue);
  }
}
