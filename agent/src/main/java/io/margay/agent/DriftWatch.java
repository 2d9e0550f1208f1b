package io.margay.agent;

import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// How soon to look at the kernel again, given what was found there.
///
/// Now and then somebody changes what is ours, and it is put back. Somebody who does so again after
/// each time is no accident but another program that wants the same objects otherwise, and neither
/// of us would ever win: from the third time in a row on we look half as often each time, down to
/// an eighth, and say so. What the datastore changes is written at once all the same. One look that
/// finds everything in its place ends that.
///
/// The kernel's news, of routes for example, has things put back at once; if that happens many
/// times between two looks, the rest is left to the next look.
final class DriftWatch {

  private static final Logger LOG = LoggerFactory.getLogger(DriftWatch.class);
  private static final int PATIENCE = 3;
  private static final int LONGEST = 3;

  /// How often between two looks something is put back at once.
  private static final int AT_ONCE = 20;

  private int inARow;
  private int sinceLook;

  /// A look at the whole of the kernel's state is over.
  ///
  /// @param repairs what was put back, a sentence each
  /// @param interval how often it is looked at normally
  void onLook(List<String> repairs, Duration interval) {
    boolean calm = repairs.isEmpty() && followsNews();
    sinceLook = 0;
    if (calm) {
      if (inARow >= PATIENCE) {
        LOG.info(
            "Nobody changes what is ours any more; the kernel is looked at as often as before.");
      }
      inARow = 0;
      return;
    }
    inARow++;
    if (inARow >= PATIENCE && inARow <= PATIENCE + LONGEST) {
      LOG.error(
          "Another program writes what is ours: it was put back {} times in a row, lately {}. It is"
              + " looked at every {} s from now on, so that the two do not fight for ever; in"
              + " between, packets may pass as that program wants. Find it: 'xtables-monitor --event'"
              + " names rules as they are written, and a second agent or another Calico on this host"
              + " is the usual one.",
          inARow,
          String.join("; ", repairs.subList(0, Math.min(3, repairs.size()))),
          next(interval).toSeconds());
    }
  }

  /// Something was put back between two looks.
  void onRepairs(List<String> repairs) {
    if (!repairs.isEmpty() && ++sinceLook == AT_ONCE) {
      LOG.warn(
          "Another program changes what is ours as soon as it is put back, lately {}. It is put back"
              + " at the next look at the kernel, and not at once.",
          repairs.getFirst());
    }
  }

  /// Whether what the kernel tells of changes is to be followed before the next look.
  boolean followsNews() {
    return sinceLook < AT_ONCE;
  }

  /// The time to the next look.
  Duration next(Duration interval) {
    int doublings = Math.clamp(inARow - PATIENCE + 1, 0, LONGEST);
    return interval.multipliedBy(1L << doublings);
  }
}
