package io.margay.linux.netlink;

import io.margay.linux.netlink.Rtnetlink.NlmF;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// A request, written field by field: the `nlmsghdr`, then the fixed header of the message type,
/// then attributes (`rtattr`).
///
/// ```
///   | length 4 | type 2 | flags 2 | sequence 4 | port 4 | fixed header | attribute | attribute ...
///   attribute: | length 2 | type 2 | value, padded to four octets |
/// ```
///
/// Numbers are in the machine's byte order, addresses in network byte order. Not for use by several
/// threads.
public final class NetlinkRequest {

  static final int HEADER_LENGTH = 16;
  private static final int SEQUENCE_OFFSET = 8;

  private ByteBuffer buffer = ByteBuffer.allocate(128).order(ByteOrder.nativeOrder());

  /// @param type for example [Rtnetlink.Rtm#NEWROUTE]
  /// @param flags what [NlmF] has for this type; `NLM_F_REQUEST` is added
  public NetlinkRequest(int type, int flags) {
    buffer.putInt(0).putShort((short) type).putShort((short) (flags | NlmF.REQUEST));
    buffer.putInt(0).putInt(0);
  }

  /// An octet of a fixed header.
  public NetlinkRequest u8(int value) {
    room(1).put((byte) value);
    return this;
  }

  /// Two octets of a fixed header.
  public NetlinkRequest u16(int value) {
    room(2).putShort((short) value);
    return this;
  }

  /// Four octets of a fixed header.
  public NetlinkRequest u32(int value) {
    room(4).putInt(value);
    return this;
  }

  public NetlinkRequest attribute(int type, byte[] value) {
    int start = beginAttribute(type);
    room(value.length).put(value);
    return endAttribute(start);
  }

  public NetlinkRequest attribute(int type, int value) {
    int start = beginAttribute(type);
    u32(value);
    return endAttribute(start);
  }

  /// Eight octets.
  public NetlinkRequest attribute(int type, long value) {
    int start = beginAttribute(type);
    room(Long.BYTES).putLong(value);
    return endAttribute(start);
  }

  /// Text, ended by a zero octet.
  public NetlinkRequest attribute(int type, String value) {
    int start = beginAttribute(type);
    byte[] octets = value.getBytes(StandardCharsets.UTF_8);
    room(octets.length + 1).put(octets).put((byte) 0);
    return endAttribute(start);
  }

  /// Opens an attribute whose value follows; pass the result to [#endAttribute].
  public int beginAttribute(int type) {
    int start = buffer.position();
    u16(0);
    u16(type);
    return start;
  }

  /// Closes what [#beginAttribute], or a structure whose first two octets are its length, opened.
  public NetlinkRequest endAttribute(int start) {
    int length = buffer.position() - start;
    if (length > 0xffff) {
      throw new IllegalArgumentException(
          "netlink attribute of %d octets, at most 65535 fit".formatted(length));
    }
    buffer.putShort(start, (short) length);
    while (buffer.position() % 4 != 0) {
      u8(0);
    }
    return this;
  }

  /// Where the next field goes.
  public int position() {
    return buffer.position();
  }

  int flags() {
    return buffer.getShort(6) & 0xffff;
  }

  /// The finished message.
  ///
  /// @param extraFlags added to those given at construction
  byte[] toBytes(int sequence, int extraFlags) {
    byte[] octets = Arrays.copyOf(buffer.array(), buffer.position());
    ByteBuffer.wrap(octets)
        .order(ByteOrder.nativeOrder())
        .putInt(0, octets.length)
        .putShort(6, (short) (flags() | extraFlags))
        .putInt(SEQUENCE_OFFSET, sequence);
    return octets;
  }

  private ByteBuffer room(int octets) {
    if (buffer.remaining() < octets) {
      ByteBuffer larger =
          ByteBuffer.allocate(2 * (buffer.capacity() + octets)).order(ByteOrder.nativeOrder());
      larger.put(buffer.flip());
      buffer = larger;
    }
    return buffer;
  }
}
