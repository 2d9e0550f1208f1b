package io.margay.lookingglass;

import com.fasterxml.jackson.databind.JsonNode;
import io.margay.net.IpAddress;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/// What all of `margay bgp show` have in common: whom to ask, and in which form to print.
final class ShowOptions {

  @Option(
      names = "--socket",
      paramLabel = "PATH",
      description = "of the process to ask (default: ${DEFAULT-VALUE}, the agent's)",
      defaultValue = "/var/run/calico/bgp.sock")
  Path socket = Path.of("/var/run/calico/bgp.sock");

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      description = "table or json (default: ${DEFAULT-VALUE})",
      defaultValue = "table")
  String output = "table";

  @Spec(Target.MIXEE)
  @Nullable CommandSpec spec;

  boolean json() {
    return switch (output) {
      case "table" -> false;
      case "json" -> true;
      default -> throw wrong("--output: '" + output + "', expected table or json");
    };
  }

  CommandSpec command() {
    if (spec == null) {
      throw new IllegalStateException("made by picocli only");
    }
    return spec;
  }

  PrintWriter out() {
    return command().commandLine().getOut();
  }

  RuntimeException wrong(String message) {
    return new ParameterException(command().commandLine(), message);
  }

  IpAddress address(String option, String text) {
    try {
      return IpAddress.parse(text);
    } catch (IllegalArgumentException e) {
      throw wrong(option + ": " + e.getMessage());
    }
  }

  /// Asks, and hands the lines over.
  ///
  /// @return the exit code
  int ask(Question question, Consumer<JsonNode> lines, Runnable end) {
    try {
      Inquiry.ask(socket, question, lines);
      end.run();
      return 0;
    } catch (Inquiry.RefusedException e) {
      return fail(String.valueOf(e.getMessage()));
    } catch (IOException e) {
      return fail(
          "no answer from %s: %s. Is the agent running, or a reflector with --status-socket %s? Is this its user?"
              .formatted(socket, e.getMessage(), socket));
    }
  }

  private int fail(String message) {
    out().flush();
    PrintWriter err = command().commandLine().getErr();
    err.printf("%s: %s%n", command().qualifiedName(), message);
    err.flush();
    return 1;
  }

  /// Prints the lines as one array, each as it comes.
  int askForJson(Question question) {
    PrintWriter out = out();
    boolean[] some = {false};
    out.print("[");
    int exitCode =
        ask(
            question,
            line -> {
              if (!line.has("title")) {
                out.print(some[0] ? ",\n  " : "\n  ");
                out.print(line);
                some[0] = true;
              }
            },
            () -> {});
    out.println(some[0] ? "\n]" : "]");
    out.flush();
    return exitCode;
  }
}
