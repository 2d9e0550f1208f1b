package io.margay.dataplane;

import io.margay.dataplane.FamilyDataplane.FamilyOutcome;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;

/// Which IP version is brought to what is wanted first, and which at the same time.
final class FamilyOrder {

  private final Executor otherFamilies;

  /// @param otherFamilies runs what all IP versions but the first have to write, while the caller
  ///   sees to that one
  FamilyOrder(Executor otherFamilies) {
    this.otherFamilies = otherFamilies;
  }

  /// A family that alone has routes to write goes first, for an endpoint is reachable once it is
  /// done, and the kernel lets nftables transactions of both wait for each other. Otherwise all at
  /// once: each waits for programs and the kernel.
  List<FamilyOutcome> apply(List<FamilyDataplane> families) {
    List<FamilyOutcome> outcomes = new ArrayList<>();
    List<FamilyDataplane> rest = new ArrayList<>(families);
    List<FamilyDataplane> urgent =
        families.stream().filter(FamilyDataplane::hasRoutesToWrite).toList();
    if (urgent.size() == 1) {
      outcomes.add(urgent.getFirst().apply());
      rest.removeAll(urgent);
    }
    List<FutureTask<FamilyOutcome>> tasks =
        rest.stream().map(family -> new FutureTask<>(family::apply)).toList();
    tasks.stream().skip(1).forEach(otherFamilies::execute);
    tasks.stream().limit(1).forEach(FutureTask::run);
    tasks.forEach(task -> outcomes.add(outcomeOf(task)));
    return outcomes;
  }

  private static FamilyOutcome outcomeOf(FutureTask<FamilyOutcome> task) {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return task.get();
        } catch (InterruptedException e) {
          // What it writes must be known to the end.
          interrupted = true;
        }
      }
    } catch (ExecutionException e) {
      throw new IllegalStateException("a family's tables are in disorder", e.getCause());
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
