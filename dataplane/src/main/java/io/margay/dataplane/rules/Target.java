package io.margay.dataplane.rules;

import io.margay.net.IpAddress;

/// What happens to a packet that a rule matches, spelt as iptables-extensions(8) does.
///
/// The spelling takes part in a rule's hash: it is Felix's, also where iptables-save prints it
/// otherwise.
record Target(String text) {

  static final Target ACCEPT = jump("ACCEPT");
  static final Target DROP = jump("DROP");
  static final Target RETURN = jump("RETURN");
  static final Target MASQUERADE = jump("MASQUERADE");

  /// Not to be tracked (table `raw` only).
  static final Target NOTRACK = jump("NOTRACK");

  static Target jump(String chain) {
    return new Target("--jump " + chain);
  }

  /// As [#jump(String)], but a return at its end goes to the caller of this chain.
  static Target goTo(String chain) {
    return new Target("--goto " + chain);
  }

  static Target setMark(int bits) {
    return new Target("--jump MARK --set-mark 0x%x/0x%x".formatted(bits, bits));
  }

  static Target clearMark(int bits) {
    return new Target("--jump MARK --set-mark 0/0x%x".formatted(bits));
  }

  /// Logs as a notice: syslog level 5.
  static Target log(String prefix) {
    return new Target("--jump LOG --log-prefix \"" + prefix + ": \" --log-level 5");
  }

  static Target dnat(IpAddress address) {
    return new Target("--jump DNAT --to-destination " + address);
  }

  static Target dnat(IpAddress address, int port) {
    return port == 0
        ? dnat(address)
        : new Target("--jump DNAT --to-destination " + address + ":" + port);
  }

  static Target snat(IpAddress address) {
    return new Target("--jump SNAT --to-source " + address);
  }
}
