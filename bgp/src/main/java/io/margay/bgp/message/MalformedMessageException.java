package io.margay.bgp.message;

/// The peer sent what RFC 4271 §6, as RFC 7606 amends it, answers with a NOTIFICATION and the end
/// of the session.
public final class MalformedMessageException extends RuntimeException {

  private static final long serialVersionUID = 1;

  private final transient BgpMessage.Notification notification;

  /// An error with the data that its definition asks for.
  ///
  /// @param error what to tell the peer
  /// @param message what was found and what was expected
  /// @param data the NOTIFICATION's data
  public MalformedMessageException(NotificationError error, String message, byte... data) {
    super(message);
    this.notification = BgpMessage.Notification.of(error, data);
  }

  /// What to send before the connection is closed.
  public BgpMessage.Notification notification() {
    return notification;
  }
}
