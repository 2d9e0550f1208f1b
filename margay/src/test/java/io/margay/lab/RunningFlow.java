package io.margay.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
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
      Process ping = lab.startIn(from, log, "ping", "-n", "-D", "-i", "0.02", to);
      var flow = new RunningFlow(ping, log);
      SeedLab.awaitThat(() -> flow.text().contains("icmp_seq=5 "), () -> "runs: " + flow.text());
      return flow;
    } catch (IOException e) {
      throw new LabException("no temporary file", e);
    }
  }

  /// Ends it.
  ///
  /// @return the packets that were sent and not answered, one line for each gap with the time of
  ///   the answer before it; one may be under way at the end
  List<String> gaps() throws IOException, InterruptedException {
    ping.descendants().forEach(child -> interrupt(child.pid()));
    interrupt(ping.pid());
    assertThat(ping.waitFor(5, TimeUnit.SECONDS)).as("ping ends").isTrue();
    String text = text();
    Files.delete(log);
    Matcher summary = Pattern.compile("(\\d+) packets transmitted").matcher(text);
    assertThat(summary.find()).as("a summary in " + text).isTrue();
    int sent = Integer.parseInt(summary.group(1));
    assertThat(sent).isGreaterThan(20);

    List<String> gaps = new ArrayList<>();
    int last = 0;
    String at = "the start";
    Matcher answer = Pattern.compile("\\[([0-9.]+)] .*icmp_seq=(\\d+) ").matcher(text);
    while (answer.find()) {
      int number = Integer.parseInt(answer.group(2));
      noteGap(gaps, last, number, at);
      last = number;
      at = answer.group(1);
    }
    noteGap(gaps, last, sent, at);
    return gaps;
  }

  private static void noteGap(List<String> gaps, int before, int after, String at) {
    if (after > before + 1) {
      gaps.add("%d packets after %d, answered at %s".formatted(after - before - 1, before, at));
    }
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
