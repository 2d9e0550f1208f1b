package io.margay.calicoctl.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

class StandardErrorLogTest {

  private final PrintStream standardError = System.err;
  private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
  private final Logger logger = LoggerFactory.getLogger("io.margay.datastore.Store");

  @BeforeEach
  void captureStandardError() {
    System.setErr(new PrintStream(printed, true, StandardCharsets.UTF_8));
  }

  @AfterEach
  void restoreStandardError() {
    System.setErr(standardError);
    StandardErrorLog.print(LogLevel.PANIC);
  }

  @Test
  void printsNothingUnlessAsked() {
    logger.error("the store is gone");

    assertThat(printed.toString(StandardCharsets.UTF_8)).isEmpty();
  }

  @Test
  void printsMessagesOfItsLevelAndWorseAsLines() {
    StandardErrorLog.print(LogLevel.WARN);

    logger.info("opened {}", "a.db");
    logger.warn("opened {} after {} tries", "a.db", 3);
    logger.error("gone", new IllegalStateException("closed"));

    assertThat(printed.toString(StandardCharsets.UTF_8))
        .isEqualTo(
            "warn: Store: opened a.db after 3 tries\n"
                + "error: Store: gone: java.lang.IllegalStateException: closed\n");
  }

  @Test
  void addsWhereItHappenedAtLevelDebug() {
    StandardErrorLog.print(LogLevel.DEBUG);

    logger.warn("gone", new IllegalStateException("closed"));

    assertThat(printed.toString(StandardCharsets.UTF_8))
        .contains("addsWhereItHappenedAtLevelDebug");
  }
}
