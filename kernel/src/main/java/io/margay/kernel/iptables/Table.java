package io.margay.kernel.iptables;

/// A table of iptables(8).
public enum Table {
  RAW("raw"),
  NAT("nat"),
  FILTER("filter"),
  MANGLE("mangle");

  private final String text;

  Table(String text) {
    this.text = text;
  }

  /// The name as iptables writes it.
  @Override
  public String toString() {
    return text;
  }
}
