package io.margay.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Fifty packets a second from one workload to another, each of which has to be answered.
///
/// @param log what ping prints
record RunningFlow(Process ping, Path log) {

  /// Starts it, and returns once packets are answered.
  static RunningFlow start(SeedLab lab, String from, String to) {
    try {
      Path log = Files.createTempFile("flow", ".log");
      Process ping = lab.startIn(from, log, "ping", "-n", "-i", "0.02", to);
      var flow = new RunningFlow(ping, log);
      SeedLab.awaitThat(() -> flow.text().contains("icmp_seq=5 "), () -> "runs: " + flow.text());
      return flow;
    } catch (IOException e) {
      throw new LabException("no temporary file", e);
    }
  }

  /// Ends it.
  ///
  /// @return how many packets were sent and not answered; one may be under way at the end
  int lost() throws IOException, InterruptedException {
    ping.descendants().forEach(child -> interrupt(child.pid()));
    interrupt(ping.pid());
    assertThat(ping.waitFor(5, TimeUnit.SECONDS)).as("ping ends").isTrue();
    String text = text();
    Files.delete(log);
    Matcher summary = Pattern.compile("(\\d+) packets transmitted, (\\d+) received").matcher(text);
    assertThat(summary.find()).as("a summary in " + text).isTrue();
    int sent = Integer.parseInt(summary.group(1));
    assertThat(sent).isGreaterThan(100);
    return Math.max(0, sent - Integer.parseInt(summary.group(2)) - 1);
  }

  private static void interrupt(long pid) {
    Command.run(List.of("kill", "-INT", Long.toString(pid)), "");
  }

  private String text() {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      throw new LabException("cannot read " + log, e);
    }
  }
}
