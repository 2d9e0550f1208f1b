package io.margay.calicoctl;

import io.margay.calicoctl.CommandLine.DoesNotFitException;

/// One of calicoctl's commands.
interface Command {

  CommandSyntax syntax();

  /// The name of its help text.
  String help();

  /// Does it.
  ///
  /// @return whether it succeeded, which becomes the exit code
  boolean run(CommandLine line, Terminal terminal) throws DoesNotFitException;
}
