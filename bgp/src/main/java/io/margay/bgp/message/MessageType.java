package io.margay.bgp.message;

import org.jspecify.annotations.Nullable;

/// BGP message types: <https://www.iana.org/assignments/bgp-parameters>, "BGP Message Types".
enum MessageType {
  OPEN(1, 29),
  UPDATE(2, 23),
  NOTIFICATION(3, 21),
  KEEPALIVE(4, 19),
  // What its length has to be depends on its subtype (RFC 7313 §5).
  ROUTE_REFRESH(5, 19);

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

  /// The longest message of this type without RFC 8654.
  int maxLength() {
    return this == KEEPALIVE ? minLength : MessageFramer.MAX_MESSAGE;
  }

  /// Whether RFC 8654 §3 makes messages of this type longer.
  boolean mayBeExtended() {
    return this != OPEN && this != KEEPALIVE;
  }

  static @Nullable MessageType of(int code) {
    return code >= 1 && code <= VALUES.length ? VALUES[code - 1] : null;
  }
}
