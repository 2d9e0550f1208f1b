package io.margay.linux.netlink;

/// The numbers of nfnetlink, by the names of `linux/netfilter/nfnetlink.h`,
/// `linux/netfilter/nfnetlink_conntrack.h` and `linux/netfilter/nf_tables.h`: `CTA_TUPLE_ORIG` is
/// `Cta.TUPLE_ORIG`.
public final class Nfnetlink {

  /// `NFNL_SUBSYS_CTNETLINK`: the upper octet of a message's type.
  public static final int SUBSYS_CTNETLINK = 1;

  /// `NFNL_SUBSYS_NFTABLES`: the upper octet of a message's type.
  public static final int SUBSYS_NFTABLES = 10;

  /// `NFNETLINK_V0`: the version in `struct nfgenmsg`.
  public static final int V0 = 0;

  /// `NLA_F_NESTED`: marks an attribute that holds attributes.
  public static final int NLA_F_NESTED = 0x8000;

  private Nfnetlink() {}

  /// `IPCTNL_MSG_CT_*`: the lower octet of a message's type.
  public static final class IpctnlMsg {
    public static final int NEW = 0;
    public static final int GET = 1;
    public static final int DELETE = 2;

    private IpctnlMsg() {}
  }

  /// `NFT_MSG_*`: the lower octet of a message's type.
  public static final class NftMsg {
    public static final int NEWGEN = 15;
    public static final int GETGEN = 16;

    private NftMsg() {}
  }

  /// `NFTA_GEN_*`: attributes of a generation of rules.
  public static final class NftaGen {

    /// Four octets in network byte order.
    public static final int ID = 1;

    private NftaGen() {}
  }

  /// `CTA_*`: attributes of a connection.
  public static final class Cta {
    public static final int TUPLE_ORIG = 1;
    public static final int TUPLE_REPLY = 2;
    public static final int ID = 12;
    public static final int ZONE = 18;

    private Cta() {}
  }

  /// `CTA_TUPLE_*`: attributes of one of its directions.
  public static final class CtaTuple {
    public static final int IP = 1;

    private CtaTuple() {}
  }

  /// `CTA_IP_*`: the addresses of a direction.
  public static final class CtaIp {
    public static final int V4_SRC = 1;
    public static final int V4_DST = 2;
    public static final int V6_SRC = 3;
    public static final int V6_DST = 4;

    private CtaIp() {}
  }
}
