package io.margay.agent;

import io.margay.datastore.DatastoreException;
import io.margay.kernel.KernelException;

/// The agent cannot start; the message says why and what to do.
final class StartException extends RuntimeException {

  private static final long serialVersionUID = 1;

  /// Names that stay, for `docs/errors.md`; failures of a datastore have their own.
  static final String AGENT_CANNOT_START = "agent-cannot-start";

  static final String KERNEL_REFUSED = "kernel-refused";

  StartException(String message) {
    super(message);
  }

  StartException(String message, Throwable cause) {
    super(message, cause);
  }

  /// What went wrong, by its stable name.
  String error() {
    return switch (getCause()) {
      case DatastoreException e -> e.error().toString();
      case KernelException _ -> KERNEL_REFUSED;
      case null, default -> AGENT_CANNOT_START;
    };
  }
}
