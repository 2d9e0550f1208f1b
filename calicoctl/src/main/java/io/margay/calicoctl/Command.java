package io.margay.calicoctl;

import io.margay.calicoctl.CommandLine.DoesNotFitException;
import java.util.List;

/// One of calicoctl's commands.
interface Command {

  /// The words that call it: `get`, `ipam show`.
  String name();

  CommandSyntax syntax();

  /// What a shell suggests for words that are no options.
  default List<String> words() {
    return List.of();
  }

  /// Its help text.
  default String help() {
    return Help.text(name().replace(' ', '-'));
  }

  /// Does it.
  ///
  /// @return whether it succeeded, which becomes the exit code
  boolean run(CommandLine line, Terminal terminal) throws DoesNotFitException;
}
