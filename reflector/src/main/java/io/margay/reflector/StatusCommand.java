package io.margay.reflector;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `margay reflector status`: asks a running reflector.
@Command(
    name = "status",
    description = "Show the sessions of a running reflector.",
    mixinStandardHelpOptions = true)
final class StatusCommand implements Callable<Integer> {

  @Option(
      names = "--status-socket",
      paramLabel = "PATH",
      description = "what the reflector was started with",
      required = true)
  Path socket = Path.of("");

  @Spec @Nullable CommandSpec spec;

  @Override
  public Integer call() {
    if (spec == null) {
      throw new IllegalStateException("made by picocli only");
    }
    PrintWriter out = spec.commandLine().getOut();
    try {
      out.print(StatusSocket.ask(socket));
      out.flush();
      return 0;
    } catch (IOException e) {
      spec.commandLine()
          .getErr()
          .printf(
              "margay reflector status: no answer from %s: %s. Is the reflector running, with"
                  + " --status-socket %s?%n",
              socket, e.getMessage(), socket);
      return 1;
    }
  }
}
