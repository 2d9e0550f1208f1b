package io.margay.calicoctl;

import io.margay.calicoctl.CommandLine.DoesNotFitException;
import io.margay.calicoctl.Documents.UnusableFileException;
import io.margay.model.MissingIdentifierException;
import io.margay.model.Resource;
import io.margay.model.WorkloadEndpoint;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// `validate`: checks files as the other commands do before they write, and asks no datastore.
final class ValidateCommand implements Command {

  @Override
  public String name() {
    return "validate";
  }

  @Override
  public CommandSyntax syntax() {
    return CommandSyntax.of(CommandSyntax.FILENAME);
  }

  @Override
  public boolean run(CommandLine line, Terminal terminal) throws DoesNotFitException {
    line.requirePositionals(0, 0, "no further words");
    if (!line.has("filename")) {
      throw new DoesNotFitException("--filename=<FILENAME> is missing");
    }
    List<Resource> resources = new ArrayList<>();
    List<Problem> problems = new ArrayList<>();
    int files = 0;
    int bad = 0;
    for (String filename : line.values("filename")) {
      List<String> named = files(filename, problems);
      if (named.isEmpty()) { // it is wrong as it is
        files++;
        bad++;
      }
      for (String file : named) {
        int before = problems.size();
        check(file, resources, problems, terminal);
        files++;
        bad += problems.size() > before ? 1 : 0;
      }
    }
    if (!problems.isEmpty()) {
      tell(problems, terminal);
      if (files > 1) {
        terminal.fail(bad + " of " + files + " files are not valid");
      }
      return false;
    }
    if (resources.isEmpty()) {
      terminal.fail("No resources specified in file");
      return false;
    }
    terminal.say(WriteCommand.success("validated", resources));
    return true;
  }

  private record Problem(String text, Exception cause) {}

  /// What to do about problems of one sort is told once.
  private static void tell(List<Problem> problems, Terminal terminal) {
    Set<String> advice = new LinkedHashSet<>();
    for (Problem problem : problems) {
      terminal.say(terminal.screen().red(problem.text));
      String about = KnownFailure.advice(problem.text, problem.cause);
      if (about != null) {
        advice.add(about);
      }
    }
    advice.forEach(terminal.err()::println);
  }

  private static List<String> files(String filename, List<Problem> problems) {
    try {
      return Documents.files(filename);
    } catch (UnusableFileException e) {
      problems.add(new Problem(String.valueOf(e.getMessage()), e));
      return List.of();
    }
  }

  private static void check(
      String file, List<Resource> resources, List<Problem> problems, Terminal terminal) {
    List<Resource> read;
    try {
      read = Documents.read(file, Documents.Part.WHOLE, terminal);
    } catch (UnusableFileException e) {
      problems.add(new Problem(String.valueOf(e.getMessage()), e));
      return;
    }
    for (int i = 0; i < read.size(); i++) {
      try {
        // An endpoint without a name gets one when it is created.
        Resource resource = WriteCommand.named(read.get(i));
        resource.key();
        resources.add(resource);
      } catch (MissingIdentifierException e) {
        String hint =
            read.get(i) instanceof WorkloadEndpoint ? " (only the name may be left out)" : "";
        problems.add(
            new Problem(
                "%s: resource %d, a %s: %s%s"
                    .formatted(source(file), i + 1, read.get(i).kind(), e.getMessage(), hint),
                e));
      }
    }
  }

  private static String source(String file) {
    return file.equals("-") ? "standard input" : file;
  }
}
