package io.margay.kubernetes.controller;

import io.fabric8.kubernetes.api.model.Pod;
import io.margay.cluster.ResourceWriter;
import io.margay.datastore.Datastore;
import io.margay.datastore.DatastoreException.DoesNotExist;
import io.margay.datastore.DatastoreException.UpdateConflict;
import io.margay.datastore.Key;
import io.margay.datastore.KeyRange;
import io.margay.datastore.ipam.AllocationBlock.Attribute;
import io.margay.ipam.AttributeNames;
import io.margay.ipam.Ipam;
import io.margay.kubernetes.conversion.Naming;
import io.margay.kubernetes.conversion.PodConversion;
import io.margay.model.ResourceKey.NodeKey;
import io.margay.model.ResourceKey.WorkloadEndpointKey;
import io.margay.model.WorkloadEndpoint;
import io.margay.net.IpAddress;
import io.margay.net.IpFamily;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Takes away what has outlived its owner: endpoints and addresses of pods, and nodes, that
/// Kubernetes no longer has. A network plugin's DEL takes its own things away; this is for those
/// whose DEL never came, because a host died or its disk was wiped.
///
/// Goals, in this order:
///
/// 1. Nothing of a live owner is taken. So an owner must have been missing for a whole grace
///    period, at every look; then the API server itself is asked, past all caches; and what is
///    removed must still be as it was when it was judged (compare and delete).
/// 2. Nothing foreign is taken: only endpoints of orchestrator `k8s`, addresses whose note names a
///    pod, and nodes that this controller has known as nodes of Kubernetes, or that carry nothing
///    but pods. A node whose agent still reports is alive.
/// 3. In the end everything ownerless goes. A pod that was made anew on another node, under the
///    same name, does not own what its namesake left behind.
///
/// A Kubernetes without any node is one that was emptied, or not the right one; nothing is judged
/// by it.
///
/// Used on the controller's loop only.
final class GarbageCollection {

  private static final Logger log = LoggerFactory.getLogger(GarbageCollection.class);

  private final KubernetesPicture kubernetes;
  private final DatastorePicture stored;
  private final Datastore datastore;
  private final Ipam ipam;
  private final ApiServer apiServer;
  private final Duration grace;
  private final LongSupplier nanoTime;

  private final Set<String> knownNodes = new HashSet<>();

  /// Since when each ownerless thing is known to be so, by the clock's nanoseconds.
  private Map<Object, Long> ownerless = new HashMap<>();

  /// @param address and the note that came with it when it was seen
  private record OwnedAddress(IpAddress address, Attribute owner) {}

  GarbageCollection(
      KubernetesPicture kubernetes,
      DatastorePicture stored,
      Datastore datastore,
      ApiServer apiServer,
      Duration grace,
      LongSupplier nanoTime) {
    this.kubernetes = kubernetes;
    this.stored = stored;
    this.datastore = datastore;
    this.ipam = new Ipam(datastore);
    this.apiServer = apiServer;
    this.grace = grace;
    this.nanoTime = nanoTime;
  }

  /// Kubernetes has this node, so it is one of its own.
  void nodeSeen(String node) {
    knownNodes.add(node);
  }

  /// One look at everything. To be called regularly, and only while both pictures are complete.
  void run() {
    Map<Object, Long> stillOwnerless = new HashMap<>();
    if (!kubernetes.hasNodes()) {
      ownerless = stillOwnerless;
      return;
    }
    for (WorkloadEndpointKey key : Set.copyOf(stored.endpoints.keySet())) {
      if (key.orchestrator().equals(Naming.ORCHESTRATOR)
          && isGone(key.workload(), key.node())
          && overdue(key, stillOwnerless)
          && !isOn(namespace(key.workload()), pod(key.workload()), key.node())) {
        removeEndpoint(key);
      }
    }
    for (IpFamily family : IpFamily.values()) {
      for (var block : datastore.list(new KeyRange.IpamBlocks(family))) {
        for (IpAddress address : block.value().addresses(this::isGonePods)) {
          Attribute owner = block.value().attribute(address);
          if (owner == null) {
            continue; // addresses() lists those that have one
          }
          OwnedAddress owned = new OwnedAddress(address, owner);
          if (!isUsed(address)
              && overdue(owned, stillOwnerless)
              && !isOn(
                  note(owned, AttributeNames.NAMESPACE),
                  note(owned, AttributeNames.POD),
                  note(owned, AttributeNames.NODE))
              && ipam.releaseAddress(address, owned.owner)) {
            log.info("{}: given back, its pod {} is gone", address, workload(owned.owner));
          }
        }
      }
    }
    for (String node : Set.copyOf(stored.nodes)) {
      if (isGone(node) && overdue(new NodeKey(node), stillOwnerless) && !apiServer.hasNode(node)) {
        removeNode(node);
      }
    }
    ownerless = stillOwnerless;
  }

  /// Whether a thing has had no owner for the whole grace period.
  private boolean overdue(Object thing, Map<Object, Long> stillOwnerless) {
    long now = nanoTime.getAsLong();
    long since = ownerless.getOrDefault(thing, now);
    stillOwnerless.put(thing, since);
    return now - since >= grace.toNanos();
  }

  private boolean isGonePods(Attribute owner) {
    return owner.secondary().containsKey(AttributeNames.POD)
        && owner.secondary().containsKey(AttributeNames.NAMESPACE)
        && isGone(workload(owner), owner.secondary().getOrDefault(AttributeNames.NODE, ""));
  }

  /// Whether there is no such pod, or it lives on another node than this. That its endpoint is
  /// there shows that nodes have the same names in Kubernetes and here.
  ///
  /// @param node empty if it is not known
  private boolean isGone(String workload, String node) {
    Pod pod = kubernetes.pod(workload);
    return pod == null || isElsewhere(workload, PodConversion.node(pod), node);
  }

  private boolean isElsewhere(String workload, String actual, String node) {
    return !node.isEmpty()
        && !node.equals(actual)
        && stored.podEndpoints.getOrDefault(workload, Set.of()).stream()
            .anyMatch(key -> key.node().equals(actual));
  }

  /// The same by the API server's own word.
  private boolean isOn(String namespace, String pod, String node) {
    return apiServer
        .nodeOfPod(namespace, pod)
        .filter(actual -> !isElsewhere(namespace + "." + pod, actual, node))
        .isPresent();
  }

  private static String workload(Attribute owner) {
    return owner.secondary().get(AttributeNames.NAMESPACE)
        + "."
        + owner.secondary().get(AttributeNames.POD);
  }

  private static String note(OwnedAddress owned, String name) {
    return owned.owner.secondary().getOrDefault(name, "");
  }

  /// Whether any endpoint has the address, whoever's it is.
  private boolean isUsed(IpAddress address) {
    return stored.endpoints.values().stream()
        .flatMap(endpoint -> endpoint.spec().ipNetworks().stream())
        .anyMatch(network -> network.address().equals(address));
  }

  /// The address goes at a later look, by the note that came with it: it may have been given to
  /// another one already.
  private void removeEndpoint(WorkloadEndpointKey key) {
    WorkloadEndpoint judged = stored.endpoints.get(key);
    var entry = datastore.get(new Key.ForResource(key));
    if (entry.isEmpty() || !entry.get().value().equals(judged)) {
      return;
    }
    try {
      datastore.delete(entry.get().key(), entry.get().revision());
      log.info("{}: endpoint removed, its pod is gone", key.workload());
    } catch (UpdateConflict | DoesNotExist e) {
      // It changed, so somebody lives who changed it.
    }
  }

  private boolean isGone(String node) {
    return !kubernetes.hasNode(node)
        && datastore.get(new Key.NodeStatus(node)).isEmpty()
        && stored.endpoints.keySet().stream()
            .filter(key -> key.node().equals(node))
            .allMatch(key ->
                key.orchestrator().equals(Naming.ORCHESTRATOR) && isGone(key.workload(), node))
        && (knownNodes.contains(node)
            || stored.endpoints.keySet().stream().anyMatch(key -> key.node().equals(node)));
  }

  private void removeNode(String node) {
    try {
      new ResourceWriter(datastore).delete(new NodeKey(node));
      log.info("{}: node removed with what belonged to it, Kubernetes no longer has it", node);
    } catch (DoesNotExist e) {
      // Someone was faster.
    }
  }

  private static String namespace(String workload) {
    return workload.substring(0, Math.max(0, workload.indexOf('.')));
  }

  private static String pod(String workload) {
    return workload.substring(workload.indexOf('.') + 1);
  }
}
