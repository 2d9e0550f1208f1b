package io.margay.calicoctl;

import io.margay.calicoctl.log.LogLevel;
import java.io.InputStream;
import java.io.PrintStream;
import java.util.Map;

/// What a process is given besides its arguments.
///
/// @param logLevel the least important messages that `log` still prints
/// @param screen who looks at the output
public record Terminal(
    Map<String, String> environment,
    InputStream in,
    PrintStream out,
    PrintStream err,
    LogLevel logLevel,
    Screen screen) {

  /// Prints a line on standard output.
  public void say(String line) {
    out.println(line);
  }

  /// Prints what went wrong on standard output, where Calico v1.1 has it; red for people. What to
  /// do about it goes to standard error.
  public void fail(String text) {
    out.println(screen.red(text));
    advise(text);
  }

  /// Prints what to do about a failure, if there is anything to add to its message.
  void advise(String failure) {
    Advice.on(failure).ifPresent(err::println);
  }

  /// Writes a log line on standard error, if the user asked for such.
  public void log(LogLevel level, String message) {
    if (logLevel.includes(level)) {
      err.println(level + ": " + message);
    }
  }

  Terminal withLogLevel(LogLevel level) {
    return new Terminal(environment, in, out, err, level, screen);
  }
}
