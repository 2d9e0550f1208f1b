package io.margay.dataplane.config;

/// The bits of a packet's mark (`nfmark`) that carry decisions from one chain to the next.
///
/// @param accept a policy or profile accepted the packet
/// @param pass a policy passed on: skip the remaining policies, ask the profiles
/// @param workload the packet came in from a workload's interface (table `raw` only)
public record Marks(int accept, int pass, int workload) {

  /// Hands out the bits of `mask`, the lowest first.
  ///
  /// @throws IllegalArgumentException if there are fewer than three
  public static Marks fromMask(int mask) {
    if (Integer.bitCount(mask) < 3) {
      throw new IllegalArgumentException("0x%x has fewer than 3 bits".formatted(mask));
    }
    int accept = Integer.lowestOneBit(mask);
    int pass = Integer.lowestOneBit(mask & ~accept);
    int workload = Integer.lowestOneBit(mask & ~accept & ~pass);
    return new Marks(accept, pass, workload);
  }

  /// All three, which are cleared together.
  public int all() {
    return accept | pass | workload;
  }
}
