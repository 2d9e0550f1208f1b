package io.margay.attach;

import io.margay.net.IpAddress;
import java.util.List;

/// Where a workload's addresses come from. Everything may be called again after it failed.
public interface AddressSource {

  /// Takes the workload's addresses: at least one, at most one of each family. If it fails, nothing
  /// is held that was not before, or the message says that something may be.
  List<IpAddress> take();

  /// Makes sure that addresses which the workload has are still its own, before it is attached
  /// anew.
  void keep(List<IpAddress> addresses);

  /// Gives back all that the workload has. Nothing held counts as given back.
  ///
  /// @param known addresses that its endpoint had, which may be held under the name of an earlier
  ///   container of the same workload
  void giveBack(List<IpAddress> known);

  /// What is wrong with addresses that the workload should hold, each as a sentence.
  List<String> problems(List<IpAddress> addresses);
}
