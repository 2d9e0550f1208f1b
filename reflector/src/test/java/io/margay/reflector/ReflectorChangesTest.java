package io.margay.reflector;

import static io.margay.reflector.LoopbackClient.AS;
import static io.margay.reflector.LoopbackClient.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.margay.datastore.Datastore;
import io.margay.datastore.DatastoreConfig;
import io.margay.datastore.Datastores;
import io.margay.datastore.Key;
import io.margay.datastore.cluster.ClusterInitialiser;
import io.margay.model.BgpPeer;
import io.margay.model.Node;
import io.margay.model.ResourceKey.NodeKey;
import io.margay.net.AsNumber;
import io.margay.net.IpAddress;
import io.margay.net.IpPrefix;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A reflector whose clients are settled by a file that is read again, or by a datastore.
class ReflectorChangesTest {

  @TempDir Path directory;

  private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
  private int port;

  @BeforeEach
  void port() throws IOException {
    port = LoopbackClient.freePort();
  }

  @AfterEach
  void nothingFailed() {
    assertThat(failures).isEmpty();
  }

  private LoopbackClient client(int number) {
    return new LoopbackClient(number, port, failures::add);
  }

  private ReflectorConfig config(String... lines) {
    return ReflectorFile.parse(
        "test",
        "listen: 127.0.0.1:%d%nas: 64512%nrouterId: 10.0.0.9%n%s%n"
            .formatted(port, String.join("\n", lines)));
  }

  @Test
  void aFileThatIsReadAgainConcernsOnlyWhomItIsAbout() throws Exception {
    Reflector reflector =
        new Reflector(config("clients:", "  - range: 127.2.0.0/16"), failures::add);
    try (LoopbackClient one = client(1);
        LoopbackClient two = client(2);
        LoopbackClient three = client(3)) {
      await(() -> one.routes().size() == 4 && three.routes().size() == 4, "all know all");
      List<String> restart =
          reflector.reconfigure(
              config(
                  "clusterId: 1.1.1.1",
                  "clients:",
                  "  - range: 127.2.0.0/31",
                  "peers:",
                  "  - address: 127.2.0.2",
                  "    client: true",
                  "    passive: true"));
      assertThat(restart).containsExactly("clusterId");
      await(() -> three.routes().isEmpty(), "the third is out");
      assertThat(three.lastError()).contains("peer de configured");
      await(
          () ->
              one.table()
                  .equals(List.of("172.16.2.0/26 via [127.2.0.2]", "fd80::200/122 via [fd00::2]")),
          "the second is back as a peer of its own");
      assertThat(one.lastError()).as("the first has seen no change").isEmpty();
      reflector.stop("end");
    }
  }

  @Test
  void clientsOfARangeNeedItsPassword() throws Exception {
    Reflector reflector =
        new Reflector(
            config("clients:", "  - range: 127.2.0.0/16", "    password: between-us"),
            failures::add);
    try (LoopbackClient one = new LoopbackClient(1, port, "between-us", failures::add);
        LoopbackClient two = new LoopbackClient(2, port, "between-us", failures::add);
        LoopbackClient stranger = client(3)) {
      await(() -> one.routes().size() == 2 && two.routes().size() == 2, "those who know it meet");
      assertThat(stranger.routes()).isEmpty();
      reflector.stop("end");
    }
  }

  @Test
  void nodesThatNameTheReflectorAsTheirPeerAreItsClients() throws Exception {
    Path connection = directory.resolve("calicoctl.cfg");
    Path store = directory.resolve("datastore.db");
    Files.writeString(
        connection,
        """
        apiVersion: v1
        kind: calicoApiConfig
        metadata:
        spec:
          datastoreType: embedded
          embeddedPath: "%s"
        """
            .formatted(store));
    try (Datastore datastore = Datastores.open(new DatastoreConfig.Embedded(store))) {
      new ClusterInitialiser(datastore).initialise();
      node(datastore, 1, null);
      node(datastore, 2, null);
      node(datastore, 3, new AsNumber(65003));
      Reflector reflector = new Reflector(config("datastore: " + connection), failures::add);
      try (LoopbackClient one = client(1);
          LoopbackClient two = client(2);
          LoopbackClient three = client(3)) {
        BgpPeer.Metadata global =
            new BgpPeer.Metadata(BgpPeer.Scope.GLOBAL, null, IpAddress.parse("127.0.0.1"));
        BgpPeer peer = new BgpPeer(global, new BgpPeer.Spec(AS));
        datastore.apply(new Key.ForResource(peer.key()), peer);
        await(() -> one.routes().size() == 2 && two.routes().size() == 2, "two nodes meet");
        assertThat(three.routes()).as("another AS").isEmpty();
        node(datastore, 3, null);
        await(() -> one.routes().size() == 4, "now it is the same AS");
        datastore.delete(new Key.ForResource(new NodeKey("node2")), null);
        await(
            () -> one.table().getFirst().startsWith("172.16.3.0/26") && one.routes().size() == 2,
            "a deleted node is out");
        reflector.stop("end");
      }
    }
  }

  private static void node(Datastore datastore, int number, @Nullable AsNumber as) {
    String name = "node" + number;
    Node.Bgp bgp = new Node.Bgp(as, IpPrefix.parse("127.2.0." + number + "/16"), null);
    datastore.apply(
        new Key.ForResource(new NodeKey(name)),
        new Node(new Node.Metadata(name), new Node.Spec(bgp)));
  }

  @Test
  void metricsCountPeersAndPrefixes() throws Exception {
    int metrics = LoopbackClient.freePort();
    Reflector reflector =
        new Reflector(
            config("clients:", "  - range: 127.2.0.0/16", "metrics: 127.0.0.1:" + metrics),
            failures::add);
    try (LoopbackClient one = client(1);
        LoopbackClient two = client(2);
        HttpClient http = HttpClient.newHttpClient()) {
      await(() -> one.routes().size() == 2 && two.routes().size() == 2, "both know both");
      URI address = URI.create("http://127.0.0.1:" + metrics + "/metrics");
      String page =
          http.send(HttpRequest.newBuilder(address).build(), BodyHandlers.ofString()).body();
      assertThat(page.lines())
          .contains(
              "margay_bgp_prefixes 4.0",
              "margay_bgp_peers{state=\"established\"} 2.0",
              "margay_bgp_peers{state=\"idle\"} 0.0",
              "margay_bgp_peer_established{peer=\"127.2.0.1\"} 1.0",
              "margay_bgp_peer_received_prefixes{peer=\"127.2.0.1\"} 2.0",
              "margay_bgp_peer_told_prefixes{peer=\"127.2.0.2\"} 2.0");
      reflector.stop("end");
    }
  }
}
