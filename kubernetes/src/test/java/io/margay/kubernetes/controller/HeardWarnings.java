package io.margay.kubernetes.controller;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import io.margay.datastore.Await;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.LoggerFactory;

/// The warnings that an operator reads in the log while it is open.
final class HeardWarnings extends AppenderBase<ILoggingEvent> implements AutoCloseable {

  private final List<String> warnings = new CopyOnWriteArrayList<>();
  private final Logger logger =
      (Logger) LoggerFactory.getLogger(HeardWarnings.class.getPackageName());

  HeardWarnings() {
    start();
    logger.addAppender(this);
  }

  @Override
  protected void append(ILoggingEvent event) {
    if (event.getLevel().isGreaterOrEqual(Level.WARN)) {
      warnings.add(event.getFormattedMessage());
    }
  }

  void await(String text) {
    Await.until(
        () -> warnings.stream().anyMatch(each -> each.contains(text)),
        () -> "warned of: " + warnings);
  }

  @Override
  public void close() {
    logger.detachAppender(this);
  }
}
