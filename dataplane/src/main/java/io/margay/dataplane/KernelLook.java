package io.margay.dataplane;

import io.margay.kernel.KernelException;
import io.margay.kernel.Sysctls;
import io.margay.kernel.ipset.IpSets;
import io.margay.kernel.ipset.IpSets.ActualSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A look at what takes long to read of the kernel, sets and kernel parameters, beside the work: an
/// endpoint that comes meanwhile need not wait for it.
///
/// ```
///   [dataplane's thread]   Dataplane.beginLook() ─┐               ┌> Dataplane.endLook(look)
///   [any other]                                   └> look.read() ─┘
/// ```
public final class KernelLook {

  private final IpSets ipSets;
  private final Sysctls sysctls;
  private final Map<String, String> wantedSysctls;
  private final List<Long> setWrites;
  private final Set<String> otherSysctls = new HashSet<>();
  private Map<String, ActualSet> sets = Map.of();
  private @Nullable KernelException failure;

  /// @param wantedSysctls the parameters to look at, with their values
  /// @param setWrites how often each family had written sets when this began
  KernelLook(KernelAccess kernel, Map<String, String> wantedSysctls, List<Long> setWrites) {
    this.ipSets = kernel.ipSets();
    this.sysctls = kernel.sysctls();
    this.wantedSysctls = Map.copyOf(wantedSysctls);
    this.setWrites = List.copyOf(setWrites);
  }

  /// Reads. It takes a thread of the network namespace that is looked at.
  public void read() {
    try {
      sets = ipSets.list();
      wantedSysctls.forEach((path, value) -> {
        if (!sysctls.read(path).equals(Optional.of(value))) {
          otherSysctls.add(path);
        }
      });
    } catch (KernelException e) {
      failure = e;
    }
  }

  Map<String, ActualSet> sets() {
    return sets;
  }

  List<Long> setWrites() {
    return setWrites;
  }

  /// Parameters that have another value.
  Set<String> otherSysctls() {
    return otherSysctls;
  }

  boolean failed() {
    return failure != null;
  }
}
