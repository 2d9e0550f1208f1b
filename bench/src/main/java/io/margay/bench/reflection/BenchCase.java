package io.margay.bench.reflection;

/// How many clients there are, and how many prefixes each announces.
///
/// @param clients 2 to 5000
/// @param prefixes 1 or more; all clients together at most 2,000,000
record BenchCase(int clients, int prefixes) {

  private static final int MAX_CLIENTS = 5000;
  private static final int MAX_ROUTES = 2_000_000;

  BenchCase {
    if (clients < 2
        || clients > MAX_CLIENTS
        || prefixes < 1
        || (long) clients * prefixes > MAX_ROUTES) {
      throw new IllegalArgumentException(
          "%dx%d: expected 2-%d clients and at most %d prefixes in all"
              .formatted(clients, prefixes, MAX_CLIENTS, MAX_ROUTES));
    }
  }

  /// `clients x prefixes`, as in `200x250`.
  static BenchCase parse(String text) {
    if (!text.matches("[0-9]{1,7}x[0-9]{1,7}")) {
      throw new IllegalArgumentException(
          "'" + text + "' is no case, expected clients and prefixes of each as in 200x250");
    }
    int x = text.indexOf('x');
    return new BenchCase(
        Integer.parseInt(text.substring(0, x)), Integer.parseInt(text.substring(x + 1)));
  }

  /// The prefixes of all clients.
  int routes() {
    return clients * prefixes;
  }

  @Override
  public String toString() {
    return clients + " x " + prefixes;
  }
}
