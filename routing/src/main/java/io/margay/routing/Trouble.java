package io.margay.routing;

import org.jspecify.annotations.Nullable;

/// Something that is tried again and again: tells what went wrong the first time, and each time
/// that it is something else.
final class Trouble {

  private @Nullable String last;

  /// @param problem null if it went well
  /// @return whether it is a problem that has not been told yet
  boolean isNew(@Nullable String problem) {
    boolean isNew = problem != null && !problem.equals(last);
    last = problem;
    return isNew;
  }
}
