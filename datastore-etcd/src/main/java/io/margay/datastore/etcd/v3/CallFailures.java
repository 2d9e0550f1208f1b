package io.margay.datastore.etcd.v3;

import io.etcd.jetcd.common.exception.CompactedException;
import io.grpc.Status;
import io.margay.datastore.etcd.CallFailedException;
import io.margay.datastore.etcd.CallFailedException.Kind;
import io.margay.datastore.etcd.Causes;
import java.util.Locale;

/// What gRPC and etcd say when a call fails, sorted by what follows from it. etcd's texts are those
/// of its `api/v3rpc/rpctypes/error.go`.
final class CallFailures {

  private CallFailures() {}

  static CallFailedException of(Throwable failure) {
    var status = Status.fromThrowable(failure);
    String said = status.getDescription() == null ? "" : status.getDescription();
    String text = (said + " " + failure.getMessage()).toLowerCase(Locale.ROOT);
    return new CallFailedException(kind(failure, status, text), reason(failure, said), failure);
  }

  private static Kind kind(Throwable failure, Status status, String text) {
    if (failure instanceof CompactedException || text.contains("has been compacted")) {
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
    return switch (status.getCode()) {
      case UNAVAILABLE -> text.contains("etcdserver:") ? Kind.UNANSWERED : unavailable(failure);
      case UNAUTHENTICATED ->
          Causes.speaksOfNetwork(failure) ? Kind.UNREACHABLE : Kind.UNAUTHORIZED;
      case PERMISSION_DENIED -> Kind.UNAUTHORIZED;
      case INVALID_ARGUMENT, RESOURCE_EXHAUSTED, OUT_OF_RANGE, FAILED_PRECONDITION, UNIMPLEMENTED ->
          Kind.REFUSED;
      default -> Kind.UNANSWERED;
    };
  }

  /// A connection that was never made cannot have carried anything.
  private static Kind unavailable(Throwable failure) {
    return Causes.speaksOfConnecting(failure) ? Kind.UNREACHABLE : Kind.UNANSWERED;
  }

  private static String reason(Throwable failure, String said) {
    String deepest = Causes.deepest(failure);
    return said.startsWith("etcdserver:") ? said : deepest;
  }
}
