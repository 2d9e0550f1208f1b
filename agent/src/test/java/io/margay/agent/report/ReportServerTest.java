package io.margay.agent.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margay.agent.report.NodeReport.Peer;
import io.margay.net.IpAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportServerTest {

  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final NodeReport REPORT =
      new NodeReport(
          "slave1",
          42,
          Duration.ofSeconds(90),
          true,
          true,
          List.of(
              new Peer(
                  IpAddress.parse("192.168.40.12"),
                  "node-to-node mesh",
                  "Established",
                  Duration.ofSeconds(80),
                  "",
                  3,
                  2,
                  1),
              new Peer(
                  IpAddress.parse("fd00::1"),
                  "global",
                  "Active",
                  Duration.ZERO,
                  "connection refused",
                  0,
                  0,
                  0)));

  @TempDir Path directory;

  @Test
  void whoeverAsksGetsTheReportAgainAndAgain() throws Exception {
    try (ReportServer server = ReportServer.open(directory, () -> REPORT)) {
      assertThat(ReportClient.ask(directory, LIMIT)).isEqualTo(REPORT);
      assertThat(ReportClient.ask(directory, LIMIT)).isEqualTo(REPORT);
      assertThat(server).isNotNull();
    }
  }

  @Test
  void onlyItsOwnerMayAsk() throws Exception {
    try (ReportServer server = ReportServer.open(directory, () -> REPORT)) {
      assertThat(server).isNotNull();
      assertThat(
              PosixFilePermissions.toString(
                  Files.getPosixFilePermissions(directory.resolve("agent.sock"))))
          .isEqualTo("rw-------");
    }
  }

  @Test
  void aSocketThatAKilledAgentLeftIsReplacedAndAStoppedOneLeavesNone() throws Exception {
    Files.createFile(directory.resolve("agent.sock"));
    assertThatThrownBy(() -> ReportClient.ask(directory, LIMIT)).isInstanceOf(IOException.class);
    ReportServer.open(directory, () -> REPORT).close();
    assertThat(directory).isEmptyDirectory();
    assertThatThrownBy(() -> ReportClient.ask(directory, LIMIT)).isInstanceOf(IOException.class);
  }

  @Test
  void anAgentThatDoesNotAnswerIsNotWaitedForForEver() throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    try (ReportServer server =
        ReportServer.open(
            directory,
            () -> {
              never.await();
              return REPORT;
            })) {
      assertThat(server).isNotNull();
      assertThatThrownBy(() -> ReportClient.ask(directory, Duration.ofMillis(50)))
          .isInstanceOf(TimeoutException.class);
    } finally {
      never.countDown();
    }
  }
}
