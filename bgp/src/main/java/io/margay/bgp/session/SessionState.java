package io.margay.bgp.session;

/// The states of RFC 4271 §8.2.2. A session that has two connections for a moment, one from each
/// side, is in the later of their states.
public enum SessionState {
  /// Not started, stopped, or waiting out an error; refuses connections.
  IDLE("Idle"),
  /// Waits for a TCP connection under way.
  CONNECT("Connect"),
  /// Waits for the peer to connect, or for the time to try again.
  ACTIVE("Active"),
  /// Connected; waits for the peer's OPEN.
  OPEN_SENT("OpenSent"),
  /// Has the peer's OPEN; waits for its KEEPALIVE.
  OPEN_CONFIRM("OpenConfirm"),
  /// Exchanges routes.
  ESTABLISHED("Established");

  private final String rfcName;

  SessionState(String rfcName) {
    this.rfcName = rfcName;
  }

  /// The name as RFC 4271 spells it.
  @Override
  public String toString() {
    return rfcName;
  }
}
