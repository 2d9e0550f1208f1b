package io.margay.bgp.message;

import io.margay.bgp.message.BgpMessage.EndOfRib;
import io.margay.bgp.message.BgpMessage.Keepalive;
import io.margay.bgp.message.BgpMessage.Notification;
import io.margay.bgp.message.BgpMessage.Open;
import io.margay.bgp.message.BgpMessage.RouteRefresh;
import io.margay.bgp.message.BgpMessage.Update;
import io.margay.net.IpFamily;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;

/// Octets as the tests write them: hexadecimal, spaces where they help.
final class Messages {

  static final SessionCodec INTERNAL = new SessionCodec(true, false);
  static final SessionCodec EXTERNAL = new SessionCodec(true, true);
  static final SessionCodec TWO_OCTET = new SessionCodec(false, true);

  static final SessionCodec ADD_PATH =
      new SessionCodec(
          true, false, false, EnumSet.allOf(IpFamily.class), EnumSet.allOf(IpFamily.class));

  private Messages() {}

  static byte[] bytes(String hex) {
    return HexFormat.of().parseHex(hex.replaceAll("\\s", ""));
  }

  static String hex(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.duplicate().get(bytes);
    return HexFormat.of().formatHex(bytes);
  }

  /// A message of `type` around `body`.
  static byte[] message(int type, String body) {
    byte[] content = bytes(body);
    ByteBuffer buffer = ByteBuffer.allocate(19 + content.length);
    buffer.putLong(-1).putLong(-1).putShort((short) (19 + content.length)).put((byte) type);
    return buffer.put(content).array();
  }

  /// An UPDATE with these attributes and prefixes.
  static byte[] update(String withdrawn, String attributes, String announced) {
    return message(
        2,
        "%04x%s%04x%s%s"
            .formatted(
                bytes(withdrawn).length,
                withdrawn,
                bytes(attributes).length,
                attributes,
                announced));
  }

  static Decoded decode(byte[] message, SessionCodec codec) {
    MessageFramer framer = new MessageFramer();
    framer.append(ByteBuffer.wrap(message));
    ByteBuffer frame = framer.next();
    if (frame == null) {
      throw new IllegalArgumentException("not a whole message");
    }
    return MessageDecoder.decode(frame, codec);
  }

  static List<ByteBuffer> encode(BgpMessage message, SessionCodec codec) {
    return switch (message) {
      case Open open -> List.of(MessageEncoder.encode(open));
      case Keepalive keepalive -> List.of(MessageEncoder.encode(keepalive));
      case Notification notification -> List.of(MessageEncoder.encode(notification));
      case RouteRefresh refresh -> List.of(MessageEncoder.encode(refresh));
      case EndOfRib endOfRib -> List.of(MessageEncoder.encode(endOfRib));
      case Update update -> {
        List<ByteBuffer> frames = new ArrayList<>();
        UpdateEncoder encoder = new UpdateEncoder(codec);
        encoder.withdraw(update.withdrawn(), update.withdrawnIds(), frames::add);
        update
            .announced()
            .forEach(a -> encoder.announce(a.attributes(), a.prefixes(), a.pathIds(), frames::add));
        yield frames;
      }
    };
  }
}
