package io.margay.dataplane;

import io.margay.kernel.Conntrack;
import io.margay.kernel.KernelException;
import io.margay.net.IpAddress;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Connections of addresses that left their interface. The next workload with such an address must
/// not inherit what policy once allowed its predecessor, so they are forgotten (conntrack(8)).
final class StaleConnections {

  private static final Logger log = LoggerFactory.getLogger(StaleConnections.class);

  private static final int ATTEMPTS = 4;

  private final Conntrack conntrack;
  private final Map<IpAddress, Integer> failuresByAddress = new TreeMap<>();

  StaleConnections(Conntrack conntrack) {
    this.conntrack = conntrack;
  }

  void add(IpAddress address) {
    failuresByAddress.put(address, 0);
  }

  boolean isEmpty() {
    return failuresByAddress.isEmpty();
  }

  /// Tries all addresses at once. One that fails again and again is given up, since it does not get
  /// better by waiting and says nothing about the rest.
  void forget(ApplyReport.Builder report) {
    if (isEmpty()) {
      return;
    }
    try {
      conntrack.delete(Set.copyOf(failuresByAddress.keySet()));
      failuresByAddress.clear();
    } catch (KernelException e) {
      failuresByAddress.replaceAll((_, failures) -> failures + 1);
      Set<IpAddress> givenUp = new TreeSet<>(failuresByAddress.keySet());
      givenUp.removeIf(address -> failuresByAddress.getOrDefault(address, 0) < ATTEMPTS);
      failuresByAddress.keySet().removeAll(givenUp);
      if (!isEmpty()) {
        report.failed(e);
      }
      if (!givenUp.isEmpty()) {
        log.error(
            "Connections of {} could not be forgotten in {} attempts: {} They end by their own"
                + " timeouts; until then packets of theirs pass whatever policy says now."
                + " `conntrack --delete --orig-src ADDRESS` (and --orig-dst, --reply-src,"
                + " --reply-dst) removes them.",
            givenUp,
            ATTEMPTS,
            e.getMessage());
      }
    }
  }
}
