package io.margay.supervisor;

import io.margay.calicoctl.CommandLine;
import io.margay.calicoctl.Connection;
import io.margay.calicoctl.NodeProgram;
import io.margay.calicoctl.Terminal;
import io.margay.kernel.KernelException;
import io.margay.supervisor.Superuser.NotRootException;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneId;

/// The commands below `calicoctl node`, on the host this process runs on.
public final class NodeCommands implements NodeProgram {

  @Override
  public boolean perform(Action action, CommandLine line, Terminal terminal) {
    try {
      return switch (action) {
        case RUN -> new RunCommand(line, terminal, home(terminal)).run();
        case STATUS -> {
          Superuser.require();
          yield StatusCommand.run(
              runDirectory(line, terminal), LocalDateTime.now(ZoneId.systemDefault()), terminal);
        }
        case STOP -> {
          Superuser.require();
          yield stop(line, terminal);
        }
        case DIAGS -> {
          Superuser.require();
          yield new DiagsCommand(
                  RunOptions.path(line, "log-dir", RunOptions.DEFAULT_LOG_DIRECTORY),
                  runDirectory(line, terminal),
                  Connection.configFile(line, terminal),
                  new HostPrograms(),
                  terminal)
              .run();
        }
        case CHECKSYSTEM -> {
          Superuser.require();
          yield new SystemCheck(new HostPrograms()::output, terminal).run();
        }
      };
    } catch (NotRootException e) {
      terminal.fail(String.valueOf(e.getMessage()), e);
      return false;
    } catch (RefusedException | KernelException e) {
      terminal.fail("Error executing command: " + e.getMessage(), e);
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private static boolean stop(CommandLine line, Terminal terminal) {
    Path directory = runDirectory(line, terminal);
    boolean stopped = new AgentProcess(home(terminal), directory).stop();
    terminal.say(
        stopped
            ? "The agent has stopped. Routes and rules stay in place."
            : "No agent runs in " + directory + ".");
    return true;
  }

  private static Path runDirectory(CommandLine line, Terminal terminal) {
    return RunOptions.runDirectory(line, terminal.environment());
  }

  /// The installation, which `bin/calicoctl` names.
  private static Path home(Terminal terminal) {
    String home = terminal.environment().getOrDefault("MARGAY_HOME", "");
    if (home.isEmpty()) {
      throw new RefusedException(
          "MARGAY_HOME does not say where Margay is installed. Use bin/calicoctl of the installation");
    }
    return Path.of(home);
  }
}
