package io.margay.model;

import org.jspecify.annotations.Nullable;

/// Metadata do not say which resource is meant.
public final class MissingIdentifierException extends RuntimeException {

  private static final long serialVersionUID = 1;

  /// @param identifier the missing part, as documents spell it
  public MissingIdentifierException(String identifier) {
    super("insufficient identifiers, missing '" + identifier + "'");
  }

  static <T> T require(@Nullable T value, String identifier) {
    if (value == null || value.toString().isEmpty()) {
      throw new MissingIdentifierException(identifier);
    }
    return value;
  }
}
