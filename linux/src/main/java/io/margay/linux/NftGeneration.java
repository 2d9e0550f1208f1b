package io.margay.linux;

import io.margay.kernel.KernelException;
import io.margay.linux.netlink.Attributes;
import io.margay.linux.netlink.NetlinkClient;
import io.margay.linux.netlink.NetlinkMessage;
import io.margay.linux.netlink.NetlinkRequest;
import io.margay.linux.netlink.Nfnetlink;
import io.margay.linux.netlink.Nfnetlink.NftMsg;
import io.margay.linux.netlink.Nfnetlink.NftaGen;
import io.margay.linux.netlink.Rtnetlink.Af;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/// The generation of a network namespace's nftables rules: a number that each transaction that
/// changes something, of whatever table, family and program, makes greater by one.
///
/// From it follows how many transactions were not ours. Any thread may call.
final class NftGeneration {

  private static final int NFGENMSG_LENGTH = 4;

  private final NetlinkClient client;
  private final AtomicLong ours = new AtomicLong();
  private final AtomicInteger underWay = new AtomicInteger();

  /// @param client of the protocol netfilter ([NetlinkClient#openNetfilter()])
  NftGeneration(NetlinkClient client) {
    this.client = client;
  }

  /// Runs a transaction of ours that changes something. One that fails counts as somebody else's,
  /// should it have taken effect after all: that costs a look at the rules and no more.
  void during(Runnable transaction) {
    underWay.incrementAndGet();
    try {
      transaction.run();
      ours.incrementAndGet();
    } finally {
      underWay.decrementAndGet();
    }
  }

  /// How many transactions of others there were, counted from wherever.
  ///
  /// @return empty if that cannot be known: the kernel has no nftables or does not answer, or a
  ///   transaction of ours is under way
  OptionalLong foreign() {
    long oursBefore = ours.get();
    boolean calm = underWay.get() == 0;
    OptionalLong generation = read();
    return !calm || generation.isEmpty() || underWay.get() != 0 || oursBefore != ours.get()
        ? OptionalLong.empty()
        : OptionalLong.of(generation.getAsLong() - oursBefore);
  }

  private OptionalLong read() {
    NetlinkRequest request =
        new NetlinkRequest(type(NftMsg.GETGEN), 0).u8(Af.UNSPEC).u8(Nfnetlink.V0).u16(0);
    try {
      return client.request("read the generation of nftables' rules", request).stream()
          .filter(message -> message.type() == type(NftMsg.NEWGEN))
          .mapToLong(NftGeneration::id)
          .findFirst();
    } catch (KernelException e) {
      return OptionalLong.empty();
    }
  }

  private static long id(NetlinkMessage message) {
    Attributes attributes = message.attributes(NFGENMSG_LENGTH);
    byte[] octets = attributes.octets(NftaGen.ID);
    return octets == null || octets.length != Integer.BYTES
        ? 0
        : Integer.toUnsignedLong(ByteBuffer.wrap(octets).order(ByteOrder.BIG_ENDIAN).getInt());
  }

  private static int type(int message) {
    return Nfnetlink.SUBSYS_NFTABLES << 8 | message;
  }
}
