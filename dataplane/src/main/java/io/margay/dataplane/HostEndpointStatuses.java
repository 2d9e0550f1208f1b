package io.margay.dataplane;

import io.margay.kernel.Link;
import io.margay.model.ResourceKey.HostEndpointKey;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// How the host endpoints stand, and who is told when that changes.
final class HostEndpointStatuses {

  private static final Logger log = LoggerFactory.getLogger(HostEndpointStatuses.class);

  private final EndpointStatusListener listener;
  private final Map<HostEndpointKey, EndpointStatus> published = new HashMap<>();
  private final Map<HostEndpointKey, String> reasons = new HashMap<>();
  private boolean pending;

  HostEndpointStatuses(EndpointStatusListener listener) {
    this.listener = listener;
  }

  /// Some may stand otherwise than published.
  void consider() {
    pending = true;
  }

  boolean isPending() {
    return pending;
  }

  /// Tells the listener what changed since the last time.
  ///
  /// @param rulesInPlace whether all rules are as wanted; if not, nothing is said to work, and it
  ///   is looked at again
  void publish(HostEndpoints endpoints, Map<String, Link> links, boolean rulesInPlace) {
    if (!pending) {
      return;
    }
    for (HostEndpointKey key : Set.copyOf(published.keySet())) {
      if (!endpoints.endpoints().containsKey(key)) {
        published.remove(key);
        reasons.remove(key);
        listener.onRemoved(key);
      }
    }
    for (HostEndpointKey key : endpoints.endpoints().keySet()) {
      SortedSet<String> interfaces = endpoints.interfacesOf(key);
      if (interfaces.isEmpty()) {
        publish(
            key,
            EndpointStatus.ERROR,
            "it governs no interface. Expected one of the name or with an address that it gives,"
                + " and not governed by another host endpoint that comes first by name. What passes"
                + " the host's interfaces is not subject to it");
      } else if (!rulesInPlace) {
        publish(key, EndpointStatus.ERROR, "its rules could not be written");
      } else {
        publish(key, status(interfaces, links), "");
      }
    }
    pending = !rulesInPlace;
  }

  /// How the endpoint stood when last told; down if it never was.
  EndpointStatus statusOf(HostEndpointKey key) {
    return published.getOrDefault(key, EndpointStatus.DOWN);
  }

  /// Why it is in error, empty if it is not.
  String reasonOf(HostEndpointKey key) {
    return reasons.getOrDefault(key, "");
  }

  private static EndpointStatus status(Set<String> interfaces, Map<String, Link> links) {
    boolean up =
        interfaces.stream()
            .allMatch(name -> {
              Link link = links.get(name);
              return link != null && link.running();
            });
    return up ? EndpointStatus.UP : EndpointStatus.DOWN;
  }

  private void publish(HostEndpointKey key, EndpointStatus status, String trouble) {
    EndpointStatus before = published.put(key, status);
    reasons.put(key, trouble);
    if (status != before) {
      if (status == EndpointStatus.ERROR) {
        log.error("{} does not work: {}. It is looked at again with every change.", key, trouble);
      }
      listener.onStatus(key, status);
    }
  }
}
