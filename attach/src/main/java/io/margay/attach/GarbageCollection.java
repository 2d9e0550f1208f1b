package io.margay.attach;

import io.margay.attach.Attachments.Place;
import io.margay.attach.Endpoints.Stored;
import io.margay.model.ResourceKey.WorkloadEndpointKey;
import io.margay.model.WorkloadEndpoint;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Detaches containers of one network, on this node, that a runtime no longer knows of. The runtime
/// adds none meanwhile (CNI specification, section "GC").
public final class GarbageCollection {

  private static final Logger LOG = LoggerFactory.getLogger(GarbageCollection.class);

  private final Endpoints endpoints;
  private final Attachments attachments;
  private final String network;
  private final Set<Known> known;

  /// An interface that a runtime knows of.
  public record Known(String container, String device) {}

  public GarbageCollection(
      Endpoints endpoints, Attachments attachments, String network, Set<Known> known) {
    this.endpoints = endpoints;
    this.attachments = attachments;
    this.network = network;
    this.known = Set.copyOf(known);
  }

  /// @param ofNetwork whether an endpoint is of the network
  /// @param source where the addresses of a workload came from
  public void run(Predicate<WorkloadEndpoint> ofNetwork, Function<Workload, AddressSource> source) {
    for (String orchestrator : List.of(Workload.CNI, Workload.KUBERNETES)) {
      for (Stored each : endpoints.ofOrchestrator(orchestrator)) {
        if (ofNetwork.test(each.endpoint()) && !isKnown(each)) {
          collect(each, source);
        }
      }
    }
  }

  private static String container(Stored stored) {
    String instance = stored.endpoint().activeInstance();
    return instance == null ? stored.key().workload() : instance;
  }

  /// A container that joined a network with the interface of another is known by another device.
  private boolean isKnown(Stored stored) {
    boolean joined = stored.endpoint().spec().profiles().indexOf(network) > 0;
    String container = container(stored);
    return joined
        ? known.stream().anyMatch(each -> each.container().equals(container))
        : known.contains(new Known(container, stored.key().name()));
  }

  private void collect(Stored stored, Function<Workload, AddressSource> source) {
    WorkloadEndpointKey key = stored.key();
    LOG.info("{} is of no container that the runtime knows of, and goes.", key);
    List<String> others =
        stored.endpoint().spec().profiles().stream().filter(p -> !p.equals(network)).toList();
    if (key.orchestrator().equals(Workload.CNI) && !others.isEmpty()) {
      endpoints.write(EndpointChanges.withProfiles(stored.endpoint(), others));
      return;
    }
    String hostName = stored.endpoint().spec().interfaceName();
    String container = container(stored);
    Workload workload =
        new Workload(
            key.orchestrator(),
            key.workload(),
            container,
            hostName == null ? InterfaceName.ofContainer(container) : hostName);
    attachments.delete(
        new Place(workload, null, key.name(), network, 0, Duration.ZERO), source.apply(workload));
  }
}
