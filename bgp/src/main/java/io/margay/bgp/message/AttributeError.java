package io.margay.bgp.message;

/// Something wrong with a path attribute that does not end the session (RFC 7606 §2).
///
/// @param reaction what was done about it
/// @param attributeType the attribute's type code
/// @param message what was found and what was expected
public record AttributeError(Reaction reaction, int attributeType, String message) {

  /// In order of strength; the strongest of a message decides.
  public enum Reaction {
    /// The attribute was dropped, the rest of the UPDATE stands.
    ATTRIBUTE_DISCARD,
    /// Every route of the UPDATE counts as withdrawn.
    TREAT_AS_WITHDRAW,
  }
}
