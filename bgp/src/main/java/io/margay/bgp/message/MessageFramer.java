package io.margay.bgp.message;

import io.margay.bgp.message.NotificationError.MessageHeader;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// Cuts a stream into messages, however the stream was split (RFC 4271 §4.1).
public final class MessageFramer {

  static final int HEADER = 19;

  /// The longest message without RFC 8654.
  static final int MAX_MESSAGE = 4096;

  /// The longest message with it.
  static final int MAX_EXTENDED_MESSAGE = 65535;

  private static final int MARKER = 16;

  /// Readable between `begin` and `end`.
  private ByteBuffer pending = ByteBuffer.allocate(MAX_MESSAGE);

  private int begin;
  private int end;
  private int maxMessage = MAX_MESSAGE;

  /// From now on messages may be as long as the session's codec says. OPEN and KEEPALIVE keep their
  /// limit (RFC 8654 §4).
  public void use(SessionCodec codec) {
    maxMessage = codec.maxMessage();
  }

  /// Takes over what remains in `bytes`, which is consumed. Frames given out before are void.
  public void append(ByteBuffer bytes) {
    int needed = end - begin + bytes.remaining();
    if (end + bytes.remaining() > pending.capacity()) {
      ByteBuffer target =
          needed > pending.capacity()
              ? ByteBuffer.allocate(Math.max(needed, 2 * pending.capacity()))
              : pending;
      System.arraycopy(pending.array(), begin, target.array(), 0, end - begin);
      pending = target;
      end -= begin;
      begin = 0;
    }
    int length = bytes.remaining();
    bytes.get(pending.array(), end, length);
    end += length;
  }

  /// The next whole message, header included, valid until the next [#append]; null if more octets
  /// are needed.
  ///
  /// @throws MalformedMessageException if no message can begin here; the stream is then lost
  public @Nullable ByteBuffer next() {
    int available = end - begin;
    boolean marked =
        available >= MARKER && (pending.getLong(begin) & pending.getLong(begin + Long.BYTES)) == -1;
    for (int i = 0; !marked && i < Math.min(available, MARKER); i++) {
      if (pending.get(begin + i) != -1) {
        throw new MalformedMessageException(
            MessageHeader.CONNECTION_NOT_SYNCHRONIZED,
            "octet %d of a message is 0x%02x, expected a marker of ones (RFC 4271 §4.1)"
                .formatted(i, pending.get(begin + i)));
      }
    }
    if (available < HEADER) {
      return null;
    }
    int length = pending.getShort(begin + MARKER) & 0xffff;
    int typeCode = pending.get(begin + MARKER + 2) & 0xff;
    check(length, typeCode);
    if (available < length) {
      return null;
    }
    ByteBuffer frame = pending.slice(begin, length);
    begin += length;
    return frame;
  }

  private void check(int length, int typeCode) {
    MessageType type = MessageType.of(typeCode);
    if (type == null) {
      throw new MalformedMessageException(
          MessageHeader.BAD_MESSAGE_TYPE,
          "message type " + typeCode + ", expected 1-5 (RFC 4271 §4.1, RFC 2918)",
          (byte) typeCode);
    }
    int maxLength = type.mayBeExtended() ? maxMessage : type.maxLength();
    if (length < type.minLength() || length > maxLength) {
      throw new MalformedMessageException(
          MessageHeader.BAD_MESSAGE_LENGTH,
          "%s message of %d octets, expected %d-%d (RFC 4271 §6.1)"
              .formatted(type, length, type.minLength(), maxLength),
          (byte) (length >>> 8),
          (byte) length);
    }
  }
}
