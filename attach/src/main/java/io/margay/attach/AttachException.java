package io.margay.attach;

/// A workload cannot be attached or detached. The message says why and what to do.
public class AttachException extends RuntimeException {

  private static final long serialVersionUID = 1;

  /// What kind of trouble it is, for callers who tell it apart by number.
  public enum Reason {
    /// The same request may succeed later.
    TRY_AGAIN,
    /// What the request says cannot be.
    INVALID_ENVIRONMENT,
    /// What the network's configuration says cannot be.
    INVALID_CONFIGURATION,
    /// A field of the configuration asks for what is not there.
    UNSUPPORTED_FIELD,
    /// What should be read as a document cannot be.
    UNREADABLE,
    /// There is no such container.
    UNKNOWN_CONTAINER,
    /// Something else went wrong.
    FAILED
  }

  private final Reason reason;

  public AttachException(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  public AttachException(Reason reason, String message, Throwable cause) {
    super(message, cause);
    this.reason = reason;
  }

  public Reason reason() {
    return reason;
  }
}
