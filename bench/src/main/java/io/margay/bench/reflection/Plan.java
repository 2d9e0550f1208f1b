package io.margay.bench.reflection;

/// The addresses and prefixes of a [BenchCase]. Client i speaks from 127.1.0.0 + i + 1, its BGP
/// identifier and next hop are 10.1.0.0 + i + 1, and route number n, which is the client's n /
/// prefixes, is a /26 above 20.0.0.0.
///
/// @param as of the reflector and its clients
record Plan(BenchCase of, int as) {

  static final int AS = 64512;
  static final int HOLD_TIME_SECONDS = 90;
  static final int PREFIX_LENGTH = 26;
  static final int LOCAL_PREF = 100;

  private static final int FIRST_SOURCE = 0x7f010001;
  private static final int FIRST_ID = 0x0a010001;
  private static final int FIRST_PREFIX = 0x14000000;

  Plan(BenchCase of) {
    this(of, AS);
  }

  static String source(int client) {
    return dotted(FIRST_SOURCE + client);
  }

  static int id(int client) {
    return FIRST_ID + client;
  }

  /// The client with this identifier; something below 0 or beyond all clients if there is none.
  static int clientOf(int id) {
    return id - FIRST_ID;
  }

  static int address(int route) {
    return FIRST_PREFIX + (route << 32 - PREFIX_LENGTH);
  }

  /// The route with this address, which may be none of the plan's.
  static int routeOf(int address) {
    return address - FIRST_PREFIX >>> 32 - PREFIX_LENGTH;
  }

  int ownerOf(int route) {
    return route / of.prefixes();
  }

  int firstRoute(int client) {
    return client * of.prefixes();
  }

  static String dotted(int address) {
    return "%d.%d.%d.%d"
        .formatted(address >>> 24, address >>> 16 & 0xff, address >>> 8 & 0xff, address & 0xff);
  }
}
