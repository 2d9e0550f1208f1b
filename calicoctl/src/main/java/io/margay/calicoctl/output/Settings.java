package io.margay.calicoctl.output;

/// Where an output finds the settings it shows, by the names `config get` takes. Asked only when an
/// output really shows one.
@FunctionalInterface
public interface Settings {
  /// @throws IllegalArgumentException if there is no such setting
  String get(String name);
}
