package io.margay.calicoctl;

import io.margay.calicoctl.CommandLine.DoesNotFitException;
import io.margay.calicoctl.Documents.UnusableFileException;
import io.margay.calicoctl.Identifiers.InvalidIdentifierException;
import io.margay.model.Resource;
import java.util.List;

/// The resources a command is about: those of files, or one named by words.
sealed interface Selection {

  List<Resource> read(Terminal terminal) throws UnusableFileException, InvalidIdentifierException;

  record InFiles(List<String> filenames, Documents.Part part) implements Selection {
    @Override
    public List<Resource> read(Terminal terminal) throws UnusableFileException {
      return Documents.read(filenames, part, terminal);
    }
  }

  record Named(CommandLine line) implements Selection {
    @Override
    public List<Resource> read(Terminal terminal) throws InvalidIdentifierException {
      return List.of(Identifiers.of(line));
    }
  }

  /// `<KIND> [<NAME>]` with its options, or `--filename`, and not both.
  ///
  /// @param part what of a file matters
  static Selection of(CommandLine line, Documents.Part part) throws DoesNotFitException {
    if (!line.has("filename")) {
      line.requirePositionals(1, 2, "<KIND> [<NAME>], or --filename=<FILENAME>");
      return new Named(line);
    }
    line.requirePositionals(0, 0, "no <KIND> beside --filename");
    for (String option : List.of("scope", "node", "orchestrator", "workload")) {
      if (line.has(option)) {
        throw new DoesNotFitException("--" + option + " does not go with --filename");
      }
    }
    return new InFiles(line.values("filename"), part);
  }
}
