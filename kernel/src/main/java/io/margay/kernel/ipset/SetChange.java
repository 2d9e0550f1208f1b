package io.margay.kernel.ipset;

/// One set that an apply changed.
///
/// @param name the set
/// @param kind what became of it
/// @param added how many members were added
/// @param removed how many members were removed
/// @param drift whether the set was no longer as we had left it: someone else had changed it
public record SetChange(String name, Kind kind, int added, int removed, boolean drift) {

  public enum Kind {
    /// A set that was not there.
    CREATED,
    /// A set that was there with other properties, and was replaced in one step.
    REPLACED,
    /// A set that had other members.
    UPDATED,
    /// A set of ours that is not wanted.
    DESTROYED
  }

  /// The change as a sentence for the log.
  @Override
  public String toString() {
    String what =
        switch (kind) {
          case CREATED -> "created with " + added + " members";
          case REPLACED -> "replaced with " + added + " members";
          case UPDATED -> added + " members added, " + removed + " removed";
          case DESTROYED -> "destroyed";
        };
    return "ipset %s%s: %s".formatted(name, drift ? " was changed by someone else" : "", what);
  }
}
