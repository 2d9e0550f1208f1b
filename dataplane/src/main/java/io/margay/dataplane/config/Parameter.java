package io.margay.dataplane.config;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/// One Felix parameter.
///
/// @param name as documented; it is looked up in any case
/// @param builtIn the value if nobody sets it
record Parameter<T>(String name, ParameterType<T> type, T builtIn, Set<Flag> flags) {

  enum Flag {
    /// Counts only if this host itself sets it: ignored from the datastore.
    LOCAL,
    /// `none` is refused.
    NON_ZERO,
    /// A value that makes no sense keeps the agent from going on; for others the default is used.
    DIE
  }

  static <T> Parameter<T> of(String name, ParameterType<T> type, T builtIn, Flag... flags) {
    Set<Flag> set = EnumSet.noneOf(Flag.class);
    set.addAll(List.of(flags));
    return new Parameter<>(name, type, builtIn, Set.copyOf(set));
  }

  boolean is(Flag flag) {
    return flags.contains(flag);
  }
}
