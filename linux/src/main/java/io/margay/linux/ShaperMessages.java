package io.margay.linux;

import io.margay.kernel.shape.Shapers;
import io.margay.kernel.shape.TokenBucket;
import io.margay.linux.netlink.Attributes;
import io.margay.linux.netlink.NetlinkMessage;
import io.margay.linux.netlink.NetlinkRequest;
import io.margay.linux.netlink.Rtnetlink.Af;
import io.margay.linux.netlink.Rtnetlink.NlmF;
import io.margay.linux.netlink.Rtnetlink.Rtm;
import io.margay.linux.netlink.TrafficControl;
import io.margay.linux.netlink.TrafficControl.TcAct;
import io.margay.linux.netlink.TrafficControl.TcH;
import io.margay.linux.netlink.TrafficControl.TcLinklayer;
import io.margay.linux.netlink.TrafficControl.Tca;
import io.margay.linux.netlink.TrafficControl.TcaMirred;
import io.margay.linux.netlink.TrafficControl.TcaTbf;
import io.margay.linux.netlink.TrafficControl.TcaU32;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/// Writes and reads `RTM_*QDISC` and `RTM_*TFILTER` messages.
///
/// ```
///   struct tcmsg { u8 family; u8 pad; u16 pad; s32 ifindex; u32 handle; u32 parent; u32 info; }
///   tcmsg | TCA_KIND "tbf" | TCA_OPTIONS { TCA_TBF_PARMS | TCA_TBF_BURST | ... }
///   tcmsg | TCA_KIND "u32" | TCA_OPTIONS { TCA_U32_SEL
///                                        | TCA_U32_ACT { 1 { "mirred", { TCA_MIRRED_PARMS } } } }
/// ```
final class ShaperMessages {

  private static final int TCMSG_LENGTH = 20;
  private static final int TBF_QOPT_LENGTH = 36;
  private static final int U32_SEL_LENGTH = 16;
  private static final int U32_KEY_LENGTH = 16;
  private static final int MIRRED_LENGTH = 28;
  private static final int MIRRED_IFINDEX = 24;

  private static final int OUR_HANDLE = Shapers.HANDLE << 16;

  private ShaperMessages() {}

  private static NetlinkRequest tcmsg(
      int type, int flags, int index, int handle, int parent, int info) {
    return new NetlinkRequest(type, flags)
        .u8(Af.UNSPEC)
        .u8(0)
        .u16(0)
        .u32(index)
        .u32(handle)
        .u32(parent)
        .u32(info);
  }

  // Queueing disciplines.

  static NetlinkRequest listDisciplines() {
    return tcmsg(Rtm.GETQDISC, 0, 0, 0, 0, 0);
  }

  static int device(NetlinkMessage message) {
    return message.u32(4);
  }

  private static Attributes attributes(NetlinkMessage message) {
    return message.attributes(TCMSG_LENGTH);
  }

  /// Whether it is the place that filters for packets that come are in.
  static boolean hasIngressFilters(NetlinkMessage message) {
    return message.type() == Rtm.NEWQDISC
        && message.u32(8) == TcH.CLSACT_HANDLE
        && message.u32(12) == TcH.CLSACT;
  }

  /// The token bucket at the root, null if it is something else or not ours.
  static TokenBucket.@Nullable Kept bucket(NetlinkMessage message) {
    Attributes attributes = attributes(message);
    if (message.type() != Rtm.NEWQDISC
        || message.u32(8) != OUR_HANDLE
        || message.u32(12) != TcH.ROOT
        || !attributes.text(Tca.KIND).orElse("").equals("tbf")) {
      return null;
    }
    Attributes options = attributes.nested(Tca.OPTIONS);
    ByteBuffer parms = options.value(TcaTbf.PARMS);
    if (parms == null || parms.capacity() < TBF_QOPT_LENGTH) {
      return null;
    }
    long rate = options.u64(TcaTbf.RATE64).orElse(Integer.toUnsignedLong(parms.getInt(8)));
    return new TokenBucket.Kept(
        rate, Integer.toUnsignedLong(parms.getInt(28)), Integer.toUnsignedLong(parms.getInt(24)));
  }

  /// ```
  ///   struct tc_tbf_qopt { tc_ratespec rate, peakrate; u32 limit, buffer, mtu; }
  ///   struct tc_ratespec { u8 cell_log, linklayer; u16 overhead; s16 cell_align; u16 mpu; u32 rate; }
  /// ```
  static NetlinkRequest limit(int index, TokenBucket bucket) {
    NetlinkRequest request =
        tcmsg(Rtm.NEWQDISC, NlmF.CREATE | NlmF.REPLACE, index, OUR_HANDLE, TcH.ROOT, 0)
            .attribute(Tca.KIND, "tbf");
    int options = request.beginAttribute(Tca.OPTIONS);
    int parms = request.beginAttribute(TcaTbf.PARMS);
    // Told how packets are framed, the kernel needs no table of the time each size takes.
    request.u8(0).u8(TcLinklayer.ETHERNET).u16(0).u16(0).u16(0);
    request.u32((int) Math.min(bucket.rate(), TokenBucket.MOST_OCTETS));
    request.u32(0).u32(0).u32(0);
    request.u32((int) bucket.queue()).u32(0).u32(0);
    request.endAttribute(parms);
    if (bucket.rate() > TokenBucket.MOST_OCTETS) {
      request.attribute(TcaTbf.RATE64, bucket.rate());
    }
    request.attribute(TcaTbf.BURST, (int) bucket.burst());
    return request.endAttribute(options);
  }

  static NetlinkRequest unlimit(int index) {
    return tcmsg(Rtm.DELQDISC, 0, index, OUR_HANDLE, TcH.ROOT, 0).attribute(Tca.KIND, "tbf");
  }

  static NetlinkRequest makeClsact(int index) {
    return tcmsg(Rtm.NEWQDISC, NlmF.CREATE | NlmF.EXCL, index, TcH.CLSACT_HANDLE, TcH.CLSACT, 0)
        .attribute(Tca.KIND, "clsact");
  }

  /// The kernel refuses it if the kind is `ingress`.
  static NetlinkRequest removeClsact(int index) {
    return tcmsg(Rtm.DELQDISC, 0, index, TcH.CLSACT_HANDLE, TcH.CLSACT, 0)
        .attribute(Tca.KIND, "clsact");
  }

  // Filters.

  /// The preference, and the protocol in network byte order.
  private static int info() {
    int protocol = TrafficControl.ETH_P_ALL;
    return Shapers.HANDLE << 16
        | (ByteOrder.nativeOrder() == ByteOrder.BIG_ENDIAN ? protocol : protocol << 8);
  }

  static NetlinkRequest listFilters(int index, int parent) {
    return tcmsg(Rtm.GETTFILTER, 0, index, 0, parent, 0);
  }

  static boolean isFilter(NetlinkMessage message) {
    return message.type() == Rtm.NEWTFILTER;
  }

  static boolean isOurFilter(NetlinkMessage message) {
    return isFilter(message) && message.u32(16) >>> 16 == Shapers.HANDLE;
  }

  /// The index of the device that packets are sent through; empty if the message tells of another
  /// part of the filter.
  static OptionalInt target(NetlinkMessage message) {
    Attributes action = attributes(message).nested(Tca.OPTIONS).nested(TcaU32.ACT).nested(1);
    ByteBuffer parms = action.nested(Tca.OPTIONS).value(TcaMirred.PARMS);
    return parms == null || parms.capacity() < MIRRED_LENGTH
        ? OptionalInt.empty()
        : OptionalInt.of(parms.getInt(MIRRED_IFINDEX));
  }

  /// A key that compares no bit, so that every packet matches.
  static NetlinkRequest redirect(int index, int to) {
    NetlinkRequest request =
        tcmsg(Rtm.NEWTFILTER, NlmF.CREATE | NlmF.EXCL, index, 0, TcH.CLSACT_INGRESS, info())
            .attribute(Tca.KIND, "u32");
    int options = request.beginAttribute(Tca.OPTIONS);
    byte[] selector = new byte[U32_SEL_LENGTH + U32_KEY_LENGTH];
    selector[0] = TcaU32.FLAG_TERMINAL;
    selector[2] = 1; // one key
    request.attribute(TcaU32.SEL, selector);
    int actions = request.beginAttribute(TcaU32.ACT);
    int action = request.beginAttribute(1);
    request.attribute(Tca.KIND, "mirred");
    int mirred = request.beginAttribute(Tca.OPTIONS);
    int parms = request.beginAttribute(TcaMirred.PARMS);
    // struct tc_mirred { u32 index, capab; s32 action, refcnt, bindcnt, eaction; u32 ifindex; }
    request.u32(0).u32(0).u32(TcAct.STOLEN).u32(0).u32(0);
    request.u32(TcaMirred.EGRESS_REDIR).u32(to);
    request.endAttribute(parms).endAttribute(mirred);
    return request.endAttribute(action).endAttribute(actions).endAttribute(options);
  }

  static NetlinkRequest stopRedirecting(int index) {
    return tcmsg(Rtm.DELTFILTER, 0, index, 0, TcH.CLSACT_INGRESS, info());
  }
}
