package io.margay.linux.netlink;

/// The numbers of traffic control, by the names of `linux/rtnetlink.h`, `linux/pkt_sched.h`,
/// `linux/pkt_cls.h` and `linux/tc_act/tc_mirred.h`: `TCA_TBF_PARMS` is `TcaTbf.PARMS`.
public final class TrafficControl {

  private TrafficControl() {}

  /// `TC_H_*`: handles, a major number in the upper two octets and a minor one in the lower.
  public static final class TcH {

    /// `TC_H_ROOT`: the parent of what a device sends through.
    public static final int ROOT = 0xffff_ffff;

    /// `TC_H_CLSACT`: the parent of the place where packets are looked at as they come and go.
    public static final int CLSACT = 0xffff_fff1;

    /// The handle of what is there, of the kind `clsact` or `ingress`.
    public static final int CLSACT_HANDLE = 0xffff_0000;

    /// `TC_H_MIN_INGRESS` below it: the parent of filters for packets that come.
    public static final int CLSACT_INGRESS = 0xffff_fff2;

    /// `TC_H_MIN_EGRESS` below it: the parent of filters for packets that go.
    public static final int CLSACT_EGRESS = 0xffff_fff3;

    private TcH() {}
  }

  /// `TCA_*`: attributes of a queueing discipline, a filter or an action.
  public static final class Tca {
    public static final int KIND = 1;
    public static final int OPTIONS = 2;

    private Tca() {}
  }

  /// `TCA_TBF_*`: attributes of a token bucket filter, inside [Tca#OPTIONS].
  public static final class TcaTbf {

    /// A `struct tc_tbf_qopt`.
    public static final int PARMS = 1;

    /// Octets a second in 64 bits, where 32 do not hold them.
    public static final int RATE64 = 4;

    public static final int BURST = 6;

    private TcaTbf() {}
  }

  /// `TC_LINKLAYER_*`: how packets are framed on the wire.
  public static final class TcLinklayer {
    public static final int ETHERNET = 1;

    private TcLinklayer() {}
  }

  /// `TCA_U32_*`: attributes of the classifier `u32`, inside [Tca#OPTIONS].
  public static final class TcaU32 {

    /// A `struct tc_u32_sel`.
    public static final int SEL = 5;

    /// Actions, numbered from 1.
    public static final int ACT = 7;

    /// `TC_U32_TERMINAL`: what matches has its class, and no further key is looked at.
    public static final int FLAG_TERMINAL = 1;

    private TcaU32() {}
  }

  /// `TCA_MIRRED_*`: attributes of the action `mirred`, inside [Tca#OPTIONS].
  public static final class TcaMirred {

    /// A `struct tc_mirred`.
    public static final int PARMS = 2;

    /// `TCA_EGRESS_REDIR`: the packet is sent through another device.
    public static final int EGRESS_REDIR = 1;

    private TcaMirred() {}
  }

  /// `TC_ACT_*`: what becomes of a packet after an action.
  public static final class TcAct {
    public static final int STOLEN = 4;

    private TcAct() {}
  }

  /// `ETH_P_ALL` of `linux/if_ether.h`: packets of any protocol.
  public static final int ETH_P_ALL = 3;
}
