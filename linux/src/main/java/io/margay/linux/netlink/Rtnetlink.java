package io.margay.linux.netlink;

/// The numbers of netlink(7) and rtnetlink(7), by the names of `linux/netlink.h`,
/// `linux/rtnetlink.h`, `linux/if_link.h`, `linux/if_addr.h` and `linux/neighbour.h`:
/// `RTM_NEWROUTE` is `Rtm.NEWROUTE`.
public final class Rtnetlink {

  private Rtnetlink() {}

  /// `NLMSG_*`: message types of netlink itself.
  public static final class Nlmsg {
    public static final int NOOP = 1;
    public static final int ERROR = 2;
    public static final int DONE = 3;
    public static final int OVERRUN = 4;

    private Nlmsg() {}
  }

  /// `NLM_F_*`: flags of a message. Numbers repeat, as their meaning depends on the kind of
  /// message.
  public static final class NlmF {
    public static final int REQUEST = 0x1;
    public static final int MULTI = 0x2;
    public static final int ACK = 0x4;
    public static final int DUMP_INTR = 0x10;
    public static final int DUMP = 0x300;
    public static final int REPLACE = 0x100;
    public static final int EXCL = 0x200;
    public static final int CREATE = 0x400;
    public static final int CAPPED = 0x100;
    public static final int ACK_TLVS = 0x200;

    private NlmF() {}
  }

  /// `NLMSGERR_ATTR_*`: what an extended acknowledgement holds.
  public static final class NlmsgerrAttr {
    public static final int MSG = 1;

    private NlmsgerrAttr() {}
  }

  /// `RTM_*`: message types.
  public static final class Rtm {
    public static final int NEWLINK = 16;
    public static final int DELLINK = 17;
    public static final int GETLINK = 18;
    public static final int NEWADDR = 20;
    public static final int DELADDR = 21;
    public static final int GETADDR = 22;
    public static final int NEWROUTE = 24;
    public static final int DELROUTE = 25;
    public static final int GETROUTE = 26;
    public static final int NEWNEIGH = 28;
    public static final int DELNEIGH = 29;
    public static final int GETNEIGH = 30;
    public static final int NEWQDISC = 36;
    public static final int DELQDISC = 37;
    public static final int GETQDISC = 38;
    public static final int NEWTFILTER = 44;
    public static final int DELTFILTER = 45;
    public static final int GETTFILTER = 46;

    /// `RTM_F_CLONED`: a cached copy, not a route anybody configured.
    public static final int F_CLONED = 0x200;

    private Rtm() {}
  }

  /// `RTNLGRP_*`: multicast groups.
  public static final class Rtnlgrp {
    public static final int LINK = 1;
    public static final int NEIGH = 3;
    public static final int IPV4_IFADDR = 5;
    public static final int IPV4_ROUTE = 7;
    public static final int IPV6_IFADDR = 9;
    public static final int IPV6_ROUTE = 11;

    private Rtnlgrp() {}
  }

  /// `AF_*`: address families.
  public static final class Af {
    public static final int UNSPEC = 0;
    public static final int INET = 2;
    public static final int BRIDGE = 7;
    public static final int INET6 = 10;

    private Af() {}
  }

  /// `RTA_*`: attributes of a route.
  public static final class Rta {
    public static final int DST = 1;
    public static final int OIF = 4;
    public static final int GATEWAY = 5;
    public static final int PRIORITY = 6;
    public static final int MULTIPATH = 9;
    public static final int TABLE = 15;
    public static final int VIA = 18;

    private Rta() {}
  }

  /// `RTN_*`: types of a route.
  public static final class Rtn {
    public static final int UNSPEC = 0;
    public static final int UNICAST = 1;
    public static final int LOCAL = 2;
    public static final int BROADCAST = 3;
    public static final int MULTICAST = 5;
    public static final int BLACKHOLE = 6;
    public static final int UNREACHABLE = 7;
    public static final int PROHIBIT = 8;

    private Rtn() {}
  }

  /// `RT_SCOPE_*`: distance to the destination.
  public static final class RtScope {
    public static final int UNIVERSE = 0;
    public static final int LINK = 253;
    public static final int HOST = 254;
    public static final int NOWHERE = 255;

    private RtScope() {}
  }

  /// `RT_TABLE_*`: routing tables.
  public static final class RtTable {
    public static final int MAIN = 254;

    private RtTable() {}
  }

  /// `RTNH_F_*`: flags of a next hop.
  public static final class RtnhF {
    public static final int ONLINK = 4;

    private RtnhF() {}
  }

  /// `IFLA_*`: attributes of a link.
  public static final class Ifla {
    public static final int ADDRESS = 1;
    public static final int IFNAME = 3;
    public static final int MTU = 4;
    public static final int LINK = 5;
    public static final int LINKINFO = 18;
    public static final int IFALIAS = 20;
    public static final int NET_NS_FD = 28;
    public static final int EXT_MASK = 29;

    /// `RTEXT_FILTER_SKIP_STATS`: a value of [#EXT_MASK] that leaves out counters.
    public static final int FILTER_SKIP_STATS = 1 << 3;

    private Ifla() {}
  }

  /// `IFLA_INFO_*`: attributes inside [Ifla#LINKINFO].
  public static final class IflaInfo {
    public static final int KIND = 1;
    public static final int DATA = 2;

    private IflaInfo() {}
  }

  /// `IFLA_VXLAN_*`: attributes of a VXLAN device, inside [IflaInfo#DATA].
  public static final class IflaVxlan {
    public static final int ID = 1;
    public static final int LOCAL = 4;
    public static final int LEARNING = 7;

    /// Two octets in network byte order.
    public static final int PORT = 15;

    public static final int LOCAL6 = 17;

    private IflaVxlan() {}
  }

  /// `VETH_INFO_*`: attributes of a pair, inside [IflaInfo#DATA].
  public static final class VethInfo {

    /// A `struct ifinfomsg` and attributes of the other end.
    public static final int PEER = 1;

    private VethInfo() {}
  }

  /// `IFF_*`: flags of a link (netdevice(7)).
  public static final class Iff {
    public static final int UP = 0x1;
    public static final int RUNNING = 0x40;

    private Iff() {}
  }

  /// `IFA_*`: attributes of an address.
  public static final class Ifa {
    public static final int ADDRESS = 1;
    public static final int LOCAL = 2;

    private Ifa() {}
  }

  /// `IFA_F_*`: flags of an address.
  public static final class IfaF {

    /// The address is used at once, without looking whether another host has it.
    public static final int NODAD = 0x2;

    private IfaF() {}
  }

  /// `NDA_*`: attributes of a neighbour.
  public static final class Nda {
    public static final int DST = 1;
    public static final int LLADDR = 2;

    private Nda() {}
  }

  /// `NTF_*`: flags of a neighbour.
  public static final class Ntf {

    /// It belongs to the device itself and not to a bridge above it.
    public static final int SELF = 0x2;

    private Ntf() {}
  }

  /// `NUD_*`: states of a neighbour.
  public static final class Nud {
    public static final int NOARP = 0x40;
    public static final int PERMANENT = 0x80;

    private Nud() {}
  }
}
