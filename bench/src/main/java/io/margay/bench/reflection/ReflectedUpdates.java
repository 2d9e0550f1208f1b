package io.margay.bench.reflection;

import java.util.BitSet;

/// Reads the UPDATEs that a reflector sends to one client, keeps what the client holds by them, and
/// says what RFC 4456 forbids about them.
final class ReflectedUpdates {

  private static final int ORIGIN = 1;
  private static final int AS_PATH = 2;
  private static final int NEXT_HOP = 3;
  private static final int MULTI_EXIT_DISC = 4;
  private static final int LOCAL_PREF = 5;
  private static final int ORIGINATOR_ID = 9;
  private static final int CLUSTER_LIST = 10;
  private static final int EXTENDED_LENGTH = 0x10;

  /// A message that no reflector may send to its client.
  static final class Wrong extends RuntimeException {
    private static final long serialVersionUID = 1;

    Wrong(String message) {
      super(message);
    }
  }

  private final Plan plan;
  private final int client;
  private final BitSet held;
  private int count;

  // Of the message under way.
  private int seen;
  private int originator;
  private int nextHop;

  ReflectedUpdates(Plan plan, int client) {
    this.plan = plan;
    this.client = client;
    this.held = new BitSet(plan.of().routes());
  }

  /// How many routes of others the client holds.
  int count() {
    return count;
  }

  boolean holds(int route) {
    return held.get(route);
  }

  void clear() {
    held.clear();
    count = 0;
  }

  /// Reads the body of an UPDATE.
  ///
  /// @throws Wrong if it is malformed, or says what it must not
  void read(byte[] bytes, int from, int to) {
    int withdrawn = from + 2 + u16(bytes, from, to);
    prefixes(bytes, from + 2, check(withdrawn, to), false);
    int attributes = withdrawn + 2 + u16(bytes, withdrawn, to);
    check(attributes, to);
    if (attributes < to) {
      attributes(bytes, withdrawn + 2, attributes);
      prefixes(bytes, attributes, to, true);
    }
  }

  private void attributes(byte[] bytes, int from, int to) {
    seen = 0;
    int at = from;
    while (at < to) {
      boolean extended = (bytes[at] & EXTENDED_LENGTH) != 0;
      int type = bytes[check(at + 2, to) - 1] & 0xff;
      int length = extended ? u16(bytes, at + 2, to) : bytes[check(at + 3, to) - 1] & 0xff;
      at += extended ? 4 : 3;
      check(at + length, to);
      attribute(type, bytes, at, length);
      at += length;
    }
    int needed = 1 << ORIGIN | 1 << AS_PATH | 1 << NEXT_HOP | 1 << LOCAL_PREF;
    needed |= 1 << ORIGINATOR_ID | 1 << CLUSTER_LIST;
    if ((seen & needed) != needed) {
      throw new Wrong("attributes missing: has 0x%x, expected 0x%x".formatted(seen, needed));
    }
    if (nextHop != originator) {
      throw new Wrong(
          "next hop %s, expected the originator %s"
              .formatted(Plan.dotted(nextHop), Plan.dotted(originator)));
    }
  }

  private void attribute(int type, byte[] bytes, int at, int length) {
    seen |= type < Integer.SIZE ? 1 << type : 0;
    switch (type) {
      case ORIGIN -> expect(length == 1 && bytes[at] == 0, "ORIGIN is not IGP");
      case AS_PATH -> expect(length == 0, "AS_PATH is not empty");
      case NEXT_HOP -> nextHop = word(bytes, at, length, "NEXT_HOP");
      // FRR adds one of 0, which means the same as none.
      case MULTI_EXIT_DISC ->
          expect(word(bytes, at, length, "MULTI_EXIT_DISC") == 0, "MULTI_EXIT_DISC is not 0");
      case LOCAL_PREF ->
          expect(word(bytes, at, length, "LOCAL_PREF") == Plan.LOCAL_PREF, "LOCAL_PREF is not 100");
      case ORIGINATOR_ID -> originator = word(bytes, at, length, "ORIGINATOR_ID");
      case CLUSTER_LIST -> expect(length > 0 && length % 4 == 0, "CLUSTER_LIST of wrong length");
      default -> throw new Wrong("attribute " + type + ", which no client announced");
    }
  }

  private void prefixes(byte[] bytes, int from, int to, boolean announced) {
    int at = from;
    while (at < to) {
      if (bytes[at] != Plan.PREFIX_LENGTH) {
        throw new Wrong("prefix length " + (bytes[at] & 0xff) + ", expected 26");
      }
      int route = Plan.routeOf(word(bytes, at + 1, check(at + 5, to) - at - 1, "prefix"));
      at += 5;
      expect(route < plan.of().routes(), "a prefix that no client announced");
      int owner = plan.ownerOf(route);
      if (announced) {
        expect(Plan.clientOf(originator) == owner, "ORIGINATOR_ID is not whoever announced this");
      }
      // A client gets its own routes back from some reflectors, as RFC 4456 allows.
      if (owner != client && held.get(route) != announced) {
        held.set(route, announced);
        count += announced ? 1 : -1;
      }
    }
  }

  private static int word(byte[] bytes, int at, int length, String what) {
    expect(length == 4, what + " is not of 4 octets");
    return (bytes[at] & 0xff) << 24
        | (bytes[at + 1] & 0xff) << 16
        | (bytes[at + 2] & 0xff) << 8
        | (bytes[at + 3] & 0xff);
  }

  private static int u16(byte[] bytes, int at, int to) {
    check(at + 2, to);
    return (bytes[at] & 0xff) << 8 | (bytes[at + 1] & 0xff);
  }

  private static int check(int end, int limit) {
    expect(end <= limit, "a length points beyond its end");
    return end;
  }

  private static void expect(boolean condition, String otherwise) {
    if (!condition) {
      throw new Wrong(otherwise);
    }
  }
}
