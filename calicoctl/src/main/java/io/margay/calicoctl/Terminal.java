package io.margay.calicoctl;

import io.margay.calicoctl.log.LogLevel;
import java.io.InputStream;
import java.io.PrintStream;
import java.util.Map;
import org.jspecify.annotations.Nullable;

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

  /// Prints a line on standard output, at once: what comes next may take its time, or be the output
  /// of another process.
  public void say(String line) {
    out.println(line);
    out.flush();
  }

  /// Prints what went wrong on standard output, where Calico v1.1 has it; red for people. The name
  /// of the failure and what to do about it go to standard error.
  public void fail(String text) {
    fail(text, null);
  }

  /// @param cause what was thrown
  public void fail(String text, @Nullable Throwable cause) {
    say(screen.red(text));
    advise(text, cause);
  }

  void advise(String failure, @Nullable Throwable cause) {
    String advice = KnownFailure.advice(failure, cause);
    if (advice != null) {
      out.flush();
      err.println(advice);
    }
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
