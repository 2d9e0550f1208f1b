package io.margay.lab;

import io.margay.lab.TruthTable.Shot;
import io.margay.net.IpAddress;
import io.margay.net.MacAddress;
import java.nio.ByteBuffer;

/// Ethernet frames with an IP packet that carries a number, by which it is known again: as the
/// identification in IPv4 (RFC 791 §3.1), as the flow label in IPv6 (RFC 8200 §3).
///
/// Checksums of what IP carries are left out; the host under test is told not to look at them.
final class RawPacket {

  private static final int ETHERNET = 14;
  private static final int IPV4 = 20;
  private static final int IPV6 = 40;
  private static final short ETHERTYPE_IPV4 = 0x0800;
  private static final short ETHERTYPE_IPV6 = (short) 0x86dd;
  private static final int HOPS = 64;

  private static final byte TCP_SYN = 2;

  private RawPacket() {}

  static byte[] frame(
      MacAddress to, MacAddress from, IpAddress source, IpAddress target, Shot shot, int number) {
    byte[] payload = payload(shot, number);
    boolean ipv4 = shot.version() == 4;
    ByteBuffer frame = ByteBuffer.allocate(ETHERNET + (ipv4 ? IPV4 : IPV6) + payload.length);
    frame.put(to.toBytes()).put(from.toBytes()).putShort(ipv4 ? ETHERTYPE_IPV4 : ETHERTYPE_IPV6);
    if (ipv4) {
      frame.put((byte) 0x45).put((byte) 0).putShort((short) (IPV4 + payload.length));
      frame.putShort((short) number).putShort((short) 0);
      frame.put((byte) HOPS).put((byte) shot.protocol()).putShort((short) 0);
      frame.put(source.toBytes()).put(target.toBytes());
      frame.putShort(ETHERNET + 10, headerChecksum(frame));
    } else {
      frame.putInt(6 << 28 | number).putShort((short) payload.length);
      frame.put((byte) shot.protocol()).put((byte) HOPS);
      frame.put(source.toBytes()).put(target.toBytes());
    }
    return frame.put(payload).array();
  }

  /// RFC 1071: the complement of the sum in one's complement.
  private static short headerChecksum(ByteBuffer frame) {
    int sum = 0;
    for (int at = ETHERNET; at < ETHERNET + IPV4; at += 2) {
      sum += frame.getShort(at) & 0xffff;
    }
    sum = (sum & 0xffff) + (sum >>> 16);
    return (short) ~(sum + (sum >>> 16));
  }

  private static byte[] payload(Shot shot, int number) {
    ByteBuffer bytes = ByteBuffer.allocate(40);
    if (shot.icmpType() >= 0) {
      bytes.put((byte) shot.icmpType()).put((byte) shot.icmpCode()).putShort((short) 0);
      return bytes.putShort((short) number).putShort((short) 1).array();
    }
    switch (shot.protocol()) {
      case 6 -> {
        ports(bytes, shot).putInt(number).putInt(0);
        bytes.put((byte) (5 << 4)).put(TCP_SYN).putShort((short) 1024);
        bytes.limit(20);
      }
      // UDP-Lite has the length of what the checksum covers there; zero is all, and it has to have
      // a checksum (RFC 3828 §3.1).
      case 136 -> ports(bytes, shot).putShort((short) 0).putShort((short) 1);
      case 17 -> ports(bytes, shot).putShort((short) bytes.capacity()).putShort((short) 0);
      // An INIT chunk starts an association, and has no verification tag (RFC 9260 §8.5.1).
      case 132 -> {
        ports(bytes, shot).putInt(0).putInt(0);
        bytes.put((byte) 1).put((byte) 0).putShort((short) 20);
        bytes.putInt(1).putInt(0xffff).putShort((short) 1).putShort((short) 1).putInt(1);
        bytes.limit(32);
      }
      default -> bytes.putInt(0);
    }
    byte[] all = new byte[bytes.limit()];
    bytes.get(0, all);
    return all;
  }

  private static ByteBuffer ports(ByteBuffer bytes, Shot shot) {
    return bytes.putShort((short) shot.sourcePort()).putShort((short) shot.destinationPort());
  }

  /// The number of the packet in a frame; -1 if the frame holds no IP packet.
  static int number(ByteBuffer frame) {
    if (frame.limit() < ETHERNET + IPV4) {
      return -1;
    }
    return switch (frame.getShort(12)) {
      case ETHERTYPE_IPV4 -> frame.getShort(ETHERNET + 4) & 0xffff;
      case ETHERTYPE_IPV6 -> frame.getInt(ETHERNET) & 0xfffff;
      default -> -1;
    };
  }
}
