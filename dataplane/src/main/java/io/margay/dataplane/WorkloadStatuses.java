package io.margay.dataplane;

import io.margay.calc.output.NodeUpdate.LocalWorkload;
import io.margay.kernel.Link;
import io.margay.model.ResourceKey.WorkloadEndpointKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// How the workload endpoints stand, and who is told when that changes.
final class WorkloadStatuses {

  private static final Logger log = LoggerFactory.getLogger(WorkloadStatuses.class);

  private final EndpointStatusListener listener;
  private final Map<WorkloadEndpointKey, EndpointStatus> published = new HashMap<>();

  /// Why an endpoint is in error.
  private final Map<WorkloadEndpointKey, String> reasons = new HashMap<>();

  /// Interfaces whose endpoints may stand otherwise than published.
  private final Set<String> pending = new TreeSet<>();

  /// Interfaces with trouble, looked at again with every apply.
  private final Set<String> troubled = new HashSet<>();

  private final List<WorkloadEndpointKey> removed = new ArrayList<>();

  /// Endpoints that cannot be had at all, and why.
  private final Map<WorkloadEndpointKey, String> refused = new HashMap<>();

  WorkloadStatuses(EndpointStatusListener listener) {
    this.listener = listener;
  }

  void consider(String interfaceName) {
    pending.add(interfaceName);
  }

  boolean isPending() {
    return !pending.isEmpty() || !removed.isEmpty() || !refused.isEmpty();
  }

  /// The endpoint is no longer this node's.
  void remove(WorkloadEndpointKey key) {
    refused.remove(key);
    removed.add(key);
  }

  /// The endpoint cannot be had at all.
  void refuse(WorkloadEndpointKey key, String trouble) {
    refused.put(key, trouble);
  }

  /// Tells the listener what changed since the last time.
  ///
  /// @param trouble what keeps the workload on an interface from working
  /// @param rulesInPlace whether all rules are as wanted; if not, what is new stays in error
  void publish(NodeState node, Function<String, List<String>> trouble, boolean rulesInPlace) {
    for (WorkloadEndpointKey key : removed) {
      if (!node.workloads().containsKey(key) && published.remove(key) != null) {
        reasons.remove(key);
        listener.onRemoved(key);
      }
    }
    removed.clear();
    refused.forEach((key, why) -> {
      if (!node.workloads().containsKey(key)) {
        publish(key, EndpointStatus.ERROR, List.of(why));
      }
    });
    refused.clear();
    Set<String> interfaces = new TreeSet<>(pending);
    interfaces.addAll(troubled);
    for (String name : interfaces) {
      WorkloadEndpointKey owner = node.ownerOf(name);
      List<String> found = owner == null ? List.of() : new ArrayList<>(trouble.apply(name));
      if (owner != null && !rulesInPlace && pending.contains(name)) {
        found.add("its rules could not be written");
      }
      for (WorkloadEndpointKey key : node.claimantsOf(name)) {
        if (key.equals(owner)) {
          publish(key, found.isEmpty() ? status(node, name) : EndpointStatus.ERROR, found);
        } else {
          publish(
              key,
              EndpointStatus.ERROR,
              List.of("interface " + name + " belongs to " + owner + " already"));
        }
      }
      if (found.isEmpty()) {
        troubled.remove(name);
      } else {
        troubled.add(name);
      }
    }
    if (rulesInPlace) {
      pending.clear();
    }
  }

  /// How the endpoint stood when last told; down if it never was.
  EndpointStatus statusOf(WorkloadEndpointKey key) {
    return published.getOrDefault(key, EndpointStatus.DOWN);
  }

  /// Why it is in error, empty if it is not.
  String reasonOf(WorkloadEndpointKey key) {
    return reasons.getOrDefault(key, "");
  }

  /// Those that cannot be had at all are told of too.
  Set<WorkloadEndpointKey> known() {
    return published.keySet();
  }

  private static EndpointStatus status(NodeState node, String interfaceName) {
    LocalWorkload workload = node.workloadOn(interfaceName);
    Link link = node.links().get(interfaceName);
    boolean up = workload != null && workload.active() && link != null && link.running();
    return up ? EndpointStatus.UP : EndpointStatus.DOWN;
  }

  private void publish(WorkloadEndpointKey key, EndpointStatus status, List<String> trouble) {
    @Nullable EndpointStatus before = published.put(key, status);
    if (status == EndpointStatus.ERROR) {
      reasons.put(key, String.join("; ", trouble));
    } else {
      reasons.remove(key);
    }
    if (status != before) {
      if (status == EndpointStatus.ERROR) {
        log.error(
            "{} does not work: {}. It is tried again with every change and refresh.",
            key,
            String.join("; ", trouble));
      }
      listener.onStatus(key, status);
    }
  }
}
