package io.margay.bgp.message;

import io.margay.bgp.message.BgpMessage.EndOfRib;
import io.margay.bgp.message.BgpMessage.Keepalive;
import io.margay.bgp.message.BgpMessage.Notification;
import io.margay.bgp.message.BgpMessage.Open;
import io.margay.bgp.message.BgpMessage.RouteRefresh;
import io.margay.net.IpFamily;
import java.nio.ByteBuffer;

/// Writes the messages that need no more than themselves. UPDATEs with routes are
/// [UpdateEncoder]'s.
public final class MessageEncoder {

  private static final int VERSION = 4;
  private static final int CAPABILITIES_PARAMETER = 2;
  private static final int EXTENDED = 255;
  private static final ByteBuffer KEEPALIVE =
      finish(begin(MessageType.KEEPALIVE)).asReadOnlyBuffer();

  private MessageEncoder() {}

  public static ByteBuffer encode(Open open) {
    ByteBuffer capabilities = ByteBuffer.allocate(MessageFramer.MAX_MESSAGE);
    open.capabilities().forEach(capability -> capability(capabilities, capability));
    capabilities.flip();
    ByteBuffer buffer = begin(MessageType.OPEN);
    buffer.put((byte) VERSION);
    buffer.putShort((short) AsPathCodec.twoOctet(open.as()).value());
    buffer.putShort((short) open.holdTimeSeconds());
    buffer.putInt(open.bgpIdentifier().bits());
    int length = capabilities.remaining();
    if (length == 0) {
      buffer.put((byte) 0);
    } else if (length + 2 < EXTENDED) {
      buffer.put((byte) (length + 2)).put((byte) CAPABILITIES_PARAMETER).put((byte) length);
    } else {
      // RFC 9072 §2.
      buffer.put((byte) EXTENDED).put((byte) EXTENDED).putShort((short) (length + 3));
      buffer.put((byte) CAPABILITIES_PARAMETER).putShort((short) length);
    }
    return finish(buffer.put(capabilities));
  }

  private static void capability(ByteBuffer buffer, Capability capability) {
    buffer.put((byte) capability.code());
    int lengthAt = buffer.position();
    buffer.put((byte) 0);
    switch (capability) {
      case Capability.Multiprotocol(AfiSafi(int afi, int safi)) ->
          buffer.putShort((short) afi).put((byte) 0).put((byte) safi);
      case Capability.RouteRefresh() -> {}
      case Capability.GracefulRestart restart -> {
        int flags = (restart.restarting() ? 0x8000 : 0) | (restart.notification() ? 0x4000 : 0);
        buffer.putShort((short) (flags | restart.restartTimeSeconds()));
        for (var family : restart.families()) {
          buffer.putShort((short) family.afiSafi().afi()).put((byte) family.afiSafi().safi());
          buffer.put((byte) (family.forwarding() ? 0x80 : 0));
        }
      }
      case Capability.ExtendedMessage(), Capability.EnhancedRouteRefresh() -> {}
      case Capability.AddPath(var families) -> {
        for (var family : families) {
          buffer.putShort((short) family.afiSafi().afi()).put((byte) family.afiSafi().safi());
          int receives = family.receives() ? Capability.AddPath.Directions.RECEIVE : 0;
          int sends = family.sends() ? Capability.AddPath.Directions.SEND : 0;
          buffer.put((byte) (receives | sends));
        }
      }
      case Capability.FourOctetAs four -> buffer.putInt((int) four.as().value());
      case Capability.Unknown unknown -> unknown.value().putTo(buffer);
    }
    buffer.put(lengthAt, (byte) (buffer.position() - lengthAt - 1));
  }

  /// The one KEEPALIVE there is, ready to be shared.
  public static ByteBuffer encode(Keepalive keepalive) {
    return KEEPALIVE.duplicate();
  }

  public static ByteBuffer encode(Notification notification) {
    ByteBuffer buffer =
        begin(MessageType.NOTIFICATION, MessageFramer.HEADER + 2 + notification.data().length());
    buffer.put((byte) notification.code()).put((byte) notification.subcode());
    notification.data().putTo(buffer);
    return finish(buffer);
  }

  public static ByteBuffer encode(RouteRefresh refresh) {
    ByteBuffer buffer = begin(MessageType.ROUTE_REFRESH);
    buffer.putShort((short) refresh.afiSafi().afi());
    buffer.put((byte) refresh.subtype()).put((byte) refresh.afiSafi().safi());
    return finish(buffer);
  }

  /// An UPDATE without content: an empty one for IPv4, an empty MP_UNREACH_NLRI for IPv6 (RFC 4724
  /// §2).
  public static ByteBuffer encode(EndOfRib endOfRib) {
    ByteBuffer buffer = begin(MessageType.UPDATE);
    buffer.putShort((short) 0);
    if (endOfRib.family() == IpFamily.IPV4) {
      return finish(buffer.putShort((short) 0));
    }
    AfiSafi afiSafi = AfiSafi.unicast(endOfRib.family());
    buffer.putShort((short) 6);
    buffer.put((byte) AttributeType.Flags.OPTIONAL);
    buffer.put((byte) AttributeType.MP_UNREACH_NLRI.code()).put((byte) 3);
    buffer.putShort((short) afiSafi.afi()).put((byte) afiSafi.safi());
    return finish(buffer);
  }

  /// A buffer of the usual largest size, positioned after the header.
  static ByteBuffer begin(MessageType type) {
    return begin(type, MessageFramer.MAX_MESSAGE);
  }

  /// A buffer for a message of `length` octets, positioned after the header.
  static ByteBuffer begin(MessageType type, int length) {
    ByteBuffer buffer = ByteBuffer.allocate(length);
    buffer.putLong(-1).putLong(-1).putShort((short) 0).put((byte) type.code());
    return buffer;
  }

  /// Fills in the length and gives an array of just that size away.
  static ByteBuffer finish(ByteBuffer buffer) {
    buffer.putShort(16, (short) buffer.position());
    if (!buffer.hasRemaining()) {
      return buffer.flip();
    }
    byte[] bytes = new byte[buffer.position()];
    buffer.get(0, bytes);
    return ByteBuffer.wrap(bytes);
  }
}
