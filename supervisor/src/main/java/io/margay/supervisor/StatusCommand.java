package io.margay.supervisor;

import io.margay.agent.report.NodeReport;
import io.margay.agent.report.ReportClient;
import io.margay.calicoctl.Terminal;
import io.margay.net.IpFamily;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;

/// `calicoctl node status`: asks the agent on its socket, and prints what Calico v1.1 printed when
/// it asked BIRD.
final class StatusCommand {

  private static final Duration LIMIT = Duration.ofSeconds(5);
  private static final List<String> HEADS =
      List.of("PEER ADDRESS", "PEER TYPE", "STATE", "SINCE", "INFO");
  private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss");
  private static final DateTimeFormatter DATE = DateTimeFormatter.ofPattern("yyyy-MM-dd");

  private StatusCommand() {}

  /// @param now in the time zone of whoever reads it
  static boolean run(Path runDirectory, LocalDateTime now, Terminal terminal)
      throws InterruptedException {
    NodeReport report;
    try {
      report = ReportClient.ask(runDirectory, LIMIT);
    } catch (IOException e) {
      terminal.fail("Calico process is not running.");
      return false;
    } catch (TimeoutException | IllegalArgumentException e) {
      terminal.say("Calico process is running.");
      terminal.fail(
          "Error querying the agent: it accepts connections in %s and gave no answer within %d s. Its log says more."
              .formatted(runDirectory, LIMIT.toSeconds()));
      return false;
    }
    terminal.out().print(text(report, now));
    return true;
  }

  static String text(NodeReport report, LocalDateTime now) {
    StringBuilder text = new StringBuilder("Calico process is running.\n");
    if (report.bgp()) {
      for (IpFamily family : IpFamily.values()) {
        text.append("\nIPv").append(family.version()).append(" BGP status\n");
        text.append(peers(report, family, now));
      }
    } else {
      text.append("\nNone of the BGP backend processes (BIRD or GoBGP) are running.\n");
    }
    return text.append('\n').toString();
  }

  private static String peers(NodeReport report, IpFamily family, LocalDateTime now) {
    List<List<String>> rows = new ArrayList<>();
    for (NodeReport.Peer peer : report.peers()) {
      if (peer.address().family() == family) {
        rows.add(
            List.of(
                peer.address().toString(),
                peer.type(),
                state(peer.state()),
                since(now, peer.inState()),
                info(peer)));
      }
    }
    return rows.isEmpty()
        ? "No IPv" + family.version() + " peers found.\n"
        : new BoxedTable(HEADS, rows).toString();
  }

  /// BIRD's word for a protocol in that state: one that is not up is starting.
  private static String state(String bgpState) {
    return bgpState.equals("Established") ? "up" : "start";
  }

  /// As BIRD shows times: the hour for a day, then the date.
  private static String since(LocalDateTime now, Duration inState) {
    LocalDateTime since = now.minus(inState);
    return (inState.compareTo(Duration.ofDays(1)) < 0 ? TIME : DATE).format(since);
  }

  private static String info(NodeReport.Peer peer) {
    return peer.state().equals("Established") || peer.lastError().isEmpty()
        ? peer.state()
        : peer.state() + " " + peer.lastError().replaceAll("\\s+", " ");
  }
}
