package io.margay.kubernetes.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.NonDeletingOperation;
import io.fabric8.kubernetes.client.server.mock.KubernetesCrudDispatcher;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import io.fabric8.mockwebserver.Context;
import io.fabric8.mockwebserver.MockWebServer;
import io.margay.datastore.Await;
import io.margay.datastore.Datastore;
import io.margay.datastore.DatastoreConfig;
import io.margay.datastore.Datastores;
import io.margay.datastore.Key;
import io.margay.datastore.cluster.ClusterInitialiser;
import io.margay.kubernetes.conversion.Naming;
import io.margay.loop.ThreadEventLoop;
import io.margay.model.Labels;
import io.margay.model.Policy;
import io.margay.model.PortRange;
import io.margay.model.Profile;
import io.margay.model.Resource;
import io.margay.model.ResourceKey;
import io.margay.model.ResourceKey.PolicyKey;
import io.margay.model.ResourceKey.ProfileKey;
import io.margay.model.ResourceKey.WorkloadEndpointKey;
import io.margay.model.Rule;
import io.margay.model.WorkloadEndpoint;
import io.margay.net.IpPrefix;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The controller between an API server, as its client's project imitates it, and an embedded
/// store.
class KubernetesControllerTest {

  private static final Duration NEVER = Duration.ofDays(1);
  private static final PolicyKey POLICY = new PolicyKey("shop.db");
  private static final ProfileKey PROFILE = new ProfileKey("k8s_ns.shop");
  private static final WorkloadEndpointKey ENDPOINT =
      new WorkloadEndpointKey("slave1", "k8s", "shop.db-0", "eth0");

  private final KubernetesMockServer api =
      new KubernetesMockServer(
          new Context(),
          new MockWebServer(),
          new HashMap<>(),
          new KubernetesCrudDispatcher(),
          /* useHttps= */ false);
  private KubernetesClient client;

  @TempDir Path directory;
  private Datastore datastore;
  private final AtomicReference<Throwable> failure = new AtomicReference<>();

  @BeforeEach
  void open() {
    api.init();
    client = api.createClient();
    datastore = Datastores.open(new DatastoreConfig.Embedded(directory.resolve("store.db")));
    new ClusterInitialiser(datastore).initialise();
    create(namespaceNamed("kube-system"));
  }

  @AfterEach
  void close() {
    datastore.close();
    client.close();
    try {
      api.destroy();
    } catch (IllegalStateException _) {
      // It gives its threads ten seconds to end, too few on a busy machine. They are not what is
      // tested, and end with the JVM.
    }
    assertThat(failure.get()).isNull();
  }

  /// A controller and its loop.
  private final class Running implements AutoCloseable {
    private final ThreadEventLoop loop = new ThreadEventLoop("controller", failure::set);
    private final KubernetesController controller;

    Running(Duration period) {
      controller =
          new KubernetesController(client, datastore, Naming.CALICO_2, period, NEVER, loop);
      controller.start();
    }

    @Override
    public void close() {
      controller.close();
      loop.close();
    }
  }

  @Test
  void aNamespaceIsAProfile() {
    try (Running _ = new Running(NEVER)) {
      create(namespace(Map.of("env", "prod")));
      Profile profile = (Profile) awaitResource(PROFILE, _ -> true);
      assertThat(profile.metadata().labels()).isEqualTo(Map.of("k8s_ns/label/env", "prod"));
      assertThat(profile.spec().ingress())
          .extracting(Rule::action)
          .containsExactly(Rule.Action.ALLOW);
      assertThat(profile.spec().egress())
          .extracting(Rule::action)
          .containsExactly(Rule.Action.ALLOW);

      client.resource(namespace(Map.of("env", "test"))).update();
      awaitResource(
          PROFILE,
          it -> ((Profile) it).metadata().labels().equals(Map.of("k8s_ns/label/env", "test")));
      client.resource(namespace(Map.of())).delete();
      awaitGone(PROFILE);
    }
  }

  @Test
  void aNetworkPolicyIsAPolicyForAsLongAsItIsThere() {
    try (Running _ = new Running(NEVER)) {
      create(networkPolicy("db", 5432));
      awaitResource(POLICY, it -> allows((Policy) it, 5432));
      client.resource(networkPolicy("db", 5433)).update();
      awaitResource(POLICY, it -> allows((Policy) it, 5433));
      client.resource(networkPolicy("db", 5433)).delete();
      awaitGone(POLICY);
    }
  }

  @Test
  void thatWhichCannotBeExpressedLeavesInForceWhatWas() {
    try (Running _ = new Running(NEVER)) {
      create(networkPolicy("db", 5432));
      awaitResource(POLICY, it -> allows((Policy) it, 5432));
      client.resource(networkPolicy("db", 70_000)).update();
      create(networkPolicy("later", 1));
      awaitResource(new PolicyKey("shop.later"), _ -> true);
      assertThat(allows((Policy) resource(POLICY).orElseThrow(), 5432)).isTrue();

      create(networkPolicy("new", 70_000));
      Policy isolated = (Policy) awaitResource(new PolicyKey("shop.new"), _ -> true);
      assertThat(isolated.spec().ingress()).isEmpty();
    }
  }

  @Test
  void labelsOfAnEndpointFollowThePod() {
    store(endpoint(Map.of()));
    try (Running _ = new Running(NEVER)) {
      create(pod(Map.of("role", "db", "calico/k8s_ns", "stolen"), 8080));
      awaitLabels(
          Map.of("calico/k8s_ns", "shop", "role", "db", "calico/k8s_port.tcp.http", "8080"));
      client.resource(pod(Map.of("role", "web"), 8080)).update();
      awaitLabels(
          Map.of("calico/k8s_ns", "shop", "role", "web", "calico/k8s_port.tcp.http", "8080"));
      WorkloadEndpoint endpoint = (WorkloadEndpoint) resource(ENDPOINT).orElseThrow();
      assertThat(endpoint.spec()).isEqualTo(endpoint(Map.of()).spec());
    }
  }

  @Test
  void labelsWaitForTheEndpoint() {
    create(pod(Map.of("role", "db"), 8080));
    try (Running _ = new Running(NEVER)) {
      create(namespace(Map.of()));
      awaitResource(PROFILE, _ -> true);
      store(endpoint(Map.of("role", "old")));
      awaitLabels(
          Map.of("calico/k8s_ns", "shop", "role", "db", "calico/k8s_port.tcp.http", "8080"));
    }
  }

  @Test
  void namedPortsFollowThePodsThatHaveThem() {
    try (Running _ = new Running(NEVER)) {
      create(networkPolicyForPort("db", "http"));
      awaitResource(POLICY, it -> ((Policy) it).spec().ingress().isEmpty());
      create(pod(Map.of("role", "db"), 8080));
      awaitResource(POLICY, it -> allows((Policy) it, 8080));
      client.resource(pod(Map.of("role", "db"), 8081)).update();
      awaitResource(POLICY, it -> allows((Policy) it, 8081));
      client.resource(pod(Map.of("role", "db"), 8081)).delete();
      awaitResource(POLICY, it -> ((Policy) it).spec().ingress().isEmpty());
    }
  }

  @Test
  void whatWasMissedWhileItWasAwayIsMadeUpForAndTheForeignIsLeftAlone() {
    try (Running _ = new Running(NEVER)) {
      create(namespace(Map.of()));
      create(networkPolicy("db", 5432));
      awaitResource(POLICY, _ -> true);
      awaitResource(PROFILE, _ -> true);
    }
    Policy theirs =
        new Policy(
            new Policy.Metadata("shop.theirs"),
            new Policy.Spec(1000.0, "all()", List.of(), List.of(), false, List.of()));
    Profile profileOfTheirs =
        new Profile(
            new Profile.Metadata("k8s", Labels.copyOf(Map.of()), List.of()),
            new Profile.Spec(List.of(), List.of()));
    store(theirs);
    store(profileOfTheirs);
    client.resource(namespace(Map.of())).delete();
    client.resource(networkPolicy("db", 5432)).delete();
    create(networkPolicy("web", 80));
    try (Running _ = new Running(NEVER)) {
      awaitGone(POLICY);
      awaitGone(PROFILE);
      awaitResource(new PolicyKey("shop.web"), _ -> true);
    }
    assertThat(resource(theirs.key())).contains(theirs);
    assertThat(resource(profileOfTheirs.key())).contains(profileOfTheirs);
  }

  @Test
  void anApiServerThatWasEmptiedTakesNoPolicyAway() {
    try (Running _ = new Running(NEVER)) {
      create(networkPolicy("db", 5432));
      awaitResource(POLICY, _ -> true);
    }
    client.resource(networkPolicy("db", 5432)).delete();
    client.resource(namespaceNamed("kube-system")).delete();
    try (var log = new HeardWarnings();
        Running _ = new Running(NEVER)) {
      log.await("no namespace at all");
      assertThat(resource(POLICY)).isPresent();
      create(namespaceNamed("kube-system"));
      awaitGone(POLICY);
    }
  }

  @Test
  void whatSomeoneElseChangedIsPutBack() {
    try (Running _ = new Running(NEVER)) {
      create(networkPolicy("db", 5432));
      Policy right = (Policy) awaitResource(POLICY, _ -> true);
      datastore.delete(new Key.ForResource(POLICY), null);
      awaitResource(POLICY, right::equals);
      store(
          new Policy(
              right.metadata(),
              new Policy.Spec(1.0, "all()", List.of(), List.of(), false, List.of())));
      awaitResource(POLICY, right::equals);
    }
  }

  @Test
  void aSecondStartWritesNothing() {
    store(endpoint(Map.of()));
    create(namespace(Map.of("env", "prod")));
    create(pod(Map.of("role", "db"), 8080));
    create(networkPolicyForPort("db", "http"));
    try (Running _ = new Running(NEVER)) {
      awaitResource(POLICY, it -> allows((Policy) it, 8080));
      awaitResource(PROFILE, _ -> true);
      awaitLabels(
          Map.of("calico/k8s_ns", "shop", "role", "db", "calico/k8s_port.tcp.http", "8080"));
    }
    long before = datastore.snapshot().revision();
    try (Running _ = new Running(NEVER)) {
      create(networkPolicy("last", 1));
      awaitResource(new PolicyKey("shop.last"), _ -> true);
    }
    datastore.delete(new Key.ForResource(new PolicyKey("shop.last")), null);
    assertThat(datastore.snapshot().revision()).isEqualTo(before + 2);
  }

  // ---- what Kubernetes has

  /// A client that gets no answer in time asks again, and may then find what it has made.
  private <T extends HasMetadata> void create(T object) {
    client.resource(object).createOr(NonDeletingOperation::update);
  }

  private static Namespace namespaceNamed(String name) {
    return new NamespaceBuilder().withNewMetadata().withName(name).endMetadata().build();
  }

  private static Namespace namespace(Map<String, String> labels) {
    return new NamespaceBuilder()
        .withNewMetadata()
        .withName("shop")
        .withLabels(labels)
        .endMetadata()
        .build();
  }

  private static Pod pod(Map<String, String> labels, int httpPort) {
    return new PodBuilder()
        .withNewMetadata()
        .withNamespace("shop")
        .withName("db-0")
        .withLabels(labels)
        .endMetadata()
        .withNewSpec()
        .addNewContainer()
        .withName("main")
        .addNewPort()
        .withName("http")
        .withContainerPort(httpPort)
        .endPort()
        .endContainer()
        .endSpec()
        .build();
  }

  private static NetworkPolicy networkPolicy(String name, int port) {
    return new NetworkPolicyBuilder()
        .withNewMetadata()
        .withNamespace("shop")
        .withName(name)
        .endMetadata()
        .withNewSpec()
        .withNewPodSelector()
        .endPodSelector()
        .addNewIngress()
        .addNewPort()
        .withNewPort(port)
        .endPort()
        .endIngress()
        .endSpec()
        .build();
  }

  private static NetworkPolicy networkPolicyForPort(String name, String port) {
    return new NetworkPolicyBuilder(networkPolicy(name, 1))
        .editSpec()
        .editFirstIngress()
        .editFirstPort()
        .withNewPort(port)
        .endPort()
        .endIngress()
        .endSpec()
        .build();
  }

  // ---- what the datastore has

  private static WorkloadEndpoint endpoint(Map<String, String> labels) {
    return new WorkloadEndpoint(
        new WorkloadEndpoint.Metadata(
            ENDPOINT.name(),
            ENDPOINT.workload(),
            ENDPOINT.orchestrator(),
            ENDPOINT.node(),
            Labels.copyOf(labels)),
        new WorkloadEndpoint.Spec(
            List.of(IpPrefix.parse("10.65.0.2/32")),
            List.of(),
            null,
            null,
            List.of("k8s_ns.shop"),
            "cali12345678901",
            null));
  }

  private void store(Resource resource) {
    datastore.apply(new Key.ForResource(resource.key()), resource);
  }

  private Optional<Resource> resource(ResourceKey key) {
    return datastore.get(new Key.ForResource(key)).map(entry -> entry.value());
  }

  private Resource awaitResource(ResourceKey key, Predicate<Resource> wanted) {
    Await.until(() -> resource(key).filter(wanted).isPresent(), () -> key + " is " + resource(key));
    return resource(key).orElseThrow();
  }

  private void awaitGone(ResourceKey key) {
    Await.until(() -> resource(key).isEmpty(), () -> key + " is " + resource(key));
  }

  private void awaitLabels(Map<String, String> labels) {
    awaitResource(ENDPOINT, it -> ((WorkloadEndpoint) it).metadata().labels().equals(labels));
  }

  private static boolean allows(Policy policy, int port) {
    return policy.spec().ingress().stream()
        .map(rule -> rule.destination().ports())
        .toList()
        .equals(List.of(List.of(PortRange.single(port))));
  }
}
