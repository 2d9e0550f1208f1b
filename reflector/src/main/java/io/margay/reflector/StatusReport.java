package io.margay.reflector;

import io.margay.bgp.PeerStatus;
import io.margay.bgp.session.SessionState;
import java.time.Duration;
import java.util.List;

/// The state of a reflector as text: a line about the whole, then a table of its peers.
final class StatusReport {

  private static final String ROW = "%-39s %-12s %10s %10s %10s  %s%n";

  private StatusReport() {}

  static String of(ReflectorConfig config, List<PeerStatus> peers, int prefixes) {
    long established =
        peers.stream().filter(peer -> peer.state() == SessionState.ESTABLISHED).count();
    StringBuilder text = new StringBuilder();
    text.append(
        "Reflector %s, AS %s, cluster %s: %d of %d sessions established, %d prefixes%n"
            .formatted(
                config.routerId(),
                config.as(),
                config.clusterId(),
                established,
                peers.size(),
                prefixes));
    if (!peers.isEmpty()) {
      text.append(ROW.formatted("PEER", "STATE", "SINCE", "RECEIVED", "TOLD", "LAST ERROR"));
    }
    for (PeerStatus peer : peers) {
      text.append(
          ROW.formatted(
              peer.config().remoteAddress(),
              peer.state(),
              since(peer.inState()),
              peer.received(),
              peer.advertised(),
              peer.lastError()));
    }
    // The last column is often empty.
    return text.toString().replaceAll("(?m) +$", "");
  }

  /// `h:mm:ss`.
  private static String since(Duration duration) {
    return "%d:%02d:%02d"
        .formatted(duration.toHours(), duration.toMinutesPart(), duration.toSecondsPart());
  }
}
