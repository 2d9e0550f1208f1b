package io.margay.model.stored;

/// A stored value that is no JSON, or JSON that cannot be meant. Its message is the reason.
public final class InvalidStoredValueException extends RuntimeException {

  private static final long serialVersionUID = 1;

  InvalidStoredValueException(String reason) {
    super(reason);
  }
}
