package io.margay.datastore.etcd.v3;

import io.etcd.jetcd.common.exception.CompactedException;
import io.grpc.Status;
import io.margay.datastore.etcd.CallFailedException;
import io.margay.datastore.etcd.CallFailedException.Kind;
import io.margay.datastore.etcd.Causes;

/// What gRPC and etcd say when a call by jetcd fails, sorted by what follows from it.
final class CallFailures {

  private CallFailures() {}

  static CallFailedException of(Throwable failure) {
    var status = Status.fromThrowable(failure);
    String said = status.getDescription() == null ? "" : status.getDescription();
    return new CallFailedException(kind(failure, status, said), reason(failure, said), failure);
  }

  private static Kind kind(Throwable failure, Status status, String said) {
    if (failure instanceof CompactedException) {
      return Kind.COMPACTED;
    }
    var kind = Refusals.kind(status.getCode().value(), said + " " + failure.getMessage());
    return switch (status.getCode()) {
      // A connection that was never made cannot have carried anything.
      case UNAVAILABLE ->
          kind == Kind.UNANSWERED
                  && !said.contains("etcdserver:")
                  && Causes.speaksOfConnecting(failure)
              ? Kind.UNREACHABLE
              : kind;
      case UNAUTHENTICATED ->
          kind == Kind.UNAUTHORIZED && Causes.speaksOfNetwork(failure) ? Kind.UNREACHABLE : kind;
      default -> kind;
    };
  }

  private static String reason(Throwable failure, String said) {
    String deepest = Causes.deepest(failure);
    return said.startsWith("etcdserver:") ? said : deepest;
  }
}
