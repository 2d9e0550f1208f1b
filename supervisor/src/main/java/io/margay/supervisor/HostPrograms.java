package io.margay.supervisor;

import io.margay.kernel.KernelException;
import io.margay.linux.Programs;
import java.util.List;
import java.util.Optional;

/// Programs of this host.
record HostPrograms(Programs programs) implements HostPreparation.Runner {

  HostPrograms() {
    this(new Programs());
  }

  /// What a program printed, and whether it succeeded.
  record Output(boolean succeeded, String text) {}

  @Override
  public Optional<String> run(List<String> command) {
    Output output = output(command);
    return output.succeeded() ? Optional.empty() : Optional.of(output.text());
  }

  /// Runs a program; one that cannot be run is one that failed.
  Output output(List<String> command) {
    if (Programs.find(command.getFirst()).isEmpty()) {
      return new Output(false, command.getFirst() + " is not installed");
    }
    try {
      Programs.Result result = programs.run(command, "");
      return new Output(
          result.succeeded(), result.succeeded() ? result.stdout() : result.stderr().strip());
    } catch (KernelException e) {
      return new Output(false, String.valueOf(e.getMessage()));
    }
  }
}
