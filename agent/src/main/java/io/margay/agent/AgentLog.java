package io.margay.agent;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.filter.ThresholdFilter;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.rolling.FixedWindowRollingPolicy;
import ch.qos.logback.core.rolling.RollingFileAppender;
import ch.qos.logback.core.rolling.SizeBasedTriggeringPolicy;
import ch.qos.logback.core.util.FileSize;
import io.margay.dataplane.config.FelixConfig;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/// Where the agent's log goes: the screen always (`logback.xml`), and a file if a directory is
/// named.
final class AgentLog {

  private static final String FILE = "margay-node.log";
  private static final int OLD_FILES = 5;

  private AgentLog() {}

  /// Logs to a file too; at 10 MB it is put aside, and five old ones are kept. Where that cannot
  /// be, the screen has to do.
  ///
  /// @param directory where the file is, if the settings name none
  /// @param logging which may name another file, or none at all
  static void toFile(Path directory, FelixConfig.Logging logging) {
    Path file = logging.file();
    if (file == null) {
      return;
    }
    if (file.equals(FelixConfig.DEFAULT_LOG_FILE)) {
      file = directory.resolve(FILE);
    }
    toFile(file.toAbsolutePath());
  }

  private static void toFile(Path file) {
    Path directory = Objects.requireNonNull(file.getParent());
    try {
      Files.createDirectories(directory);
      if (!Files.isWritable(directory)) {
        throw new AccessDeniedException(directory.toString());
      }
    } catch (IOException e) {
      LoggerFactory.getLogger(AgentLog.class)
          .warn(
              "No log file in {} ({}); the screen has to do. Another place: --log-dir or LogFilePath.",
              directory,
              e.toString());
      return;
    }
    LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
    PatternLayoutEncoder encoder = new PatternLayoutEncoder();
    encoder.setContext(context);
    encoder.setPattern("%d{yyyy-MM-dd'T'HH:mm:ss.SSSXXX} %-5level [%thread] %logger{0}: %msg%n%ex");
    encoder.start();

    RollingFileAppender<ILoggingEvent> appender = new RollingFileAppender<>();
    appender.setContext(context);
    appender.setName("file");
    appender.setFile(file.toString());
    appender.setEncoder(encoder);

    FixedWindowRollingPolicy naming = new FixedWindowRollingPolicy();
    naming.setContext(context);
    naming.setParent(appender);
    naming.setFileNamePattern(file + ".%i");
    naming.setMaxIndex(OLD_FILES);
    naming.start();
    appender.setRollingPolicy(naming);

    SizeBasedTriggeringPolicy<ILoggingEvent> size = new SizeBasedTriggeringPolicy<>();
    size.setContext(context);
    size.setMaxFileSize(FileSize.valueOf("10MB"));
    size.start();
    appender.setTriggeringPolicy(size);
    appender.start();
    context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME).addAppender(appender);
  }

  /// Leaves the screen alone from now on: whoever started the agent keeps its output, and the file
  /// has all of it.
  static void notToScreen() {
    ((LoggerContext) LoggerFactory.getILoggerFactory())
        .getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME)
        .detachAppender("screen");
  }

  /// Lets each place have what is at least as severe as the settings say.
  static void use(FelixConfig.Logging logging) {
    LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
    Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    Level screen = level(logging.severityScreen());
    Level file = level(logging.severityFile());
    threshold(root.getAppender("screen"), screen);
    threshold(root.getAppender("file"), file);
    root.setLevel(screen.levelInt < file.levelInt ? screen : file);
  }

  private static void threshold(@Nullable Appender<ILoggingEvent> appender, Level least) {
    if (appender != null) {
      ThresholdFilter filter = new ThresholdFilter();
      filter.setLevel(least.toString());
      filter.start();
      appender.clearAllFilters();
      appender.addFilter(filter);
    }
  }

  private static Level level(FelixConfig.LogSeverity severity) {
    return switch (severity) {
      case DEBUG -> Level.DEBUG;
      case INFO -> Level.INFO;
      case WARNING -> Level.WARN;
      case ERROR, CRITICAL -> Level.ERROR;
      case OFF -> Level.OFF;
    };
  }
}
