package io.margay.calicoctl.log;

import org.jspecify.annotations.Nullable;
import org.slf4j.ILoggerFactory;
import org.slf4j.IMarkerFactory;
import org.slf4j.helpers.BasicMarkerFactory;
import org.slf4j.helpers.NOPMDCAdapter;
import org.slf4j.spi.MDCAdapter;
import org.slf4j.spi.SLF4JServiceProvider;

/// Where SLF4J finds calicoctl's loggers.
public final class StandardErrorLog implements SLF4JServiceProvider {

  private static volatile LogLevel level = LogLevel.PANIC;

  private final IMarkerFactory markers = new BasicMarkerFactory();
  private final MDCAdapter contexts = new NOPMDCAdapter();

  /// Makes SLF4J log here, whichever other logging frameworks are on the class path. To be called
  /// before the first logger is asked for.
  public static void choose() {
    System.setProperty("slf4j.provider", StandardErrorLog.class.getName());
    // Else SLF4J tells on standard error that it was told so.
    System.setProperty("slf4j.internal.verbosity", "WARN");
  }

  /// Says what is printed from now on, in the whole process.
  public static void print(LogLevel upTo) {
    level = upTo;
  }

  static boolean prints(LogLevel message) {
    return level.includes(message);
  }

  @Override
  public ILoggerFactory getLoggerFactory() {
    return StandardErrorLogger::new;
  }

  @Override
  public IMarkerFactory getMarkerFactory() {
    return markers;
  }

  @Override
  public @Nullable MDCAdapter getMDCAdapter() {
    return contexts;
  }

  @Override
  public String getRequestedApiVersion() {
    return "2.0.99";
  }

  @Override
  public void initialize() {
    // There is nothing to set up.
  }
}
