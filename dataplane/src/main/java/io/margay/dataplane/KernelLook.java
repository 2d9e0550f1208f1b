package io.margay.dataplane;

import io.margay.kernel.KernelException;
import io.margay.kernel.Sysctls;
import io.margay.kernel.ipset.IpSets;
import io.margay.kernel.ipset.IpSets.ActualSet;
import io.margay.kernel.iptables.RulesLook;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A look at what takes long to read of the kernel, rules, sets and kernel parameters, beside the
/// work: an endpoint that comes meanwhile need not wait for it.
///
/// ```
///   [dataplane's thread]   Dataplane.beginLook() ─┐               ┌> Dataplane.endLook(look)
///   [any other]                                   └> look.read() ─┘
/// ```
public final class KernelLook {

  private final NodeTables tables;
  private final IpSets ipSets;
  private final Sysctls sysctls;
  private final Map<String, String> wantedSysctls;
  private final List<FamilyLook> families;
  private final Set<String> otherSysctls = new HashSet<>();
  private Map<String, ActualSet> sets = Map.of();
  private @Nullable KernelException failure;

  /// What one IP version has looked at.
  ///
  /// @param setWrites how often it had written sets when this began
  record FamilyLook(long setWrites, List<RulesLook> rules) {}

  /// @param tables whose look it is
  /// @param wantedSysctls the parameters to look at, with their values
  KernelLook(
      NodeTables tables,
      KernelAccess kernel,
      Map<String, String> wantedSysctls,
      List<FamilyLook> families) {
    this.tables = tables;
    this.ipSets = kernel.ipSets();
    this.sysctls = kernel.sysctls();
    this.wantedSysctls = Map.copyOf(wantedSysctls);
    this.families = List.copyOf(families);
  }

  /// Reads. It takes a thread of the network namespace that is looked at.
  public void read() {
    try {
      families.forEach(family -> family.rules().forEach(RulesLook::read));
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

  List<FamilyLook> families() {
    return families;
  }

  /// Parameters that have another value.
  Set<String> otherSysctls() {
    return otherSysctls;
  }

  /// Whether it tells what these tables have to know.
  boolean concerns(NodeTables others) {
    return failure == null && tables == others;
  }
}
