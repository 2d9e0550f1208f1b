package io.margay.bgp.message;

import org.jspecify.annotations.Nullable;

/// BGP message types: <https://www.iana.org/assignments/bgp-parameters>, "BGP Message Types".
enum MessageType {
  OPEN(1, 29),
  UPDATE(2, 23),
  NOTIFICATION(3, 21),
  KEEPALIVE(4, 19),
  ROUTE_REFRESH(5, 23);

  private static final MessageType[] VALUES = values();

  private final int code;
  private final int minLength;

  MessageType(int code, int minLength) {
    this.code = code;
    this.minLength = minLength;
  }

  int code() {
    return code;
  }

  /// The shortest message of this type, header included (RFC 4271 §6.1).
  int minLength() {
    return minLength;
  }

  /// Whether no longer message of this type exists.
  boolean isFixedLength() {
    return this == KEEPALIVE || this == ROUTE_REFRESH;
  }

  static @Nullable MessageType of(int code) {
    return code >= 1 && code <= VALUES.length ? VALUES[code - 1] : null;
  }
}
