package io.margay.kubernetes.controller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.margay.datastore.Datastore;
import io.margay.datastore.Key;
import io.margay.datastore.MemoryStore;
import io.margay.datastore.SyncListener.SyncUpdate;
import io.margay.datastore.ipam.AllocationBlock.Attribute;
import io.margay.datastore.path.PathDatastore;
import io.margay.ipam.AttributeNames;
import io.margay.ipam.ChosenAssignment;
import io.margay.ipam.Ipam;
import io.margay.kubernetes.conversion.Naming;
import io.margay.model.IpPool;
import io.margay.model.Labels;
import io.margay.model.Node;
import io.margay.model.Resource;
import io.margay.model.ResourceKey;
import io.margay.model.ResourceKey.NodeKey;
import io.margay.model.ResourceKey.WorkloadEndpointKey;
import io.margay.model.WorkloadEndpoint;
import io.margay.net.IpAddress;
import io.margay.net.IpPrefix;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class GarbageCollectionTest {

  private static final Duration GRACE = Duration.ofMinutes(15);
  private static final IpAddress ADDRESS = IpAddress.parse("10.65.0.2");

  private final Datastore datastore = new PathDatastore(new MemoryStore());
  private final KubernetesPicture kubernetes = new KubernetesPicture(Naming.CALICO_2);
  private final DatastorePicture stored = new DatastorePicture();

  /// The node of each, empty for one that has none yet.
  private final Map<String, String> apiPods = new HashMap<>();

  private final Set<String> apiNodes = new HashSet<>();
  private boolean apiServerAway;

  /// What happens while the API server thinks.
  private Runnable meanwhile = () -> {};

  private long now;

  private final GarbageCollection garbage =
      new GarbageCollection(kubernetes, stored, datastore, new FakeApiServer(), GRACE, () -> now);

  private final class FakeApiServer implements ApiServer {
    @Override
    public Optional<String> nodeOfPod(String namespace, String name) {
      requireThere();
      meanwhile.run();
      return Optional.ofNullable(apiPods.get(namespace + "." + name));
    }

    @Override
    public boolean hasNode(String name) {
      requireThere();
      return apiNodes.contains(name);
    }

    private void requireThere() {
      if (apiServerAway) {
        throw new IllegalStateException("the API server is away");
      }
    }
  }

  @BeforeEach
  void aPodWithAnEndpointAndAnAddress() {
    kubernetes.putNode("slave9");
    store(
        new IpPool(
            new IpPool.Metadata(IpPrefix.parse("10.65.0.0/16")),
            new IpPool.Spec(null, false, false)));
    store(endpoint("k8s", "shop.db-0", ADDRESS));
    assertThat(new Ipam(datastore).assignAddress(ADDRESS, "slave1", owner("db-0")))
        .isInstanceOf(ChosenAssignment.Assigned.class);
  }

  @Test
  void endpointAndAddressOfAGonePodGoAfterTheGracePeriod() {
    garbage.run();
    now += GRACE.toNanos() - 1;
    garbage.run();
    assertThat(hasEndpoint("shop.db-0")).isTrue();
    now += 1;
    garbage.run();
    assertThat(hasEndpoint("shop.db-0")).isFalse();

    // The address was in use until now.
    garbage.run();
    now += GRACE.toNanos();
    garbage.run();
    assertThat(new Ipam(datastore).owner(ADDRESS)).isEmpty();
  }

  @Test
  void aPodThatReturnsInTimeKeepsEverything() {
    garbage.run();
    now += GRACE.toNanos() - 1;
    kubernetes.put(pod("db-0"));
    garbage.run();
    kubernetes.remove(pod("db-0"));
    now += GRACE.toNanos() - 1;
    garbage.run();
    now += GRACE.toNanos() - 1;
    garbage.run();
    assertThat(hasEndpoint("shop.db-0")).isTrue();
    assertThat(new Ipam(datastore).owner(ADDRESS)).isPresent();
  }

  @Test
  void theApiServerHasTheLastWord() {
    apiPods.put("shop.db-0", "");
    apiNodes.add("slave1");
    outliveTheGrace();
    assertThat(hasEndpoint("shop.db-0")).isTrue();

    apiServerAway = true;
    assertThatThrownBy(garbage::run).hasMessage("the API server is away");
    assertThat(hasEndpoint("shop.db-0")).isTrue();
  }

  @Test
  void anEndpointThatChangedMeanwhileStays() {
    garbage.run();
    now += GRACE.toNanos();
    Resource changed = endpoint("k8s", "shop.db-0", IpAddress.parse("10.65.0.3"));
    datastore.apply(new Key.ForResource(changed.key()), changed); // news of it is under way
    garbage.run();
    assertThat(hasEndpoint("shop.db-0")).isTrue();
  }

  @Test
  void whatChangesWhileASlowApiServerAnswersStays() {
    garbage.run();
    now += GRACE.toNanos();
    Resource anew = endpoint("k8s", "shop.db-0", IpAddress.parse("10.65.0.3"));
    meanwhile = () -> datastore.apply(new Key.ForResource(anew.key()), anew);
    garbage.run();
    assertThat(datastore.get(endpointKey("k8s", "shop.db-0")).orElseThrow().value())
        .isEqualTo(anew);
  }

  @Test
  void anAddressThatIsGivenToAnotherWhileASlowApiServerAnswersStays() {
    outliveTheGrace();
    assertThat(hasEndpoint("shop.db-0")).isFalse();
    garbage.run();
    now += GRACE.toNanos();
    Attribute other = owner("db-1");
    meanwhile =
        () -> {
          Ipam ipam = new Ipam(datastore);
          ipam.releaseAddresses(List.of(ADDRESS));
          ipam.assignAddress(ADDRESS, "slave1", other);
        };
    garbage.run();
    assertThat(new Ipam(datastore).owner(ADDRESS)).contains(other);
  }

  @Test
  void anApiServerThatWasEmptiedTakesNothingAway() {
    kubernetes.removeNode("slave9");
    node("slave3");
    garbage.nodeSeen("slave3");
    outliveTheGrace();
    outliveTheGrace();
    assertThat(hasEndpoint("shop.db-0")).isTrue();
    assertThat(hasNode("slave3")).isTrue();
    assertThat(new Ipam(datastore).owner(ADDRESS)).isPresent();

    kubernetes.putNode("slave9"); // and the time before does not count
    garbage.run();
    assertThat(hasEndpoint("shop.db-0")).isTrue();
  }

  @Test
  void aPodThatWasMadeAnewElsewhereDoesNotOwnWhatItsNamesakeLeft() {
    IpAddress newAddress = IpAddress.parse("10.65.0.7");
    IpAddress left = IpAddress.parse("10.65.0.8");
    new Ipam(datastore).assignAddress(newAddress, "slave2", owner("db-0", "slave2"));
    new Ipam(datastore).assignAddress(left, "slave1", owner("db-0", "slave1"));
    kubernetes.put(podOn("db-0", "slave2"));
    apiPods.put("shop.db-0", "slave2");
    outliveTheGrace();
    assertThat(hasEndpoint("shop.db-0")).as("before the new one has an endpoint").isTrue();

    store(endpointOn("slave2", "shop.db-0", newAddress));
    outliveTheGrace();
    assertThat(hasEndpoint("shop.db-0")).isFalse();
    assertThat(
            datastore.get(
                new Key.ForResource(new WorkloadEndpointKey("slave2", "k8s", "shop.db-0", "eth0"))))
        .isPresent();
    assertThat(new Ipam(datastore).owner(newAddress)).isPresent();
    assertThat(new Ipam(datastore).owner(left)).isEmpty();
    assertThat(new Ipam(datastore).owner(ADDRESS))
        .as("its note does not say on which node")
        .isPresent();
  }

  @Test
  void aNodeWhosePodsLiveElsewhereNowGoes() {
    node("slave1");
    garbage.nodeSeen("slave1");
    kubernetes.put(podOn("db-0", "slave2"));
    apiPods.put("shop.db-0", "slave2");
    store(endpointOn("slave2", "shop.db-0", IpAddress.parse("10.65.0.7")));
    outliveTheGrace();
    assertThat(hasNode("slave1")).isFalse();
  }

  @Test
  void whatIsNotOfKubernetesStays() {
    store(endpoint("cni", "container", IpAddress.parse("10.65.0.4")));
    IpAddress host = IpAddress.parse("10.65.0.5");
    assertThat(
            new Ipam(datastore)
                .assignAddress(host, "slave1", new Attribute("tunnel", new TreeMap<>())))
        .isInstanceOf(ChosenAssignment.Assigned.class);
    outliveTheGrace();
    outliveTheGrace();
    assertThat(datastore.get(endpointKey("cni", "container"))).isPresent();
    assertThat(new Ipam(datastore).owner(host)).isPresent();
  }

  @Test
  void anAddressThatAnotherEndpointHasStays() {
    store(endpoint("cni", "container", ADDRESS));
    outliveTheGrace();
    outliveTheGrace();
    assertThat(new Ipam(datastore).owner(ADDRESS)).isPresent();
  }

  @Test
  void aGoneNodeGoesWithWhatItHad() {
    node("slave1");
    outliveTheGrace();
    assertThat(hasNode("slave1")).isFalse();
    assertThat(hasEndpoint("shop.db-0")).isFalse();
  }

  @Test
  void aNodeWhoseAgentReportsIsAlive() {
    node("slave1");
    datastore.apply(new Key.NodeStatus("slave1"), new Key.AgentStatus(Instant.EPOCH, 1, false));
    outliveTheGrace();
    assertThat(hasNode("slave1")).isTrue();
  }

  @Test
  void aNodeThatWasNeverOneOfKubernetesStays() {
    node("bare-metal");
    node("slave3");
    garbage.nodeSeen("slave3");
    outliveTheGrace();
    assertThat(hasNode("bare-metal")).isTrue();
    assertThat(hasNode("slave3")).isFalse();
  }

  @Test
  void aNodeThatKubernetesHasStays() {
    node("slave3");
    garbage.nodeSeen("slave3");
    kubernetes.putNode("slave3");
    outliveTheGrace();
    assertThat(hasNode("slave3")).isTrue();

    kubernetes.removeNode("slave3");
    apiNodes.add("slave3");
    outliveTheGrace();
    assertThat(hasNode("slave3")).isTrue();
  }

  private void outliveTheGrace() {
    garbage.run();
    now += GRACE.toNanos();
    garbage.run();
  }

  // ---- what there is

  private void store(Resource resource) {
    datastore.apply(new Key.ForResource(resource.key()), resource);
    stored.update(new SyncUpdate(new Key.ForResource(resource.key()), resource, null));
  }

  private void node(String name) {
    store(
        new Node(
            new Node.Metadata(name),
            new Node.Spec(new Node.Bgp(null, IpPrefix.parse("192.168.40.11/24"), null))));
  }

  private static Attribute owner(String pod) {
    return new Attribute(
        "net.container",
        new TreeMap<>(Map.of(AttributeNames.NAMESPACE, "shop", AttributeNames.POD, pod)));
  }

  private static Attribute owner(String pod, String node) {
    return new Attribute(
        "net.other",
        new TreeMap<>(
            Map.of(
                AttributeNames.NAMESPACE,
                "shop",
                AttributeNames.POD,
                pod,
                AttributeNames.NODE,
                node)));
  }

  private static Pod podOn(String name, String node) {
    return new PodBuilder(pod(name)).withNewSpec().withNodeName(node).endSpec().build();
  }

  private static WorkloadEndpoint endpointOn(String node, String workload, IpAddress address) {
    WorkloadEndpoint here = endpoint("k8s", workload, address);
    return new WorkloadEndpoint(
        new WorkloadEndpoint.Metadata("eth0", workload, "k8s", node, here.metadata().labels()),
        here.spec(),
        here.state());
  }

  private static Pod pod(String name) {
    return new PodBuilder()
        .withNewMetadata()
        .withNamespace("shop")
        .withName(name)
        .endMetadata()
        .build();
  }

  private static WorkloadEndpoint endpoint(
      String orchestrator, String workload, IpAddress address) {
    return new WorkloadEndpoint(
        new WorkloadEndpoint.Metadata(
            "eth0", workload, orchestrator, "slave1", Labels.copyOf(Map.of())),
        new WorkloadEndpoint.Spec(
            List.of(address.toPrefix()), List.of(), null, null, List.of(), "cali1", null));
  }

  /// Takes over what the datastore has, as its news would.
  private boolean hasEndpoint(String workload) {
    return isThere(endpointKey("k8s", workload));
  }

  private boolean hasNode(String name) {
    return isThere(new Key.ForResource(new NodeKey(name)));
  }

  private boolean isThere(Key.ForResource key) {
    var entry = datastore.get(key);
    if (entry.isEmpty()) {
      stored.update(new SyncUpdate(key, null, null));
    }
    return entry.isPresent();
  }

  private static Key.ForResource endpointKey(String orchestrator, String workload) {
    ResourceKey key = new WorkloadEndpointKey("slave1", orchestrator, workload, "eth0");
    return new Key.ForResource(key);
  }
}
