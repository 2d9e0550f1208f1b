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

/// The program `calicoctl`.
public final class Calicoctl {

  private static final CommandSyntax GLOBAL =
      CommandSyntax.of(CommandSyntax.valued('l', "log-level"));

  private Calicoctl() {}

  public static void main(String[] args) {
    // Texts are UTF-8 whatever the locale says: labels and file names may hold anything.
    PrintStream out = stream(FileDescriptor.out, false);
    PrintStream err = stream(FileDescriptor.err, true);
    StandardErrorLog.choose();
    Screen screen = Screen.ofThisProcess(System.getenv());
    Terminal terminal = new Terminal(System.getenv(), System.in, out, err, LogLevel.PANIC, screen);
    int code = run(List.of(args), terminal) ? 0 : 1;
    if (out.checkError()) {
      // A listing that is meant to be a backup must not look complete when the disk is full.
      err.println("Not all of the output could be written. Is the disk full, or the reader gone?");
      code = 1;
    }
    err.flush();
    // System.exit would set up the JDK's logging first, to log that it was called.
    Runtime.getRuntime().halt(code);
  }

  private static PrintStream stream(FileDescriptor descriptor, boolean atOnce) {
    return new PrintStream(
        new BufferedOutputStream(new FileOutputStream(descriptor)), atOnce, StandardCharsets.UTF_8);
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
    Terminal terminal = new Terminal(environment, in, out, err, LogLevel.PANIC, Screen.NONE);
    return run(List.of(args), terminal) ? 0 : 1;
  }

  static boolean run(List<String> args, Terminal terminal) {
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
      terminal.fail(
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
    try {
      if (Commands.isGroup(name)) {
        return runOfGroup(name, args, terminal);
      }
      Command command = Commands.find(name);
      if (command == null) {
        terminal.out().print(Help.text("calicoctl"));
        terminal.out().flush(); // or the long text hides the short one
        terminal.err().println("Unknown command: \"" + name + "\"");
        return false;
      }
      return run(command, args.subList(1, args.size()), terminal);
    } catch (DoesNotFitException e) {
      return doesNotFit(args, e, terminal);
    } catch (RuntimeException | StackOverflowError e) {
      return broken(args, e, terminal);
    }
  }

  /// Calico v1.1 answers an unknown second word with the usage text, and that is no failure.
  private static boolean runOfGroup(String group, List<String> args, Terminal terminal)
      throws DoesNotFitException {
    if (args.size() == 1) {
      throw new DoesNotFitException("expected a command after " + group);
    }
    Command command = Commands.find(group + " " + args.get(1));
    if (command == null) {
      terminal.out().print(Help.text(group));
      return true;
    }
    return run(command, args.subList(2, args.size()), terminal);
  }

  private static boolean run(Command command, List<String> args, Terminal terminal)
      throws DoesNotFitException {
    CommandLine line = command.syntax().parse(args);
    if (line.has("help")) {
      terminal.out().print(command.help());
      return true;
    }
    return command.run(line, terminal);
  }

  /// The first line is Calico's own; what does not fit goes to standard error, where no script
  /// reads.
  private static boolean doesNotFit(
      List<String> args, DoesNotFitException problem, Terminal terminal) {
    terminal
        .out()
        .println(
            terminal
                .screen()
                .red(
                    "Invalid option: 'calicoctl "
                        + String.join(" ", args)
                        + "'. Use flag '--help' to read about a specific subcommand."));
    terminal
        .err()
        .println("[" + KnownFailure.ARGUMENTS_INVALID + "] Reason: " + problem.getMessage() + ".");
    return false;
  }

  private static boolean broken(List<String> args, Throwable bug, Terminal terminal) {
    terminal.fail(
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
}
