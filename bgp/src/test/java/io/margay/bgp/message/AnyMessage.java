package io.margay.bgp.message;

import io.margay.net.IpFamily;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/// What has to hold for any octets that a peer may send: they are a message or the one typed error,
/// and a message that was read can be written and reads the same.
///
/// The octets come as one that says how the session was negotiated, one that is the type of the
/// message, and the message's body: header and length are put before it, as otherwise nothing would
/// get past the framer.
public final class AnyMessage {

  private static final int FOUR_OCTET_AS = 1;
  private static final int EXTERNAL = 2;
  private static final int EXTENDED = 4;
  private static final int PATH_IDS = 8;
  private static final int TYPES = 6;

  private AnyMessage() {}

  /// What Jazzer calls, in a process of its own.
  ///
  /// @throws AssertionError if something that has to hold does not
  public static void fuzzerTestOneInput(byte[] input) {
    if (input.length < 2) {
      return;
    }
    SessionCodec codec = codec(input[0]);
    int length = Math.min(MessageFramer.HEADER + input.length - 2, 0xffff);
    ByteBuffer frame = ByteBuffer.allocate(length);
    byte[] marker = new byte[16];
    Arrays.fill(marker, (byte) -1);
    frame.put(marker).putShort((short) length).put((byte) ((input[1] & 0xff) % TYPES));
    frame.put(input, 2, length - MessageFramer.HEADER).flip();
    MessageFramer framer = new MessageFramer();
    framer.use(codec);
    framer.append(frame);
    try {
      ByteBuffer whole = framer.next();
      if (whole == null) {
        throw new AssertionError("the framer waits for more than the length says");
      }
      MessageDecoder decoder = new MessageDecoder(codec);
      Decoded decoded = decoder.read(whole);
      if (!decoder.read(whole).equals(decoded)) {
        throw new AssertionError("the same message says something else the second time");
      }
      check(decoded.message(), codec);
    } catch (MalformedMessageException e) {
      if (e.notification().error().isEmpty()) {
        throw new AssertionError("an error without a NOTIFICATION that says which", e);
      }
    }
  }

  private static SessionCodec codec(byte flags) {
    Set<IpFamily> pathIds =
        (flags & PATH_IDS) != 0 ? EnumSet.allOf(IpFamily.class) : EnumSet.noneOf(IpFamily.class);
    return new SessionCodec(
        (flags & FOUR_OCTET_AS) != 0,
        (flags & EXTERNAL) != 0,
        (flags & EXTENDED) != 0,
        pathIds,
        pathIds);
  }

  /// The input that makes a whole message, header included.
  static byte[] input(byte[] message, boolean fourOctetAs) {
    byte[] input = new byte[message.length - MessageFramer.HEADER + 2];
    input[0] = (byte) (fourOctetAs ? FOUR_OCTET_AS : 0);
    input[1] = message[MessageFramer.HEADER - 1];
    System.arraycopy(
        message, MessageFramer.HEADER, input, 2, message.length - MessageFramer.HEADER);
    return input;
  }

  private static void check(BgpMessage message, SessionCodec codec) {
    if (!(message instanceof BgpMessage.Update update) || update.announced().size() != 1) {
      return;
    }
    BgpMessage.Update announced = new BgpMessage.Update(List.of(), update.announced());
    List<ByteBuffer> frames = Messages.encode(announced, codec);
    if (frames.size() != 1) {
      throw new AssertionError(frames.size() + " messages for " + announced);
    }
    BgpMessage again = Messages.decode(frames.getFirst().array(), codec).message();
    // Two-octet speakers lose what only AS4_PATH could say.
    if (codec.fourOctetAs() && !again.equals(announced)) {
      throw new AssertionError("written and read again: %s, was %s".formatted(again, announced));
    }
  }
}
