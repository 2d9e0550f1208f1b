package io.margay.kernel.iptables;

import io.margay.net.IpFamily;
import java.util.OptionalLong;

/// The iptables programs. Calls block.
public interface Iptables {

  /// What `iptables-save -t TABLE` (or `ip6tables-save`) prints.
  ///
  /// @throws io.margay.kernel.KernelException if the program fails
  String save(IpFamily family, Table table);

  /// Feeds `iptables-restore --noflush` (or `ip6tables-restore`): all of the input takes effect, or
  /// none of it.
  ///
  /// @throws io.margay.kernel.KernelException if the program refuses it; the message holds what the
  ///   program said and the offending line
  void restore(IpFamily family, String input);

  /// How often rules were written by someone else, counted from wherever: what matters is whether
  /// it is another number than before. Other tables count too. A write of one's own is not counted,
  /// or, rarely, is.
  ///
  /// @return empty if the kernel does not tell
  OptionalLong foreignWrites();
}
