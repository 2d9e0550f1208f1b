package io.margay.bgp.session;

/// How a session ended.
///
/// @param kind decides about the pause before the next attempt
/// @param reason for the operator
/// @param graceful whether the peer's routes may stay until it is back (RFC 4724 §4.2, RFC 8538 §4)
public record SessionEnd(Kind kind, String reason, boolean graceful) {

  /// An end that is graceful if the connection just broke.
  public SessionEnd(Kind kind, String reason) {
    this(kind, reason, kind == Kind.LOST);
  }

  /// What happened to the session.
  public enum Kind {
    /// The connection broke without a NOTIFICATION, or the peer has already opened a new one: it
    /// may be restarting.
    LOST,
    /// Either side sent a NOTIFICATION about an error.
    ERROR,
    /// The peer sent a Cease.
    PEER_CEASED,
    /// We were told to stop.
    STOPPED,
  }
}
