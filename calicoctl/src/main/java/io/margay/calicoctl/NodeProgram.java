package io.margay.calicoctl;

import io.margay.calicoctl.CommandLine.DoesNotFitException;

/// What `calicoctl node` does on this host. That takes the kernel and the agent, of which calicoctl
/// itself knows nothing: whoever knows is found on the class path ([java.util.ServiceLoader]).
public interface NodeProgram {

  /// The second word of the command.
  enum Action {
    RUN("run"),
    STATUS("status"),
    STOP("stop"),
    DIAGS("diags"),
    CHECKSYSTEM("checksystem");

    private final String word;

    Action(String word) {
      this.word = word;
    }

    @Override
    public String toString() {
      return word;
    }
  }

  /// Does it.
  ///
  /// @param line has the options of [NodeCommand]
  /// @return whether it succeeded, which becomes the exit code
  boolean perform(Action action, CommandLine line, Terminal terminal) throws DoesNotFitException;
}
