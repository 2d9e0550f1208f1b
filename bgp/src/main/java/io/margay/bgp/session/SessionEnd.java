package io.margay.bgp.session;

/// How a session ended.
///
/// @param kind decides about the peer's routes and about the pause before the next attempt
/// @param reason for the operator
public record SessionEnd(Kind kind, String reason) {

  /// What happened to the session.
  public enum Kind {
    /// The connection broke without a NOTIFICATION, or the peer has already opened a new one: it
    /// may be restarting, and RFC 4724 §4.2 lets its routes stay.
    LOST,
    /// Either side sent a NOTIFICATION about an error.
    ERROR,
    /// The peer sent a Cease.
    PEER_CEASED,
    /// We were told to stop.
    STOPPED,
  }
}
