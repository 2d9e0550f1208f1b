package io.margay.attach;

import io.margay.datastore.Datastore;
import io.margay.datastore.DatastoreException;
import io.margay.datastore.Entry;
import io.margay.datastore.Key;
import io.margay.datastore.KeyRange;
import io.margay.model.Kind;
import io.margay.model.Profile;
import io.margay.model.Resource;
import io.margay.model.ResourceKey.ProfileKey;
import io.margay.model.ResourceKey.WorkloadEndpointKey;
import io.margay.model.Rule;
import io.margay.model.WorkloadEndpoint;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The workload endpoints of one node in the datastore, and the profiles they begin with.
public final class Endpoints {

  private final Datastore datastore;
  private final String node;

  public Endpoints(Datastore datastore, String node) {
    this.datastore = datastore;
    this.node = node;
  }

  /// The identity of an endpoint of this node.
  public WorkloadEndpointKey key(String orchestrator, String workload, String name) {
    return new WorkloadEndpointKey(node, orchestrator, workload, name);
  }

  /// An endpoint's identity, as it is noted down at the host's end of its veth.
  public static String owner(WorkloadEndpointKey key) {
    return key.orchestrator() + "/" + key.workload() + "/" + key.name();
  }

  /// An endpoint and the revision it had.
  public record Stored(WorkloadEndpointKey key, WorkloadEndpoint endpoint, long revision) {}

  public Optional<Stored> find(WorkloadEndpointKey key) {
    return datastore.get(new Key.ForResource(key)).flatMap(Endpoints::stored);
  }

  /// All endpoints of a workload, by name.
  public List<Stored> ofWorkload(String orchestrator, String workload) {
    return list(orchestrator, workload);
  }

  /// All endpoints that an orchestrator has on this node.
  public List<Stored> ofOrchestrator(String orchestrator) {
    return list(orchestrator, null);
  }

  /// The endpoints of this node that name an interface as theirs, whoever made them. Reads all
  /// endpoints of the cluster.
  public List<WorkloadEndpointKey> usersOf(String interfaceName) {
    return datastore.list(new KeyRange.Resources(Kind.WORKLOAD_ENDPOINT)).stream()
        .map(Endpoints::stored)
        .flatMap(Optional::stream)
        .filter(each -> each.key().node().equals(node))
        .filter(each -> interfaceName.equals(each.endpoint().spec().interfaceName()))
        .map(Stored::key)
        .toList();
  }

  private List<Stored> list(String orchestrator, @Nullable String workload) {
    return datastore.list(new KeyRange.WorkloadEndpoints(node, orchestrator, workload)).stream()
        .map(Endpoints::stored)
        .flatMap(Optional::stream)
        .toList();
  }

  private static Optional<Stored> stored(Entry<Resource> entry) {
    return entry.value() instanceof WorkloadEndpoint endpoint
        ? Optional.of(new Stored(endpoint.key(), endpoint, entry.revision()))
        : Optional.empty();
  }

  /// Stores an endpoint whole, whether there is an old one or not.
  public void write(WorkloadEndpoint endpoint) {
    datastore.apply(new Key.ForResource(endpoint.key()), endpoint);
  }

  /// Deletes an endpoint. None counts as deleted.
  ///
  /// @param revision the revision it must have; null for any
  /// @throws DatastoreException.UpdateConflict if its revision is another
  public void delete(WorkloadEndpointKey key, @Nullable Long revision) {
    try {
      datastore.delete(new Key.ForResource(key), revision);
    } catch (DatastoreException.DoesNotExist e) {
      // That is what was asked for.
    }
  }

  /// Whom a new profile lets in.
  public enum Ingress {
    /// Endpoints of the same network: those with the profile's tag.
    SAME_NETWORK,
    ANYONE
  }

  /// Makes sure that a network has its profile, as Calico's orchestrators write it: named and
  /// tagged like the network, everything out. One that is there stays as it is, as people change
  /// it.
  public void createProfile(String network, Ingress ingress) {
    var key = new Key.ForResource(new ProfileKey(network));
    if (datastore.get(key).isPresent()) {
      return;
    }
    Rule.Entity source =
        switch (ingress) {
          case SAME_NETWORK ->
              new Rule.Entity(null, null, null, null, network, null, List.of(), List.of());
          case ANYONE -> Rule.Entity.ANY;
        };
    try {
      datastore.create(
          key,
          new Profile(
              new Profile.Metadata(network, new TreeMap<>(), List.of(network)),
              new Profile.Spec(List.of(allow(source)), List.of(allow(Rule.Entity.ANY)))));
    } catch (DatastoreException.AlreadyExists e) {
      // Another workload came first.
    }
  }

  private static Rule allow(Rule.Entity source) {
    return new Rule(Rule.Action.ALLOW, null, null, null, null, null, source, Rule.Entity.ANY);
  }
}
