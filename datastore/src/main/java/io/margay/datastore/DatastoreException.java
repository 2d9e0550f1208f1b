package io.margay.datastore;

/// The store refused a call or could not be asked.
public abstract sealed class DatastoreException extends RuntimeException {

  private static final long serialVersionUID = 1;

  private final DatastoreError error;

  private DatastoreException(DatastoreError error, String message) {
    super(message);
    this.error = error;
  }

  private DatastoreException(DatastoreError error, String message, Throwable cause) {
    super(message, cause);
    this.error = error;
  }

  /// What went wrong, by its stable name.
  public DatastoreError error() {
    return error;
  }

  public static final class AlreadyExists extends DatastoreException {
    private static final long serialVersionUID = 1;

    public AlreadyExists(String what) {
      super(DatastoreError.RESOURCE_EXISTS, "resource already exists: " + what);
    }
  }

  public static final class DoesNotExist extends DatastoreException {
    private static final long serialVersionUID = 1;

    public DoesNotExist(String what) {
      super(DatastoreError.RESOURCE_MISSING, "resource does not exist: " + what);
    }
  }

  public static final class UpdateConflict extends DatastoreException {
    private static final long serialVersionUID = 1;

    public UpdateConflict(String what) {
      super(DatastoreError.UPDATE_CONFLICT, "update conflict: '" + what + "'");
    }
  }

  /// The value would do harm beside what is stored already. The message says what to do.
  public static final class Refused extends DatastoreException {
    private static final long serialVersionUID = 1;

    public Refused(String message) {
      super(DatastoreError.WRITE_REFUSED, message);
    }
  }

  /// The store cannot be reached, read or written just now. The message says what to do.
  public static final class Unavailable extends DatastoreException {
    private static final long serialVersionUID = 1;

    private final boolean outage;

    public Unavailable(DatastoreError error, String message) {
      super(error, message);
      this.outage = false;
    }

    public Unavailable(DatastoreError error, String message, Throwable cause) {
      this(error, message, cause, false);
    }

    /// @param outage see [#isOutage()]
    public Unavailable(DatastoreError error, String message, Throwable cause, boolean outage) {
      super(error, message, cause);
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

    public Misconfigured(DatastoreError error, String message) {
      super(error, message);
    }

    public Misconfigured(DatastoreError error, String message, Throwable cause) {
      super(error, message, cause);
    }
  }
}
