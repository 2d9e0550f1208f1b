package io.margay.libnetwork;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.attach.Cable;
import io.margay.attach.Endpoints;
import io.margay.datastore.Datastore;
import io.margay.datastore.DatastoreConfig;
import io.margay.datastore.Datastores;
import io.margay.datastore.Key;
import io.margay.ipam.Ipam;
import io.margay.model.IpPool;
import io.margay.model.Labels;
import io.margay.model.Profile;
import io.margay.model.Resource;
import io.margay.model.ResourceKey.IpPoolKey;
import io.margay.model.ResourceKey.ProfileKey;
import io.margay.model.ResourceKey.WorkloadEndpointKey;
import io.margay.model.WorkloadEndpoint;
import io.margay.model.document.DocumentWriter;
import io.margay.net.IpPrefix;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Requests as Docker 20.10 sends them and what comes back, octet by octet.
class DriversTest {

  private static final String NETWORK =
      "4d86493be9bf9edd92512df9ad9042804fc0f009769b843ddd29baa719ce9943";
  private static final String ENDPOINT =
      "871045153f5ce7aeed41faffc702cfe226a798ba97515131c6a6df15e7a79497";
  private static final WorkloadEndpointKey KEY =
      new WorkloadEndpointKey("node1", "libnetwork", "libnetwork", ENDPOINT);
  private static final String OWNER = "libnetwork/libnetwork/" + ENDPOINT;

  private static final String CREATE_ENDPOINT =
      """
      {"NetworkID":"%s","EndpointID":"%s","Interface":{"Address":"10.9.0.5/32","AddressIPv6":"","MacAddress":"%s"},"Options":{"com.docker.network.endpoint.exposedports":[],"com.docker.network.portmap":[]}}
      """;

  @TempDir private Path directory;

  private final ExecutorService workers = Executors.newCachedThreadPool();
  private final List<String> laid = new ArrayList<>();
  private final Map<String, String> environment = new HashMap<>();
  private Optional<Map<String, String>> containerLabels = Optional.empty();

  private Datastore datastore;
  private final List<PluginServer> servers = new ArrayList<>();

  private final Docker docker =
      new Docker() {
        @Override
        public String networkName(String networkId) {
          if (!networkId.equals(NETWORK)) {
            throw new RefusedException("no network " + networkId);
          }
          return "net1";
        }

        @Override
        public Optional<Map<String, String>> labels(String networkId, String endpointId) {
          return containerLabels;
        }
      };

  private final NetworkDriver.Cables cables =
      new NetworkDriver.Cables() {
        @Override
        public void lay(Cable cable) {
          laid.add(
              "%s %s %s %d"
                  .formatted(cable.hostName(), cable.workloadName(), cable.owner(), cable.mtu()));
        }

        @Override
        public void remove(String hostName, String owner) {
          laid.remove("%s temp%s %s 0".formatted(hostName, hostName.substring(4), owner));
        }
      };

  @BeforeEach
  void openStore() {
    datastore = Datastores.open(new DatastoreConfig.Embedded(directory.resolve("datastore.db")));
    pool("10.9.0.0/24");
    pool("10.8.0.0/24");
  }

  private void pool(String text) {
    IpPrefix cidr = IpPrefix.parse(text);
    datastore.apply(
        new Key.ForResource(new IpPoolKey(cidr)),
        new IpPool(new IpPool.Metadata(cidr), new IpPool.Spec(null, false, false)));
  }

  @AfterEach
  void close() throws InterruptedException {
    servers.forEach(PluginServer::close);
    workers.shutdown();
    assertThat(workers.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
    datastore.close();
  }

  private String network(String method, String path, String body) throws Exception {
    Path socket = directory.resolve("calico.sock");
    if (!Files.exists(socket)) {
      LibnetworkSettings settings = LibnetworkSettings.of(environment);
      servers.add(
          PluginServer.open(
              socket,
              new NetworkDriver(
                  settings,
                  docker,
                  new Endpoints(datastore, "node1"),
                  cables,
                  new EndpointLabels(settings, docker, datastore)),
              workers,
              false));
    }
    return UnixHttp.exchange(socket, UnixHttp.request(method, path, body));
  }

  private String ipam(String path, String body) throws Exception {
    Path socket = directory.resolve("calico-ipam.sock");
    if (!Files.exists(socket)) {
      servers.add(
          PluginServer.open(
              socket, new IpamDriver(datastore, new Ipam(datastore), "node1"), workers, true));
    }
    return UnixHttp.exchange(socket, UnixHttp.request("POST", path, body));
  }

  private static String answer(String status, String body) {
    return "HTTP/1.1 %s\r\nContent-Type: application/vnd.docker.plugins.v1.1+json\r\nContent-Length: %d\r\nconnection: close\r\n\r\n%s"
        .formatted(status, body.getBytes(StandardCharsets.UTF_8).length, body);
  }

  private static String ok(String body) {
    return answer("200 OK", body);
  }

  private static String body(String response) {
    return response.substring(response.indexOf("\r\n\r\n") + 4);
  }

  private static void assertRefused(String response, String... reasons) {
    assertThat(response).startsWith("HTTP/1.1 500 Internal Server Error\r\n");
    assertThat(body(response)).startsWith("{\"Err\":\"").contains(reasons);
  }

  private Resource stored(WorkloadEndpointKey key) {
    return datastore.get(new Key.ForResource(key)).orElseThrow().value();
  }

  // ---- the network driver

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/Plugin.Activate | {\"Implements\":[\"NetworkDriver\"]}",
        "/NetworkDriver.GetCapabilities | {\"Scope\":\"global\"}",
        "/NetworkDriver.AllocateNetwork | {}",
        "/NetworkDriver.FreeNetwork | {}",
        "/NetworkDriver.DeleteNetwork | {}",
        "/NetworkDriver.EndpointOperInfo | {\"Value\":{}}",
        "/NetworkDriver.DiscoverNew | {}",
        "/NetworkDriver.DiscoverDelete | {}",
        "/NetworkDriver.ProgramExternalConnectivity | {}",
        "/NetworkDriver.RevokeExternalConnectivity | {}",
      })
  void answersOfTheNetworkDriverThatNeverChange(String path, String answer) throws Exception {
    assertThat(network("POST", path, "")).isEqualTo(ok(answer));
    assertThat(network("POST", path, "{\"Unknown\":[1]}\n")).isEqualTo(ok(answer));
  }

  @Test
  void getIsEnoughToAskWhatADriverIs() throws Exception {
    assertThat(network("GET", "/Plugin.Activate", ""))
        .isEqualTo(ok("{\"Implements\":[\"NetworkDriver\"]}"));
    assertThat(network("GET", "/NetworkDriver.Leave", ""))
        .isEqualTo(
            answer(
                "405 Method Not Allowed",
                "{\"Err\":\"/NetworkDriver.Leave takes POST, not GET\"}"));
  }

  @Test
  void whatIsNoRequestIsRefused() throws Exception {
    assertThat(network("POST", "/NetworkDriver.Fly", "{}"))
        .isEqualTo(
            answer("404 Not Found", "{\"Err\":\"this driver does not know /NetworkDriver.Fly\"}"));
    assertRefused(network("POST", "/NetworkDriver.Join", "{\"EndpointID\""), "not JSON");
    assertRefused(network("POST", "/NetworkDriver.Join", "[]"), "no JSON object");
    assertRefused(network("POST", "/NetworkDriver.Join", "{}"), "EndpointID is missing");
    assertRefused(
        network("POST", "/NetworkDriver.Join", "{\"EndpointID\":\"../../x\"}"), "EndpointID");
  }

  @Test
  void networksAreTakenWithoutOptionsAndWithOurAddresses() throws Exception {
    assertThat(
            network(
                "POST",
                "/NetworkDriver.CreateNetwork",
                """
                {"NetworkID":"%s","Options":{"com.docker.network.enable_ipv6":false,"com.docker.network.generic":{}},"IPv4Data":[{"AddressSpace":"CalicoGlobalAddressSpace","Gateway":"0.0.0.0/0","Pool":"0.0.0.0/0"}],"IPv6Data":[]}
                """
                    .formatted(NETWORK)))
        .isEqualTo(ok("{}"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"Options\":{\"com.docker.network.generic\":{\"color\":\"red\"}} | has no options, but {\\\"color\\\":\\\"red\\\"}",
        "\"Options\":{\"com.docker.network.internal\":true} | no internal networks",
        "\"IPv4Data\":[{\"Gateway\":\"172.18.0.1/16\"}] | non-Calico IPAM driver",
        "\"IPv4Data\":[{}] | non-Calico IPAM driver",
      })
  void otherNetworksAreRefused(String request, String reason) throws Exception {
    assertRefused(network("POST", "/NetworkDriver.CreateNetwork", "{" + request + "}"), reason);
  }

  @Test
  void anEndpointBecomesAWorkloadEndpointAndTheNetworkAProfile() throws Exception {
    assertThat(
            network(
                "POST",
                "/NetworkDriver.CreateEndpoint",
                CREATE_ENDPOINT.formatted(NETWORK, ENDPOINT, "")))
        .isEqualTo(ok("{\"Interface\":{\"MacAddress\":\"EE:EE:EE:EE:EE:EE\"}}"));

    assertThat(DocumentWriter.toYaml(List.of(stored(KEY))))
        .isEqualTo(
            """
            - apiVersion: v1
              kind: workloadEndpoint
              metadata:
                name: %s
                node: node1
                orchestrator: libnetwork
                workload: libnetwork
              spec:
                interfaceName: cali871045153f5
                ipNetworks:
                - 10.9.0.5/32
                mac: ee:ee:ee:ee:ee:ee
                profiles:
                - net1
            """
                .formatted(ENDPOINT));
    Profile profile =
        (Profile) datastore.get(new Key.ForResource(new ProfileKey("net1"))).orElseThrow().value();
    assertThat(profile.metadata().tags()).containsExactly("net1");
    assertThat(profile.spec().ingress())
        .singleElement()
        .satisfies(rule -> assertThat(rule.source().tag()).isEqualTo("net1"));
    assertThat(profile.spec().egress()).hasSize(1);
  }

  @Test
  void aChosenMacAddressIsKeptAndNotAnswered() throws Exception {
    assertThat(
            network(
                "POST",
                "/NetworkDriver.CreateEndpoint",
                CREATE_ENDPOINT.formatted(NETWORK, ENDPOINT, "02:42:ac:11:00:02")))
        .isEqualTo(ok("{\"Interface\":{\"MacAddress\":\"\"}}"));
    assertThat(((WorkloadEndpoint) stored(KEY)).spec().mac()).hasToString("02:42:ac:11:00:02");
  }

  @Test
  void withoutProfilesPolicyAloneDecides() throws Exception {
    environment.put("CALICO_LIBNETWORK_CREATE_PROFILES", "false");
    network(
        "POST", "/NetworkDriver.CreateEndpoint", CREATE_ENDPOINT.formatted(NETWORK, ENDPOINT, ""));
    assertThat(((WorkloadEndpoint) stored(KEY)).spec().profiles()).isEmpty();
    assertThat(datastore.get(new Key.ForResource(new ProfileKey("net1")))).isEmpty();
  }

  @Test
  void anEndpointThatCannotBeIsRefusedAndLeavesNothing() throws Exception {
    assertRefused(
        network(
            "POST",
            "/NetworkDriver.CreateEndpoint",
            "{\"NetworkID\":\"%s\",\"EndpointID\":\"%s\"}".formatted(NETWORK, ENDPOINT)),
        "no IPv4 address");
    assertRefused(
        network(
            "POST",
            "/NetworkDriver.CreateEndpoint",
            CREATE_ENDPOINT.formatted(NETWORK, ENDPOINT, "").replace("10.9.0.5/32", "fd00::5/128")),
        "expected IPv4");
    assertRefused(
        network(
            "POST",
            "/NetworkDriver.CreateEndpoint",
            CREATE_ENDPOINT.formatted(NETWORK, ENDPOINT, "red")),
        "MacAddress");
    assertRefused(
        network(
            "POST",
            "/NetworkDriver.CreateEndpoint",
            CREATE_ENDPOINT.formatted("unknown", ENDPOINT, "")),
        "no network unknown");
    assertThat(datastore.get(new Key.ForResource(KEY))).isEmpty();
  }

  @Test
  void deletingAnEndpointCanBeRepeated() throws Exception {
    network(
        "POST", "/NetworkDriver.CreateEndpoint", CREATE_ENDPOINT.formatted(NETWORK, ENDPOINT, ""));
    String request = "{\"NetworkID\":\"%s\",\"EndpointID\":\"%s\"}".formatted(NETWORK, ENDPOINT);
    assertThat(network("POST", "/NetworkDriver.DeleteEndpoint", request)).isEqualTo(ok("{}"));
    assertThat(datastore.get(new Key.ForResource(KEY))).isEmpty();
    assertThat(network("POST", "/NetworkDriver.DeleteEndpoint", request)).isEqualTo(ok("{}"));
  }

  @Test
  void joiningLaysACableThatLeavingTakesAway() throws Exception {
    String request =
        """
        {"NetworkID":"%s","EndpointID":"%s","SandboxKey":"/run/docker/netns/03b376463875","Options":{}}
        """
            .formatted(NETWORK, ENDPOINT);
    assertThat(network("POST", "/NetworkDriver.Join", request))
        .isEqualTo(
            ok(
                "{\"InterfaceName\":{\"SrcName\":\"temp871045153f5\",\"DstPrefix\":\"cali\"},\"Gateway\":\"169.254.1.1\",\"StaticRoutes\":[{\"Destination\":\"169.254.1.1/32\",\"RouteType\":1,\"NextHop\":\"\"}]}"));
    assertThat(laid).containsExactly("cali871045153f5 temp871045153f5 " + OWNER + " 0");
    assertThat(network("POST", "/NetworkDriver.Leave", request)).isEqualTo(ok("{}"));
    assertThat(laid).isEmpty();
    assertThat(network("POST", "/NetworkDriver.Leave", request)).isEqualTo(ok("{}"));
  }

  @Test
  void theEnvironmentChoosesNamesSizesAndScope() throws Exception {
    environment.put("CALICO_LIBNETWORK_IFPREFIX", "eth");
    environment.put("CALICO_LIBNETWORK_VETH_MTU", "1440");
    environment.put("CALICO_LIBNETWORK_SCOPE", "local");
    String request = "{\"NetworkID\":\"%s\",\"EndpointID\":\"%s\"}".formatted(NETWORK, ENDPOINT);
    assertThat(network("POST", "/NetworkDriver.Join", request)).contains("\"DstPrefix\":\"eth\"");
    assertThat(laid).containsExactly("cali871045153f5 temp871045153f5 " + OWNER + " 1440");
    assertThat(network("POST", "/NetworkDriver.GetCapabilities", ""))
        .isEqualTo(ok("{\"Scope\":\"local\"}"));
  }

  @Test
  void labelsOfTheContainerBecomeTheEndpoints() throws Exception {
    environment.put("CALICO_LIBNETWORK_LABEL_ENDPOINTS", "true");
    environment.put("CALICO_LIBNETWORK_LABEL_POLL_TIMEOUT", "60s");
    containerLabels =
        Optional.of(
            Map.of(
                "org.projectcalico.label.role", "web",
                "org.projectcalico.label.bad key", "x",
                "com.example.other", "y"));
    network(
        "POST", "/NetworkDriver.CreateEndpoint", CREATE_ENDPOINT.formatted(NETWORK, ENDPOINT, ""));
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (((WorkloadEndpoint) stored(KEY)).metadata().labels().isEmpty()) {
      assertThat(System.nanoTime()).as("labels come").isLessThan(deadline);
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
    }
    assertThat(((WorkloadEndpoint) stored(KEY)).metadata().labels())
        .isEqualTo(Labels.copyOf(Map.of("role", "web")));
  }

  // ---- the IPAM driver

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/Plugin.Activate | {\"Implements\":[\"IpamDriver\"]}",
        "/IpamDriver.GetCapabilities | {\"RequiresMACAddress\":false}",
        "/IpamDriver.GetDefaultAddressSpaces | {\"LocalDefaultAddressSpace\":\"CalicoLocalAddressSpace\",\"GlobalDefaultAddressSpace\":\"CalicoGlobalAddressSpace\"}",
        "/IpamDriver.ReleasePool | {}",
      })
  void answersOfTheIpamDriverThatNeverChange(String path, String answer) throws Exception {
    assertThat(ipam(path, "")).isEqualTo(ok(answer));
  }

  @Test
  void aPoolIsAnyOrOneThatIsConfigured() throws Exception {
    assertThat(
            ipam(
                "/IpamDriver.RequestPool",
                "{\"AddressSpace\":\"CalicoGlobalAddressSpace\",\"Pool\":\"\",\"SubPool\":\"\",\"Options\":{},\"V6\":false}\n"))
        .isEqualTo(
            ok(
                "{\"PoolID\":\"CalicoPoolIPv4\",\"Pool\":\"0.0.0.0/0\",\"Data\":{\"com.docker.network.gateway\":\"0.0.0.0/0\"}}"));
    assertThat(ipam("/IpamDriver.RequestPool", "{\"Pool\":\"10.8.0.0/24\"}"))
        .isEqualTo(
            ok(
                "{\"PoolID\":\"10.8.0.0/24\",\"Pool\":\"10.8.0.0/24\",\"Data\":{\"com.docker.network.gateway\":\"0.0.0.0/0\"}}"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"Pool\":\"10.8.0.0/25\"} | no IPv4 pool 10.8.0.0/25",
        "{\"Pool\":\"red\"} | is no network",
        "{\"SubPool\":\"10.8.0.0/25\"} | --ip-range",
        "{\"Options\":{\"color\":\"red\"}} | --ipam-opt",
        "{\"V6\":true} | --ipv6",
      })
  void otherPoolsAreRefused(String request, String reason) throws Exception {
    assertRefused(ipam("/IpamDriver.RequestPool", request), reason);
  }

  @Test
  void addressesComeFromThePoolAndGoBack() throws Exception {
    String any =
        ipam(
            "/IpamDriver.RequestAddress",
            "{\"PoolID\":\"10.8.0.0/24\",\"Address\":\"\",\"Options\":null}\n");
    assertThat(body(any)).matches("\\{\"Address\":\"10\\.8\\.0\\.[0-9]+/32\"}");
    assertThat(any).isEqualTo(ok(body(any)));
    assertThat(
            ipam("/IpamDriver.RequestAddress", "{\"PoolID\":\"CalicoPoolIPv4\",\"Address\":\"\"}"))
        .startsWith("HTTP/1.1 200 OK")
        .contains("/32\"}");
    String chosen = "{\"PoolID\":\"10.8.0.0/24\",\"Address\":\"10.9.0.77\"}";
    assertThat(ipam("/IpamDriver.RequestAddress", chosen))
        .isEqualTo(ok("{\"Address\":\"10.9.0.77/32\"}"));
    assertRefused(ipam("/IpamDriver.RequestAddress", chosen), "10.9.0.77 is in use");

    assertThat(ipam("/IpamDriver.ReleaseAddress", chosen)).isEqualTo(ok("{}"));
    assertThat(ipam("/IpamDriver.ReleaseAddress", chosen)).isEqualTo(ok("{}"));
    assertThat(ipam("/IpamDriver.RequestAddress", chosen))
        .isEqualTo(ok("{\"Address\":\"10.9.0.77/32\"}"));
    assertThat(
            ipam(
                "/IpamDriver.ReleaseAddress",
                "{\"PoolID\":\"CalicoPoolIPv4\",\"Address\":\"0.0.0.0\"}"))
        .as("the gateway that is none")
        .isEqualTo(ok("{}"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"Options\":{\"RequestAddressType\":\"com.docker.network.gateway\"}} | no gateway address",
        "{\"PoolID\":\"10.7.0.0/24\"} | no IPv4 pool 10.7.0.0/24",
        "{\"Address\":\"10.7.0.1\"} | not in a configured pool",
        "{\"Address\":\"red\"} | Address",
      })
  void otherAddressesAreRefused(String request, String reason) throws Exception {
    assertRefused(ipam("/IpamDriver.RequestAddress", request), reason);
  }

  @Test
  void anAddressToReleaseMustBeOne() throws Exception {
    assertRefused(ipam("/IpamDriver.ReleaseAddress", "{}"), "Address is missing");
    assertRefused(ipam("/IpamDriver.ReleaseAddress", "{\"Address\":\"red\"}"), "Address");
  }
}
