package io.margay.kubernetes.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.margay.datastore.Await;
import io.margay.datastore.Datastore;
import io.margay.datastore.DatastoreConfig;
import io.margay.datastore.Datastores;
import io.margay.datastore.Key;
import io.margay.datastore.KeyRange;
import io.margay.datastore.cluster.ClusterInitialiser;
import io.margay.datastore.etcd.EtcdCluster;
import io.margay.datastore.ipam.AllocationBlock.Attribute;
import io.margay.ipam.AttributeNames;
import io.margay.ipam.Ipam;
import io.margay.kubernetes.conversion.InconvertibleException;
import io.margay.kubernetes.conversion.Naming;
import io.margay.kubernetes.conversion.NetworkPolicyConversion;
import io.margay.kubernetes.table.NetworkPolicyTable;
import io.margay.kubernetes.table.NetworkPolicyTable.Case;
import io.margay.kubernetes.table.NetworkPolicyTable.Place;
import io.margay.loop.ThreadEventLoop;
import io.margay.model.IpPool;
import io.margay.model.Kind;
import io.margay.model.Labels;
import io.margay.model.Node;
import io.margay.model.Policy;
import io.margay.model.Resource;
import io.margay.model.ResourceKey;
import io.margay.model.ResourceKey.NodeKey;
import io.margay.model.ResourceKey.PolicyKey;
import io.margay.model.ResourceKey.ProfileKey;
import io.margay.model.WorkloadEndpoint;
import io.margay.net.IpAddress;
import io.margay.net.IpPrefix;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/// The controller with a real API server, where one is to be had ([KubeApiServer#program()]).
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class KubeApiServerTest {

  private static final Duration OFTEN = Duration.ofMillis(200);
  private static final NetworkPolicyTable TABLE = NetworkPolicyTable.read();

  private Path directory;
  private EtcdCluster etcd;
  private KubeApiServer server;
  private KubernetesClient client;
  private Datastore datastore;
  private int stores;
  private final AtomicReference<Throwable> failure = new AtomicReference<>();

  @BeforeAll
  void startServer(@TempDir Path shared) throws IOException {
    Path program = KubeApiServer.program();
    directory = shared;
    etcd = EtcdCluster.start(Files.createDirectory(directory.resolve("etcd")), 1);
    server =
        KubeApiServer.start(
            Files.createDirectory(directory.resolve("server")),
            program,
            etcd.endpoints().getFirst());
    client = server.client();
    for (String namespace : NetworkPolicyTable.NAMESPACES) {
      client.resource(NetworkPolicyTable.namespace(namespace)).create();
    }
    for (Place place : NetworkPolicyTable.PLACES) {
      if (place.isPod()) {
        client.resource(withImage(NetworkPolicyTable.pod(place))).create();
      }
    }
  }

  @AfterAll
  void stopServer() {
    if (client != null) {
      client.close();
    }
    if (server != null) {
      server.close();
    }
    if (etcd != null) {
      etcd.close();
    }
  }

  @BeforeEach
  void openDatastore() {
    datastore =
        Datastores.open(new DatastoreConfig.Embedded(directory.resolve("store" + stores++)));
    new ClusterInitialiser(datastore).initialise();
  }

  @AfterEach
  void closeDatastore() {
    client.network().v1().networkPolicies().inAnyNamespace().delete();
    datastore.close();
    assertThat(failure.get()).isNull();
  }

  private final class Running implements AutoCloseable {
    private final ThreadEventLoop loop = new ThreadEventLoop("controller", failure::set);
    private final KubernetesClient own = server.client();
    private final KubernetesController controller;

    Running() {
      controller =
          new KubernetesController(
              own, datastore, Naming.CALICO_2, OFTEN, Duration.ofSeconds(1), loop);
      controller.start();
    }

    @Override
    public void close() {
      controller.close();
      loop.close();
      own.close();
    }
  }

  /// The API server takes what the API reference allows, defaults included, and what it gives us is
  /// converted to the same as what was meant.
  @Test
  void everyPolicyOfTheTableIsInForceAsMeant() {
    List<String> refused = new ArrayList<>();
    try (Running _ = new Running()) {
      for (Case each : TABLE.cases()) {
        Map<PolicyKey, Policy> expected = new HashMap<>();
        boolean taken = true;
        for (NetworkPolicy policy : each.policies()) {
          taken &= isTaken(policy);
          Policy ours = converted(policy);
          expected.put(ours.key(), ours);
        }
        if (taken) {
          Await.until(
              () -> policies().equals(expected),
              () -> each + ": " + policies() + ", expected " + expected);
        } else {
          refused.add(each.name());
        }
        client.network().v1().networkPolicies().inAnyNamespace().delete();
        Await.until(() -> policies().isEmpty(), () -> each + " left " + policies());
      }
    }
    assertThat(refused)
        .containsExactly(
            "a network without all of it",
            "a rule that says nothing that can be understood allows nothing, the others stay");
  }

  private boolean isTaken(NetworkPolicy policy) {
    try {
      client.resource(policy).create();
      return true;
    } catch (KubernetesClientException e) {
      assertThat(e.getCode()).as(e.getMessage()).isEqualTo(422);
      return false;
    }
  }

  /// A server of 1.20 does not know `endPort`, and drops it.
  private Policy converted(NetworkPolicy policy) {
    KubernetesPicture picture = new KubernetesPicture(Naming.CALICO_2);
    client.pods().inAnyNamespace().list().getItems().forEach(picture::put);
    try {
      NetworkPolicy stored = client.resource(policy).get();
      NetworkPolicyConversion conversion = picture.policyConversion();
      return conversion.convert(stored == null ? policy : stored).policy();
    } catch (InconvertibleException e) {
      throw new AssertionError(e);
    }
  }

  private Map<PolicyKey, Policy> policies() {
    Map<PolicyKey, Policy> policies = new HashMap<>();
    for (var entry : datastore.list(new KeyRange.Resources(Kind.POLICY))) {
      Policy policy = (Policy) entry.value();
      policies.put(policy.key(), policy);
    }
    return policies;
  }

  @Test
  void aServerThatIsKilledAndComesBackTakesNothingAwayAndIsFollowedOn() {
    NetworkPolicy first = TABLE.cases().get(1).policies().getFirst();
    NetworkPolicy second = TABLE.cases().get(10).policies().getFirst();
    try (Running _ = new Running()) {
      client.resource(first).create();
      await(new PolicyKey("x." + first.getMetadata().getName()));
      await(new ProfileKey("k8s_ns.kube-system"));
      server.kill();
      datastore.delete(new Key.ForResource(new ProfileKey("k8s_ns.y")), null);
      await(new ProfileKey("k8s_ns.y")); // what is known is kept up meanwhile
      assertThat(policies()).hasSize(1);
      server.start();
      client.resource(second).create();
      await(new PolicyKey("x." + second.getMetadata().getName()));
      assertThat(policies()).hasSize(2);
      client.resource(first).delete();
      Await.until(() -> policies().size() == 1, () -> "still there: " + policies());
    }
  }

  @Test
  void whatAGonePodAndNodeLeftGoesAndWhatLivesStays() {
    client.resource(node("gone")).create();
    client.resource(node("alive")).create();
    Place livingPlace = NetworkPolicyTable.PLACES.getFirst();
    WorkloadEndpoint living = endpoint("x.a", "alive", livingPlace.address());
    WorkloadEndpoint left = endpoint("x.gone", "gone", IpAddress.parse("172.16.1.40"));
    store(
        new IpPool(
            new IpPool.Metadata(IpPrefix.parse("172.16.1.0/24")),
            new IpPool.Spec(null, false, false)));
    for (String name : List.of("gone", "alive")) {
      store(new Node(new Node.Metadata(name), new Node.Spec(null)));
    }
    store(living);
    store(left);
    Ipam ipam = new Ipam(datastore);
    ipam.assignAddress(livingPlace.address(), "alive", owner("a"));
    ipam.assignAddress(IpAddress.parse("172.16.1.40"), "gone", owner("gone"));
    try (Running _ = new Running()) {
      await(new ProfileKey("k8s_ns.kube-system"));
      client.resource(node("gone")).delete();
      awaitGone(left.key());
      awaitGone(new NodeKey("gone"));
      Await.until(
          () -> ipam.owner(IpAddress.parse("172.16.1.40")).isEmpty(),
          () -> "the address is not given back");
      assertThat(resource(living.key())).isPresent();
      assertThat(resource(new NodeKey("alive"))).isPresent();
      assertThat(ipam.owner(livingPlace.address())).isPresent();
    } finally {
      client.resource(node("alive")).delete();
    }
  }

  private static Pod withImage(Pod pod) {
    return new PodBuilder(pod)
        .editSpec()
        .editFirstContainer()
        .withImage("none")
        .endContainer()
        .endSpec()
        .build();
  }

  private static io.fabric8.kubernetes.api.model.Node node(String name) {
    return new NodeBuilder().withNewMetadata().withName(name).endMetadata().build();
  }

  private static Attribute owner(String pod) {
    return new Attribute(
        "net." + pod,
        new TreeMap<>(Map.of(AttributeNames.NAMESPACE, "x", AttributeNames.POD, pod)));
  }

  private static WorkloadEndpoint endpoint(String workload, String node, IpAddress address) {
    return new WorkloadEndpoint(
        new WorkloadEndpoint.Metadata(
            "eth0", workload, Naming.ORCHESTRATOR, node, Labels.copyOf(Map.of())),
        new WorkloadEndpoint.Spec(
            List.of(address.toPrefix()), List.of(), null, null, List.of(), "cali1", null));
  }

  private void store(Resource resource) {
    datastore.apply(new Key.ForResource(resource.key()), resource);
  }

  private Optional<Resource> resource(ResourceKey key) {
    return datastore.get(new Key.ForResource(key)).map(entry -> entry.value());
  }

  private void await(ResourceKey key) {
    Await.until(() -> resource(key).isPresent(), () -> key + " is not there");
  }

  private void awaitGone(ResourceKey key) {
    Await.until(() -> resource(key).isEmpty(), () -> key + " is " + resource(key));
  }
}
