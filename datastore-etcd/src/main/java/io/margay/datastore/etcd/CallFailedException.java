package io.margay.datastore.etcd;

/// A call that etcd refused, or that did not reach it.
public final class CallFailedException extends RuntimeException {

  private static final long serialVersionUID = 1;

  /// What follows from the failure.
  public enum Kind {
    /// No member could be spoken to; nothing was done.
    UNREACHABLE,
    /// A member was spoken to, and could not do it in time; a write may have been done or not.
    UNANSWERED,
    /// The proof of who we are is too old; nothing was done. The next call gets a new one.
    TOKEN_EXPIRED,
    /// The user may not.
    UNAUTHORIZED,
    /// The revision that was asked for is no longer kept.
    COMPACTED,
    /// Asking again would lead to the same answer.
    REFUSED
  }

  private final Kind kind;

  public CallFailedException(Kind kind, String reason, Throwable cause) {
    super(reason, cause);
    this.kind = kind;
  }

  public Kind kind() {
    return kind;
  }

  public String reason() {
    return String.valueOf(getMessage());
  }
}
