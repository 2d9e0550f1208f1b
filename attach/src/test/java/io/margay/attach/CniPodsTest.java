package io.margay.attach;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.margay.attach.cni.CniAnswer;
import io.margay.attach.cni.CniCommands;
import io.margay.attach.cni.IpamProgram;
import io.margay.attach.cni.KubernetesAccess;
import io.margay.attach.cni.PodSource;
import io.margay.datastore.Key;
import io.margay.model.ResourceKey.ProfileKey;
import io.margay.model.ResourceKey.WorkloadEndpointKey;
import io.margay.model.WorkloadEndpoint;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Pods of Kubernetes by CNI, with what an API server would tell of them.
class CniPodsTest {

  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final String ANNOTATION = "cni.projectcalico.org/";

  private World world;
  private CniCommands commands;
  private Path netns;
  private Map<String, String> annotations = Map.of();
  private boolean podIsKnown = true;
  private KubernetesAccess asked;
  private final List<String> programs = new ArrayList<>();

  @BeforeEach
  void open() throws IOException {
    world = new World();
    netns = world.namespace();
    commands = new CniCommands(World.NODE, world.store, world.attachments, new Api());
  }

  @AfterEach
  void close() {
    if (world != null) {
      world.close();
    }
  }

  private final class Api implements PodSource {
    @Override
    public Optional<Pod> pod(KubernetesAccess access, String namespace, String name) {
      asked = access;
      assertThat(namespace + "/" + name).isEqualTo("prod/web-0");
      return podIsKnown
          ? Optional.of(new Pod(Map.of("app", "web"), annotations))
          : Optional.empty();
    }

    @Override
    public Optional<String> podCidr(KubernetesAccess access, String node) {
      return Optional.of("10.244.7.0/24 of " + node);
    }
  }

  private static String config(String more) {
    return "{\"cniVersion\": \"1.0.0\", \"name\": \"net\", \"type\": \"calico\"" + more + "}";
  }

  private static final String POLICY =
      ", \"ipam\": {\"type\": \"calico-ipam\"}, \"policy\": {\"type\": \"k8s\", \"k8s_api_root\": \"https://10.0.0.1:443/api/v1/\"}";

  private CniAnswer run(String command, String config) {
    Map<String, String> environment =
        Map.of(
            "CNI_COMMAND", command,
            "CNI_CONTAINERID", "c0ffee",
            "CNI_NETNS", netns.toString(),
            "CNI_IFNAME", "eth0",
            "CNI_ARGS", "K8S_POD_NAMESPACE=prod;K8S_POD_NAME=web-0");
    return commands.answer(false, environment, config, this::runProgram);
  }

  private IpamProgram.Output runProgram(String type, String command, String args, String config) {
    programs.add(
        type + " " + command + " " + args + " " + json(config).at("/ipam/subnet").asText());
    return new IpamProgram.Output(
        0, "{\"cniVersion\": \"1.0.0\", \"ips\": [{\"address\": \"10.244.7.9/24\"}]}", "");
  }

  private static JsonNode json(String text) {
    try {
      return MAPPER.readTree(text);
    } catch (JsonProcessingException e) {
      throw new AssertionError("no JSON: " + text, e);
    }
  }

  private WorkloadEndpoint endpoint() {
    var key = new WorkloadEndpointKey(World.NODE, "k8s", "prod.web-0", "eth0");
    return (WorkloadEndpoint) world.store.get(new Key.ForResource(key)).orElseThrow().value();
  }

  private String added(String config) {
    CniAnswer answer = run("ADD", config);
    assertThat(answer.exitCode()).as(answer.stdout()).isZero();
    return json(answer.stdout()).at("/ips/0/address").asText();
  }

  @Test
  void aPodWithPolicyHasItsLabelsAndTheProfileOfItsNamespace() {
    added(config(POLICY));

    assertThat(endpoint().metadata().labels())
        .isEqualTo(Map.of("app", "web", "calico/k8s_ns", "prod"));
    assertThat(endpoint().spec().profiles()).containsExactly("k8s_ns.prod");
    assertThat(asked.apiRoot()).isEqualTo("https://10.0.0.1:443");
    assertThat(world.store.get(new Key.ForResource(new ProfileKey("k8s_ns.prod")))).isEmpty();
    assertThat(world.store.get(new Key.ForResource(new ProfileKey("net")))).isEmpty();
  }

  @Test
  void aPodWithoutPolicyHasTheProfileOfTheNetwork() {
    added(config(", \"ipam\": {\"type\": \"calico-ipam\"}"));

    assertThat(asked).as("the API").isNull();
    assertThat(endpoint().spec().profiles()).containsExactly("net");
    assertThat(world.store.get(new Key.ForResource(new ProfileKey("net")))).isPresent();
  }

  @Test
  void aPodThatTheApiDoesNotKnowYetIsTriedAgain() {
    podIsKnown = false;

    CniAnswer answer = run("ADD", config(POLICY));

    assertThat(json(answer.stdout()).path("code").asInt()).isEqualTo(11);
    assertThat(answer.stdout()).contains("web-0", "prod");
  }

  @Test
  void annotationsChooseTheAddress() {
    annotations = Map.of(ANNOTATION + "ipAddrs", "[\"10.65.3.3\"]");
    assertThat(added(config(POLICY))).isEqualTo("10.65.3.3/32");
    assertThat(run("DEL", config(POLICY)).exitCode()).isZero();

    annotations = Map.of(ANNOTATION + "ipAddrsNoIpam", "[\"192.0.2.7\"]");
    assertThat(added(config(POLICY))).isEqualTo("192.0.2.7/32");
    assertThat(run("DEL", config(POLICY)).exitCode()).isZero();

    annotations = Map.of(ANNOTATION + "ipv4pools", "[\"10.65.0.0/16\"]");
    assertThat(added(config(POLICY))).startsWith("10.65.");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "ipAddrs       | []                           | expected a JSON list",
        "ipAddrs       | 10.65.0.1                    | expected a JSON list",
        "ipAddrs       | [\"10.65.0.1\",\"10.65.0.2\"] | at most one IPv4 address",
        "ipAddrs       | [\"10.65.0.300\"]            | 10.65.0.300",
        "ipAddrsNoIpam | [\"x\"]                      | expected an IP address",
        "ipv4pools     | [\"10.99.0.0/16\"]           | 10.99.0.0/16",
        "ipv4pools     | [\"fd00:65::/112\"]          | expected the CIDR of an IPv4 pool",
        "ipv6pools     | {}                           | expected a JSON list",
      })
  void annotationsThatMakeNoSenseAreRefused(String name, String value, String message) {
    annotations = Map.of(ANNOTATION + name, value);

    CniAnswer answer = run("ADD", config(POLICY));

    assertThat(json(answer.stdout()).path("code").asInt()).as(answer.stdout()).isEqualTo(7);
    assertThat(json(answer.stdout()).path("msg").asText()).contains(message);
    world.assertNothingOf(Workload.pod("prod", "web-0", "c0ffee"), netns, name);
  }

  @Test
  void bothAddressAnnotationsTogetherAreRefused() {
    annotations =
        Map.of(
            ANNOTATION + "ipAddrs", "[\"10.65.0.1\"]",
            ANNOTATION + "ipAddrsNoIpam", "[\"10.65.0.1\"]");

    CniAnswer answer = run("ADD", config(POLICY));

    assertThat(answer.stdout()).contains("\"code\":7", "both annotations");
  }

  @Test
  void anotherIpamPluginIsToldTheNodesPodCidr() {
    String config = config(", \"ipam\": {\"type\": \"host-local\", \"subnet\": \"usepodcidr\"}");
    assertThat(added(config)).isEqualTo("10.244.7.9/32");
    assertThat(run("DEL", config).exitCode()).isZero();

    String args = "IgnoreUnknown=1;K8S_POD_NAMESPACE=prod;K8S_POD_NAME=web-0";
    assertThat(programs)
        .containsExactly(
            "host-local ADD " + args + " 10.244.7.0/24 of node1",
            "host-local DEL " + args + " 0.0.0.0/0");
  }
}
