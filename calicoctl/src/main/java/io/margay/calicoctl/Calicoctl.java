package io.margay.calicoctl;

import io.margay.calicoctl.CommandLine.DoesNotFitException;
import io.margay.calicoctl.log.LogLevel;
import io.margay.calicoctl.log.StandardErrorLog;
import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The program `calicoctl`.
public final class Calicoctl {

  private static final CommandSyntax GLOBAL =
      CommandSyntax.of(CommandSyntax.valued('l', "log-level"));

  private Calicoctl() {}

  @SuppressWarnings("SystemExitOutsideMain") // the exit code is the contract
  public static void main(String[] args) {
    // Texts are UTF-8 whatever the locale says: labels and file names may hold anything.
    PrintStream out = stream(FileDescriptor.out);
    PrintStream err = stream(FileDescriptor.err);
    StandardErrorLog.choose();
    int code = run(args, System.getenv(), System.in, out, err);
    if (out.checkError()) {
      // A listing that is meant to be a backup must not look complete when the disk is full.
      err.println("Not all of the output could be written. Is the disk full, or the reader gone?");
      code = 1;
    }
    err.flush();
    System.exit(code);
  }

  private static PrintStream stream(FileDescriptor descriptor) {
    return new PrintStream(
        new BufferedOutputStream(new FileOutputStream(descriptor)), false, StandardCharsets.UTF_8);
  }

  /// Runs one command line.
  ///
  /// @return the exit code, 0 or 1
  public static int run(
      String[] args,
      Map<String, String> environment,
      InputStream in,
      PrintStream out,
      PrintStream err) {
    Terminal terminal = new Terminal(environment, in, out, err, LogLevel.PANIC);
    return run(List.of(args), terminal) ? 0 : 1;
  }

  private static boolean run(List<String> args, Terminal terminal) {
    CommandLine global;
    try {
      global = GLOBAL.parseLeading(args);
    } catch (DoesNotFitException e) {
      return doesNotFit(args, e, terminal);
    }
    if (global.has("help")) {
      terminal.out().print(Help.text("calicoctl"));
      return true;
    }
    String level = global.value("log-level");
    LogLevel logLevel = level == null ? LogLevel.PANIC : LogLevel.find(level);
    if (logLevel == null) {
      terminal.say(
          "Unknown log level: "
              + level
              + ", expected one of: panic, fatal, error, warn, info, debug");
      return false;
    }
    StandardErrorLog.print(logLevel);
    if (global.positionals().isEmpty()) {
      terminal.out().print(Help.text("calicoctl"));
      return false;
    }
    return run(
        global.positionals().getFirst(), global.positionals(), terminal.withLogLevel(logLevel));
  }

  private static boolean run(String name, List<String> args, Terminal terminal) {
    if (name.equals("node") || name.equals("ipam")) {
      return unavailable(args, terminal);
    }
    Command command = command(name);
    if (command == null) {
      terminal.err().println("Unknown command: \"" + name + "\"");
      terminal.out().print(Help.text("calicoctl"));
      return false;
    }
    try {
      CommandLine line = command.syntax().parse(args.subList(1, args.size()));
      if (line.has("help")) {
        terminal.out().print(Help.text(command.help()));
        return true;
      }
      return command.run(line, terminal);
    } catch (DoesNotFitException e) {
      return doesNotFit(args, e, terminal);
    } catch (RuntimeException | StackOverflowError e) {
      return broken(args, e, terminal);
    }
  }

  /// The first line is Calico's own; what does not fit goes to standard error, where no script
  /// reads.
  private static boolean doesNotFit(
      List<String> args, DoesNotFitException problem, Terminal terminal) {
    terminal.say(
        "Invalid option: 'calicoctl "
            + String.join(" ", args)
            + "'. Use flag '--help' to read about a specific subcommand.");
    terminal.err().println("Reason: " + problem.getMessage() + ".");
    return false;
  }

  /// Calico v1.1 has these commands, and this version not yet.
  private static boolean unavailable(List<String> args, Terminal terminal) {
    terminal.say(
        "'calicoctl "
            + String.join(" ", args)
            + "' is not available in this version, and nothing was done."
            + (args.getFirst().equals("node")
                ? " 'margay node' starts the agent of this host."
                : " 'calicoctl get workloadEndpoint -o wide' lists the addresses in use."));
    return false;
  }

  private static boolean broken(List<String> args, Throwable bug, Terminal terminal) {
    terminal.say(
        "Error executing command: 'calicoctl "
            + String.join(" ", args)
            + "' met a defect of calicoctl itself ("
            + bug
            + ") and stopped. 'calicoctl --log-level=debug ...' shows where.");
    if (terminal.logLevel() == LogLevel.DEBUG) {
      bug.printStackTrace(terminal.err());
    }
    return false;
  }

  private static @Nullable Command command(String name) {
    return switch (name) {
      case "create" -> new WriteCommand(WriteCommand.Verb.CREATE);
      case "apply" -> new WriteCommand(WriteCommand.Verb.APPLY);
      case "replace" -> new WriteCommand(WriteCommand.Verb.REPLACE);
      case "delete" -> new WriteCommand(WriteCommand.Verb.DELETE);
      case "get" -> new GetCommand();
      case "config" -> new ConfigCommand();
      case "version" -> new VersionCommand();
      default -> null;
    };
  }
}
