package io.margay.libnetwork;

import io.margay.datastore.Datastore;
import io.margay.datastore.DatastoreException;
import io.margay.datastore.Entry;
import io.margay.datastore.Key;
import io.margay.model.Names;
import io.margay.model.Resource;
import io.margay.model.ResourceKey.WorkloadEndpointKey;
import io.margay.model.WorkloadEndpoint;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Labels of containers as labels of endpoints, for selectors. Docker tells no driver whose an
/// endpoint is; it can be asked, but only some time after the endpoint was made.
final class EndpointLabels {

  private static final Logger log = LoggerFactory.getLogger(EndpointLabels.class);

  /// Labels whose name begins so are the endpoint's, without it.
  private static final String PREFIX = "org.projectcalico.label.";

  private static final Duration PAUSE = Duration.ofMillis(100);

  private final LibnetworkSettings settings;
  private final Docker docker;
  private final Datastore datastore;

  EndpointLabels(LibnetworkSettings settings, Docker docker, Datastore datastore) {
    this.settings = settings;
    this.docker = docker;
    this.datastore = datastore;
  }

  /// Gives the endpoint its container's labels as soon as Docker tells them, if that is wanted at
  /// all. Returns at once.
  void follow(WorkloadEndpointKey endpoint, String networkId) {
    if (settings.labelEndpoints()) {
      // Platform, since a datastore may call native code.
      Thread.ofPlatform()
          .name("labels")
          .daemon()
          .start(() -> {
            try {
              copy(endpoint, networkId);
            } catch (RefusedException | DatastoreException e) {
              log.warn(
                  "{} does not get the labels of its container: {} Give it labels with calicoctl, or start the container again.",
                  endpoint,
                  e.getMessage());
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
          });
    }
  }

  private void copy(WorkloadEndpointKey endpoint, String networkId) throws InterruptedException {
    long end = System.nanoTime() + settings.labelPatience().toNanos();
    while (true) {
      Optional<Map<String, String>> labels = docker.labels(networkId, endpoint.name());
      if (labels.isPresent()) {
        write(endpoint, ours(labels.get()));
        return;
      }
      if (System.nanoTime() > end) {
        throw new RefusedException(
            "Docker did not tell of it in " + settings.labelPatience().toMillis() + " ms.");
      }
      Thread.sleep(PAUSE);
    }
  }

  private static Map<String, String> ours(Map<String, String> all) {
    Map<String, String> ours = new TreeMap<>();
    all.forEach((name, value) -> {
      if (name.startsWith(PREFIX)) {
        String key = name.substring(PREFIX.length());
        if (Names.isLabelKey(key) && Names.isLabelValue(value)) {
          ours.put(key, value);
        } else {
          log.warn(
              "The container's label {}={} cannot be an endpoint's, and is left out.", name, value);
        }
      }
    });
    return ours;
  }

  /// An endpoint that is gone meanwhile stays gone.
  private void write(WorkloadEndpointKey endpoint, Map<String, String> labels) {
    var key = new Key.ForResource(endpoint);
    while (!labels.isEmpty()) {
      Optional<Entry<Resource>> there = datastore.get(key);
      if (there.isEmpty() || !(there.get().value() instanceof WorkloadEndpoint before)) {
        return;
      }
      try {
        datastore.update(key, labelled(before, labels), there.get().revision());
        return;
      } catch (DatastoreException.DoesNotExist e) {
        return;
      } catch (DatastoreException.UpdateConflict e) {
        log.debug("{} changed meanwhile; its labels are written anew", endpoint);
      }
    }
  }

  private static WorkloadEndpoint labelled(WorkloadEndpoint before, Map<String, String> labels) {
    WorkloadEndpoint.Metadata metadata = before.metadata();
    return new WorkloadEndpoint(
        new WorkloadEndpoint.Metadata(
            metadata.name(),
            metadata.workload(),
            metadata.orchestrator(),
            metadata.node(),
            new TreeMap<>(labels)),
        before.spec(),
        before.state(),
        before.activeInstance());
  }
}
