package io.margay.model;

import java.util.Locale;

/// An IP protocol, by name or by number as its author wrote it.
public sealed interface Protocol {

  /// The number IANA assigned, 1 to 255.
  int number();

  /// Whether its packets carry ports that rules can match: TCP and UDP, by name or number.
  default boolean hasPorts() {
    return number() == Named.TCP.number || number() == Named.UDP.number;
  }

  /// Reads a name (lower case) or a number 1 to 255.
  ///
  /// @throws IllegalArgumentException if the text is neither, with the wording of Calico v1.1
  static Protocol parse(String text) {
    for (Named named : Named.values()) {
      if (named.toString().equals(text)) {
        return named;
      }
    }
    if (!text.matches("[0-9]{1,10}")) {
      throw new IllegalArgumentException("protocol name invalid");
    }
    long number = Long.parseLong(text);
    if (number < 1 || number > 255) {
      throw new IllegalArgumentException("protocol number invalid");
    }
    return new Numbered((int) number);
  }

  enum Named implements Protocol {
    TCP(6),
    UDP(17),
    ICMP(1),
    ICMPV6(58),
    SCTP(132),
    UDPLITE(136);

    private final int number;

    Named(int number) {
      this.number = number;
    }

    @Override
    public int number() {
      return number;
    }

    /// The name as documents and iptables spell it.
    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  record Numbered(int number) implements Protocol {
    public Numbered {
      if (number < 1 || number > 255) {
        throw new IllegalArgumentException("protocol number " + number + " is outside 1-255");
      }
    }

    @Override
    public String toString() {
      return Integer.toString(number);
    }
  }
}
