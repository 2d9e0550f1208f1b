package io.margay.bgp.message;

import io.margay.bgp.message.BgpMessage.Keepalive;
import io.margay.bgp.message.BgpMessage.Notification;
import io.margay.bgp.message.BgpMessage.RouteRefresh;
import java.nio.ByteBuffer;

/// Reads one framed message.
public final class MessageDecoder {

  private MessageDecoder() {}

  /// Reads a message.
  ///
  /// @param frame a whole message as [MessageFramer] gives it
  /// @param codec matters only to UPDATE
  /// @throws MalformedMessageException if the message ends the session
  public static Decoded decode(ByteBuffer frame, SessionCodec codec) {
    MessageType type = MessageType.of(frame.get(MessageFramer.HEADER - 1) & 0xff);
    if (type == null) {
      throw new IllegalArgumentException("not a frame of MessageFramer");
    }
    ByteBuffer body = frame.slice(MessageFramer.HEADER, frame.limit() - MessageFramer.HEADER);
    return switch (type) {
      case OPEN -> Decoded.of(OpenDecoder.decode(body));
      case UPDATE -> new UpdateDecoder(codec).decode(body);
      case NOTIFICATION ->
          Decoded.of(new Notification(body.get() & 0xff, body.get() & 0xff, Octets.takeFrom(body)));
      case KEEPALIVE -> Decoded.of(new Keepalive());
      case ROUTE_REFRESH -> Decoded.of(routeRefresh(body));
    };
  }

  private static RouteRefresh routeRefresh(ByteBuffer body) {
    int afi = body.getShort() & 0xffff;
    int subtype = body.get() & 0xff;
    return new RouteRefresh(new AfiSafi(afi, body.get() & 0xff), subtype);
  }
}
