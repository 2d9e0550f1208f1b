package io.margay.datastore.etcd;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.LoggerFactory;

/// What an operator reads in the log while it is open: warnings and errors.
final class HeardLog extends AppenderBase<ILoggingEvent> implements AutoCloseable {

  private final List<String> complaints = new CopyOnWriteArrayList<>();
  private final Logger logger = (Logger) LoggerFactory.getLogger("io.margay");

  HeardLog() {
    start();
    logger.addAppender(this);
  }

  @Override
  protected void append(ILoggingEvent event) {
    if (event.getLevel().isGreaterOrEqual(Level.WARN)) {
      complaints.add(event.getFormattedMessage());
    }
  }

  List<String> complaints() {
    return List.copyOf(complaints);
  }

  @Override
  public void close() {
    logger.detachAppender(this);
  }
}
