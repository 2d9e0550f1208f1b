package io.margay.bench.reflection;

import java.nio.ByteBuffer;

/// What a client says (RFC 4271 §4).
final class ClientMessages {

  static final int HEADER = 19;
  static final int MAX_MESSAGE = 4096;
  static final int OPEN = 1;
  static final int UPDATE = 2;
  static final int NOTIFICATION = 3;
  static final int KEEPALIVE = 4;

  private static final int MARKER = 16;
  private static final int PREFIX_OCTETS = 1 + (Plan.PREFIX_LENGTH + 7) / 8;

  private ClientMessages() {}

  /// IPv4 unicast, route refresh and 4-octet AS numbers, and nothing else.
  static byte[] open(Plan plan, int client) {
    ByteBuffer capabilities = ByteBuffer.allocate(64);
    capabilities.put(new byte[] {1, 4, 0, 1, 0, 1, 2, 0, 65, 4}).putInt(plan.as());
    int length = capabilities.position();
    ByteBuffer message = begin(HEADER + 10 + 2 + length, OPEN);
    message.put((byte) 4).putShort((short) plan.as()).putShort((short) Plan.HOLD_TIME_SECONDS);
    message.putInt(Plan.id(client)).put((byte) (length + 2)).put((byte) 2).put((byte) length);
    return written(message.put(capabilities.array(), 0, length));
  }

  static byte[] keepalive() {
    return written(begin(HEADER, KEEPALIVE));
  }

  /// Withdraws routes `from` to `to - 1`, in full messages.
  static byte[] withdraw(int from, int to) {
    int most = (MAX_MESSAGE - HEADER - 4) / PREFIX_OCTETS;
    ByteBuffer all = room(from, to, most, HEADER + 4);
    for (int at = from; at < to; at += most) {
      int end = Math.min(to, at + most);
      int octets = (end - at) * PREFIX_OCTETS;
      header(all, HEADER + 4 + octets, UPDATE).putShort((short) octets);
      prefixes(all, at, end);
      all.putShort((short) 0);
    }
    return written(all);
  }

  /// Announces routes `from` to `to - 1` of one client, in full messages: IGP, an empty AS path,
  /// the client as next hop, local preference 100.
  static byte[] announce(int client, int from, int to) {
    ByteBuffer attributes = ByteBuffer.allocate(64);
    attributes.put(new byte[] {0x40, 1, 1, 0, 0x40, 2, 0, 0x40, 3, 4}).putInt(Plan.id(client));
    attributes.put(new byte[] {0x40, 5, 4}).putInt(Plan.LOCAL_PREF);
    int length = attributes.position();
    int most = (MAX_MESSAGE - HEADER - 4 - length) / PREFIX_OCTETS;
    ByteBuffer all = room(from, to, most, HEADER + 4 + length);
    for (int at = from; at < to; at += most) {
      int end = Math.min(to, at + most);
      header(all, HEADER + 4 + length + (end - at) * PREFIX_OCTETS, UPDATE);
      all.putShort((short) 0).putShort((short) length).put(attributes.array(), 0, length);
      prefixes(all, at, end);
    }
    return written(all);
  }

  private static ByteBuffer room(int from, int to, int most, int overhead) {
    int messages = (to - from + most - 1) / most;
    return ByteBuffer.allocate(messages * overhead + (to - from) * PREFIX_OCTETS);
  }

  private static byte[] written(ByteBuffer all) {
    if (all.hasRemaining()) {
      throw new IllegalStateException(all.remaining() + " octets too many were made room for");
    }
    byte[] bytes = new byte[all.position()];
    all.get(0, bytes);
    return bytes;
  }

  private static void prefixes(ByteBuffer buffer, int from, int to) {
    for (int route = from; route < to; route++) {
      buffer.put((byte) Plan.PREFIX_LENGTH).putInt(Plan.address(route));
    }
  }

  private static ByteBuffer begin(int length, int type) {
    return header(ByteBuffer.allocate(length), length, type);
  }

  private static ByteBuffer header(ByteBuffer buffer, int length, int type) {
    for (int i = 0; i < MARKER; i++) {
      buffer.put((byte) 0xff);
    }
    return buffer.putShort((short) length).put((byte) type);
  }
}
