package io.margay.model;

/// Ports from `first` to `last`, both included, each 0 to 65535 (validation refuses 0).
public record PortRange(int first, int last) {

  public PortRange {
    if (first < 0 || last > 65535 || first > last) {
      throw new IllegalArgumentException("not a port range: " + first + ":" + last);
    }
  }

  public static PortRange single(int port) {
    return new PortRange(port, port);
  }

  public boolean isSingle() {
    return first == last;
  }

  /// `N`, or `A:B`.
  @Override
  public String toString() {
    return isSingle() ? Integer.toString(first) : first + ":" + last;
  }
}
