package io.margay.datastore;

/// The store refused a call or could not be asked.
public abstract sealed class DatastoreException extends RuntimeException {

  private static final long serialVersionUID = 1;

  private DatastoreException(String message) {
    super(message);
  }

  private DatastoreException(String message, Throwable cause) {
    super(message, cause);
  }

  public static final class AlreadyExists extends DatastoreException {
    private static final long serialVersionUID = 1;

    public AlreadyExists(String what) {
      super("resource already exists: " + what);
    }
  }

  public static final class DoesNotExist extends DatastoreException {
    private static final long serialVersionUID = 1;

    public DoesNotExist(String what) {
      super("resource does not exist: " + what);
    }
  }

  public static final class UpdateConflict extends DatastoreException {
    private static final long serialVersionUID = 1;

    public UpdateConflict(String what) {
      super("update conflict: '" + what + "'");
    }
  }

  /// The value would do harm beside what is stored already. The message says what to do.
  public static final class Refused extends DatastoreException {
    private static final long serialVersionUID = 1;

    public Refused(String message) {
      super(message);
    }
  }

  /// The store cannot be reached, read or written just now. The message says what to do.
  public static final class Unavailable extends DatastoreException {
    private static final long serialVersionUID = 1;

    private final boolean outage;

    public Unavailable(String message) {
      super(message);
      this.outage = false;
    }

    public Unavailable(String message, Throwable cause) {
      this(message, cause, false);
    }

    /// @param outage see [#isOutage()]
    public Unavailable(String message, Throwable cause, boolean outage) {
      super(message, cause);
      this.outage = outage;
    }

    /// Whether nobody answers at all, so that a watch, where there is one, tells of it too.
    public boolean isOutage() {
      return outage;
    }
  }

  /// What was configured does not say which store to use, or asks for one that this build does not
  /// speak.
  public static final class Misconfigured extends DatastoreException {
    private static final long serialVersionUID = 1;

    public Misconfigured(String message) {
      super(message);
    }

    public Misconfigured(String message, Throwable cause) {
      super(message, cause);
    }
  }
}
