package io.margay.linux.netlink;

import io.margay.kernel.KernelException;
import io.margay.linux.netlink.Rtnetlink.NlmF;
import io.margay.linux.netlink.Rtnetlink.Nlmsg;
import io.margay.linux.netlink.Rtnetlink.NlmsgerrAttr;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/// A message from the kernel.
///
/// @param type for example [Rtnetlink.Rtm#NEWROUTE]
/// @param flags of [NlmF]
/// @param sequence that of the request it answers, 0 for a multicast notice
/// @param payload what follows the `nlmsghdr`, in the machine's byte order; read it by absolute
///   offsets only
public record NetlinkMessage(int type, int flags, int sequence, ByteBuffer payload) {

  private static final int HEADER_LENGTH = NetlinkRequest.HEADER_LENGTH;

  /// Takes a datagram apart.
  ///
  /// @throws KernelException if a length contradicts the datagram's
  public static List<NetlinkMessage> split(byte[] datagram) {
    ByteBuffer all = ByteBuffer.wrap(datagram).order(ByteOrder.nativeOrder());
    List<NetlinkMessage> messages = new ArrayList<>();
    int start = 0;
    while (datagram.length - start >= HEADER_LENGTH) {
      int length = all.getInt(start);
      if (length < HEADER_LENGTH || length > datagram.length - start) {
        throw new KernelException(
            "netlink message of %d octets at offset %d of a datagram of %d"
                .formatted(length, start, datagram.length));
      }
      messages.add(
          new NetlinkMessage(
              all.getShort(start + 4) & 0xffff,
              all.getShort(start + 6) & 0xffff,
              all.getInt(start + 8),
              slice(all, start + HEADER_LENGTH, length - HEADER_LENGTH)));
      start += Attributes.aligned(length);
    }
    return messages;
  }

  /// An octet of the fixed header.
  public int u8(int offset) {
    return payload.get(offset) & 0xff;
  }

  /// Two octets of the fixed header.
  public int u16(int offset) {
    return payload.getShort(offset) & 0xffff;
  }

  /// Four octets of the fixed header.
  public int u32(int offset) {
    return payload.getInt(offset);
  }

  /// The attributes behind a fixed header of the given length.
  public Attributes attributes(int headerLength) {
    int from = Math.min(Attributes.aligned(headerLength), payload.capacity());
    return Attributes.read(slice(payload, from, payload.capacity() - from));
  }

  /// For `NLMSG_ERROR` and `NLMSG_DONE`: 0, or a negated error number.
  int error() {
    return payload.capacity() >= Integer.BYTES ? u32(0) : 0;
  }

  /// For `NLMSG_ERROR` and `NLMSG_DONE`: the text of the extended acknowledgement, empty if there
  /// is none. In an error it stands behind the request's header, or behind all of the request if
  /// that is quoted whole.
  String extendedAck() {
    if ((flags & NlmF.ACK_TLVS) == 0) {
      return "";
    }
    int quoted = 0;
    if (type == Nlmsg.ERROR) {
      if (payload.capacity() < Integer.BYTES + HEADER_LENGTH) {
        return "";
      }
      quoted = (flags & NlmF.CAPPED) != 0 ? HEADER_LENGTH : u32(Integer.BYTES);
    }
    return attributes(Integer.BYTES + quoted).text(NlmsgerrAttr.MSG).orElse("");
  }

  static ByteBuffer slice(ByteBuffer of, int from, int length) {
    return of.slice(from, length).order(ByteOrder.nativeOrder());
  }
}
