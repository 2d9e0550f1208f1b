package io.margay.kernel;

import java.util.List;

/// What one apply of a table did.
///
/// What failed stays wanted: the kernel keeps what it had, and the next apply tries again. Nobody
/// waits in here; when to come back is the caller's decision.
///
/// @param changes what was changed, in the order it was written; empty if nothing differed
/// @param failures what the kernel refused, with the reason
/// @param <C> how the table speaks of a change
public record ApplyOutcome<C>(List<C> changes, List<KernelException> failures) {

  public ApplyOutcome {
    changes = List.copyOf(changes);
    failures = List.copyOf(failures);
  }

  /// Whether the kernel now holds what is wanted, so far as it can be had.
  public boolean complete() {
    return failures.isEmpty();
  }
}
