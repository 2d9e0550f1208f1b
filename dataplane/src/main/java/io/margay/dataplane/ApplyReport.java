package io.margay.dataplane;

import io.margay.kernel.ApplyOutcome;
import io.margay.kernel.KernelException;
import io.margay.kernel.ipset.SetChange;
import io.margay.kernel.iptables.ChainChange;
import io.margay.kernel.neighbour.NeighbourChange;
import io.margay.kernel.route.RouteChange;
import io.margay.kernel.shape.ShapingChange;
import io.margay.kernel.tunnel.TunnelChange;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What an apply did.
///
/// @param changes what was written, each as a sentence, in order; empty if nothing differed
/// @param repairs those of the changes that put back what someone else had changed
/// @param failures what the kernel refused. It stays wanted, and the kernel keeps what it had:
///   apply again later
public record ApplyReport(
    List<String> changes, List<String> repairs, List<KernelException> failures) {

  private static final Logger log = LoggerFactory.getLogger(ApplyReport.class);

  static final ApplyReport NOTHING = new ApplyReport(List.of(), List.of(), List.of());

  public ApplyReport {
    changes = List.copyOf(changes);
    repairs = List.copyOf(repairs);
    failures = List.copyOf(failures);
  }

  /// Whether the kernel now holds what is wanted, so far as it can be had.
  public boolean complete() {
    return failures.isEmpty();
  }

  /// Gathers what the parts of an apply did.
  static final class Builder {
    private final List<String> changes = new ArrayList<>();
    private final List<String> repairs = new ArrayList<>();
    private final List<KernelException> failures = new ArrayList<>();

    /// @return whether the part is complete
    boolean add(ApplyOutcome<?> outcome) {
      for (Object change : outcome.changes()) {
        if (change instanceof RouteChange.Vanished) {
          continue;
        }
        changes.add(change.toString());
        if (isDrift(change)) {
          repairs.add(change.toString());
          log.warn("Put back: {}", change);
        } else {
          log.debug("Wrote: {}", change);
        }
      }
      outcome.failures().forEach(failure -> log.error("{}", failure.getMessage()));
      failures.addAll(outcome.failures());
      return outcome.complete();
    }

    private static boolean isDrift(Object change) {
      return switch (change) {
        case ChainChange chain -> chain.drift();
        case SetChange set -> set.drift();
        case RouteChange.Added route -> route.drift();
        case RouteChange.Replaced route -> route.drift();
        case TunnelChange tunnel -> tunnel.drift();
        case ShapingChange shaping -> shaping.drift();
        case NeighbourChange<?> neighbour -> neighbour.drift();
        default -> false;
      };
    }

    void failed(KernelException failure) {
      log.error("{}", failure.getMessage());
      failures.add(failure);
    }

    ApplyReport build() {
      return new ApplyReport(changes, repairs, failures);
    }
  }
}
