package io.margay.lab;

import io.margay.net.IpAddress;
import io.margay.net.MacAddress;
import java.nio.ByteBuffer;
import java.util.Optional;

/// An Ethernet frame with an IPv4 UDP packet that belongs to a counted flow.
///
/// @param flow its number
/// @param phase which count it belongs to
/// @param sequence from 0 in each phase
record ProbeFrame(int flow, int phase, int sequence) {

  private static final int ETHERNET = 14;
  private static final int IPV4 = 20;
  private static final int UDP = 8;
  private static final int PAYLOAD = 16;
  private static final int LENGTH = ETHERNET + IPV4 + UDP + PAYLOAD;
  private static final short ETHERTYPE_IPV4 = 0x0800;
  private static final int MAGIC = 0x6d617267;

  /// Where a flow comes from and goes to.
  record Ends(MacAddress from, MacAddress to, IpAddress source, IpAddress target, int port) {}

  byte[] bytes(Ends ends, int sourcePort) {
    ByteBuffer frame = ByteBuffer.allocate(LENGTH);
    frame.put(ends.to().toBytes()).put(ends.from().toBytes()).putShort(ETHERTYPE_IPV4);
    frame.put((byte) 0x45).put((byte) 0).putShort((short) (IPV4 + UDP + PAYLOAD));
    frame.putShort((short) sequence).putShort((short) 0);
    frame.put((byte) 64).put((byte) 17).putShort((short) 0);
    frame.put(ends.source().toBytes()).put(ends.target().toBytes());
    frame.putShort(ETHERNET + 10, checksum(frame));
    frame.putShort((short) sourcePort).putShort((short) ends.port());
    // A checksum of zero is none (RFC 768).
    frame.putShort((short) (UDP + PAYLOAD)).putShort((short) 0);
    return frame.putInt(MAGIC).putInt(flow).putInt(phase).putInt(sequence).array();
  }

  /// RFC 1071: the complement of the sum in one's complement.
  private static short checksum(ByteBuffer frame) {
    int sum = 0;
    for (int at = ETHERNET; at < ETHERNET + IPV4; at += 2) {
      sum += frame.getShort(at) & 0xffff;
    }
    sum = (sum & 0xffff) + (sum >>> 16);
    return (short) ~(sum + (sum >>> 16));
  }

  /// Empty if the frame is none of ours.
  static Optional<ProbeFrame> parse(ByteBuffer frame) {
    int payload = ETHERNET + IPV4 + UDP;
    if (frame.limit() < LENGTH
        || frame.getShort(12) != ETHERTYPE_IPV4
        || frame.getInt(payload) != MAGIC) {
      return Optional.empty();
    }
    return Optional.of(
        new ProbeFrame(
            frame.getInt(payload + 4), frame.getInt(payload + 8), frame.getInt(payload + 12)));
  }
}
