package io.margay.attach.cni;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.margay.attach.AttachException;
import io.margay.datastore.DatastoreException;
import io.margay.kernel.KernelException;

/// An error as a plugin prints it (CNI specification, section "Error").
public final class CniError extends RuntimeException {

  private static final long serialVersionUID = 1;

  /// The codes of the specification, and the first that is a plugin's own.
  public enum Code {
    INCOMPATIBLE_VERSION(1),
    UNSUPPORTED_FIELD(2),
    UNKNOWN_CONTAINER(3),
    INVALID_ENVIRONMENT(4),
    IO_FAILURE(5),
    DECODING_FAILURE(6),
    INVALID_CONFIGURATION(7),
    TRY_AGAIN_LATER(11),
    NOT_AVAILABLE(50),
    LIMITED_CONNECTIVITY(51),
    OWN(100);

    private final int number;

    Code(int number) {
      this.number = number;
    }

    int number() {
      return number;
    }
  }

  private final int code;

  CniError(Code code, String message) {
    this(code.number(), message);
  }

  CniError(int code, String message) {
    super(message);
    this.code = code;
  }

  static CniError of(RuntimeException e) {
    return switch (e) {
      case CniError error -> error;
      case AttachException attach -> new CniError(code(attach.reason()), message(e));
      case DatastoreException.Unavailable _, DatastoreException.UpdateConflict _ ->
          new CniError(Code.TRY_AGAIN_LATER, message(e));
      case KernelException _ -> new CniError(Code.IO_FAILURE, message(e));
      default -> new CniError(Code.OWN, message(e));
    };
  }

  private static String message(RuntimeException e) {
    return e.getMessage() == null ? e.toString() : e.getMessage();
  }

  private static Code code(AttachException.Reason reason) {
    return switch (reason) {
      case TRY_AGAIN -> Code.TRY_AGAIN_LATER;
      case INVALID_ENVIRONMENT -> Code.INVALID_ENVIRONMENT;
      case INVALID_CONFIGURATION -> Code.INVALID_CONFIGURATION;
      case UNSUPPORTED_FIELD -> Code.UNSUPPORTED_FIELD;
      case UNREADABLE -> Code.DECODING_FAILURE;
      case UNKNOWN_CONTAINER -> Code.UNKNOWN_CONTAINER;
      case FAILED -> Code.OWN;
    };
  }

  /// What the plugin prints.
  CniAnswer answer(String cniVersion, String details) {
    var json =
        JsonNodeFactory.instance
            .objectNode()
            .put("cniVersion", cniVersion)
            .put("code", code)
            .put("msg", getMessage())
            .put("details", details);
    return new CniAnswer(1, json.toString(), null);
  }
}
