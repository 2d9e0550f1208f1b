package io.margay.bgp.message;

import java.util.List;

/// A message, and what was wrong with it without being the end of the session.
///
/// @param message after every error was dealt with: an UPDATE to be treated as withdraw *is* one
///   that withdraws
/// @param errors for the log and the counters; empty except for an UPDATE
public record Decoded(BgpMessage message, List<AttributeError> errors) {
  public Decoded {
    errors = List.copyOf(errors);
  }

  static Decoded of(BgpMessage message) {
    return new Decoded(message, List.of());
  }
}
