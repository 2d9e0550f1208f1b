package io.margay.datastore.etcd.v3;

import io.margay.datastore.etcd.CallFailedException.Kind;
import java.util.Locale;

/// What follows from the answers with which etcd refuses. Its texts are those of its
/// `api/v3rpc/rpctypes/error.go`, the codes are gRPC's (`google/rpc/code.proto`).
final class Refusals {

  private static final int INVALID_ARGUMENT = 3;
  private static final int PERMISSION_DENIED = 7;
  private static final int RESOURCE_EXHAUSTED = 8;
  private static final int FAILED_PRECONDITION = 9;
  private static final int OUT_OF_RANGE = 11;
  private static final int UNIMPLEMENTED = 12;
  private static final int UNAUTHENTICATED = 16;

  private Refusals() {}

  static Kind kind(int code, String said) {
    String text = said.toLowerCase(Locale.ROOT);
    if (text.contains("has been compacted")) {
      return Kind.COMPACTED;
    }
    if (text.contains("invalid auth token") || text.contains("revision of auth store is old")) {
      return Kind.TOKEN_EXPIRED;
    }
    if (text.contains("permission denied")
        || text.contains("authentication failed")
        || text.contains("user name is empty")) {
      return Kind.UNAUTHORIZED;
    }
    return switch (code) {
      case PERMISSION_DENIED, UNAUTHENTICATED -> Kind.UNAUTHORIZED;
      case INVALID_ARGUMENT, RESOURCE_EXHAUSTED, FAILED_PRECONDITION, OUT_OF_RANGE, UNIMPLEMENTED ->
          Kind.REFUSED;
      default -> Kind.UNANSWERED; // UNAVAILABLE, for one, while a leader is elected
    };
  }
}
