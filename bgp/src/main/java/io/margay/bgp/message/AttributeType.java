package io.margay.bgp.message;

import org.jspecify.annotations.Nullable;

/// Path attributes that the codec knows: <https://www.iana.org/assignments/bgp-parameters>, "BGP
/// Path Attributes".
enum AttributeType {
  ORIGIN(1, Flags.TRANSITIVE),
  AS_PATH(2, Flags.TRANSITIVE),
  NEXT_HOP(3, Flags.TRANSITIVE),
  MULTI_EXIT_DISC(4, Flags.OPTIONAL),
  LOCAL_PREF(5, Flags.TRANSITIVE),
  ATOMIC_AGGREGATE(6, Flags.TRANSITIVE),
  AGGREGATOR(7, Flags.OPTIONAL | Flags.TRANSITIVE),
  COMMUNITIES(8, Flags.OPTIONAL | Flags.TRANSITIVE),
  ORIGINATOR_ID(9, Flags.OPTIONAL),
  CLUSTER_LIST(10, Flags.OPTIONAL),
  MP_REACH_NLRI(14, Flags.OPTIONAL),
  MP_UNREACH_NLRI(15, Flags.OPTIONAL),
  EXTENDED_COMMUNITIES(16, Flags.OPTIONAL | Flags.TRANSITIVE),
  AS4_PATH(17, Flags.OPTIONAL | Flags.TRANSITIVE),
  AS4_AGGREGATOR(18, Flags.OPTIONAL | Flags.TRANSITIVE),
  LARGE_COMMUNITY(32, Flags.OPTIONAL | Flags.TRANSITIVE);

  private static final @Nullable AttributeType[] BY_CODE = new @Nullable AttributeType[256];

  static {
    for (AttributeType type : values()) {
      BY_CODE[type.code] = type;
    }
  }

  private final int code;
  private final int flags;

  AttributeType(int code, int flags) {
    this.code = code;
    this.flags = flags;
  }

  int code() {
    return code;
  }

  /// Optional and Transitive as the attribute's definition sets them.
  int flags() {
    return flags;
  }

  static @Nullable AttributeType of(int code) {
    return BY_CODE[code];
  }

  /// The attribute flags of RFC 4271 §4.3.
  static final class Flags {
    static final int OPTIONAL = 0x80;
    static final int TRANSITIVE = 0x40;
    static final int PARTIAL = 0x20;
    static final int EXTENDED_LENGTH = 0x10;

    private Flags() {}
  }
}
