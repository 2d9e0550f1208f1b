package io.margay.kernel.ipset;

import java.util.Map;
import java.util.Set;

/// The ipset program. Calls block.
public interface IpSets {

  /// What is in the kernel, by set name; sets of types that are not ours are there too, with the
  /// type text ipset gives.
  Map<String, ActualSet> list();

  /// Feeds `ipset restore`. Of the lines before a refused one some or all may have taken effect, as
  /// the program sends them in batches; of those after it, none.
  ///
  /// @throws io.margay.kernel.KernelException if the program refuses a line; the message names it
  void restore(String input);

  /// A set as the kernel holds it.
  ///
  /// @param type for example `hash:ip`
  /// @param family `inet` or `inet6`, empty for types without one
  /// @param maxElements 0 for types without a limit
  /// @param members in ipset's spelling
  record ActualSet(String type, String family, int maxElements, Set<String> members) {
    public ActualSet {
      members = Set.copyOf(members);
    }
  }
}
