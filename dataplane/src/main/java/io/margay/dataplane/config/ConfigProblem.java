package io.margay.dataplane.config;

/// A setting that makes no sense.
///
/// @param name the parameter, or what else is wrong
/// @param fatal whether the agent must not go on with it
/// @param message what is wrong, what was expected, what happens now, what can be done
public record ConfigProblem(String name, boolean fatal, String message) {

  @Override
  public String toString() {
    return message;
  }
}
