package io.margay.calicoctl.log;

import java.io.Serial;
import org.jspecify.annotations.Nullable;
import org.slf4j.Marker;
import org.slf4j.event.Level;
import org.slf4j.helpers.LegacyAbstractLogger;
import org.slf4j.helpers.MessageFormatter;

/// Prints a message as a line: level, logger, text. A stack trace follows at level debug alone.
final class StandardErrorLogger extends LegacyAbstractLogger {

  @Serial private static final long serialVersionUID = 1;

  StandardErrorLogger(String name) {
    this.name = name;
  }

  @Override
  protected void handleNormalizedLoggingCall(
      Level level,
      @Nullable Marker marker,
      String message,
      Object @Nullable [] arguments,
      @Nullable Throwable thrown) {
    String text = MessageFormatter.basicArrayFormat(message, arguments);
    System.err.println(
        LogLevel.valueOf(level.name())
            + ": "
            + name.substring(name.lastIndexOf('.') + 1)
            + ": "
            + text
            + (thrown == null ? "" : ": " + thrown));
    if (thrown != null && isDebugEnabled()) {
      thrown.printStackTrace();
    }
  }

  @Override
  protected @Nullable String getFullyQualifiedCallerName() {
    return null;
  }

  @Override
  public boolean isTraceEnabled() {
    return false;
  }

  @Override
  public boolean isDebugEnabled() {
    return StandardErrorLog.prints(LogLevel.DEBUG);
  }

  @Override
  public boolean isInfoEnabled() {
    return StandardErrorLog.prints(LogLevel.INFO);
  }

  @Override
  public boolean isWarnEnabled() {
    return StandardErrorLog.prints(LogLevel.WARN);
  }

  @Override
  public boolean isErrorEnabled() {
    return StandardErrorLog.prints(LogLevel.ERROR);
  }
}
