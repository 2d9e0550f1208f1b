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

  /// Reads `N` or `A:B`.
  ///
  /// @throws IllegalArgumentException if the text is neither, with the wording of Calico v1.1
  public static PortRange parse(String text) {
    int colon = text.indexOf(':');
    if (colon < 0) {
      return single(port(text, "invalid port format"));
    }
    int first = port(text.substring(0, colon), "invalid minimum port number in range", text);
    int last = port(text.substring(colon + 1), "invalid maximum port number in range", text);
    if (first > last) {
      throw new IllegalArgumentException(
          "minimum port number (%d) is greater than maximum port number (%d) in port range"
              .formatted(first, last));
    }
    return new PortRange(first, last);
  }

  private static int port(String text, String complaint) {
    return port(text, complaint, text);
  }

  private static int port(String text, String complaint, String whole) {
    if (!text.matches("[0-9]{1,9}") || Integer.parseInt(text) > 65535) {
      throw new IllegalArgumentException(complaint + " (" + whole + ")");
    }
    return Integer.parseInt(text);
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
