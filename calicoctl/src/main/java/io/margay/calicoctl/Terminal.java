package io.margay.calicoctl;

import io.margay.calicoctl.log.LogLevel;
import java.io.InputStream;
import java.io.PrintStream;
import java.util.Map;

/// What a process is given besides its arguments.
///
/// @param logLevel the least important messages that `log` still prints
record Terminal(
    Map<String, String> environment,
    InputStream in,
    PrintStream out,
    PrintStream err,
    LogLevel logLevel) {

  /// Prints a line on standard output.
  void say(String line) {
    out.println(line);
  }

  /// Writes a log line on standard error, if the user asked for such.
  void log(LogLevel level, String message) {
    if (logLevel.includes(level)) {
      err.println(level + ": " + message);
    }
  }

  Terminal withLogLevel(LogLevel level) {
    return new Terminal(environment, in, out, err, level);
  }
}
