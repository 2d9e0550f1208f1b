package io.margay.dataplane.config;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/// One Felix parameter.
///
/// @param name as documented; it is looked up in any case
/// @param builtIn the value if nobody sets it
/// @param meaning what it decides, with its unit: a phrase for the reference page
/// @param effect when a change takes effect
/// @param remark on the effect, for the reference page; empty for none
record Parameter<T>(
    String name,
    ParameterType<T> type,
    T builtIn,
    Set<Flag> flags,
    String meaning,
    Effect effect,
    String remark) {

  /// When a change takes effect.
  enum Effect {
    /// As soon as the datastore has it. (The environment and the file are read at start.)
    AT_ONCE,
    /// When the agent starts.
    AT_START,
    /// Never: it is taken and checked, so that configurations made for Felix go on working.
    NEVER
  }

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
    Effect effect = set.contains(Flag.LOCAL) ? Effect.AT_START : Effect.AT_ONCE;
    return new Parameter<>(name, type, builtIn, Set.copyOf(set), "", effect, "");
  }

  Parameter<T> means(String phrase) {
    return new Parameter<>(name, type, builtIn, flags, phrase, effect, remark);
  }

  /// The same, with an effect that is not what its place makes one expect.
  Parameter<T> takesEffect(Effect when, String why) {
    return new Parameter<>(name, type, builtIn, flags, meaning, when, why);
  }

  boolean is(Flag flag) {
    return flags.contains(flag);
  }
}
