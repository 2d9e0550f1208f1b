package io.margay.reflector;

import io.margay.lookingglass.BgpCommand;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `margay reflector status`: what `margay bgp show neighbors` says of a reflector.
@Command(
    name = "status",
    description = {
      "Show the sessions of a running reflector.",
      "",
      "Its routes: margay bgp show rib|adj-in|adj-out --socket PATH"
    },
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
    return new CommandLine(new BgpCommand())
        .setOut(spec.commandLine().getOut())
        .setErr(spec.commandLine().getErr())
        .execute("show", "neighbors", "--socket", socket.toString());
  }
}
