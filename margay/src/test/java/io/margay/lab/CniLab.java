package io.margay.lab;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.margay.datastore.Datastore;
import io.margay.datastore.Key;
import io.margay.datastore.KeyRange;
import io.margay.ipam.Ipam;
import io.margay.lab.Topology.Host;
import io.margay.model.ResourceKey.WorkloadEndpointKey;
import io.margay.model.WorkloadEndpoint;
import io.margay.net.IpPrefix;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Two nodes with agents and address pools, to which containers are attached by the plugins as they
/// are shipped: network namespaces, as a container runtime would make them.
final class CniLab implements AutoCloseable {

  private static final ObjectMapper MAPPER = new ObjectMapper();

  final SeedLab lab;

  private CniLab(SeedLab lab) {
    this.lab = lab;
  }

  static CniLab up() {
    Topology topology =
        new Topology(
            "cni",
            "two hosts for containers",
            List.of(
                new Host("node1", IpPrefix.parse("192.168.50.11/24"), true, Map.of()),
                new Host("node2", IpPrefix.parse("192.168.50.12/24"), true, Map.of())),
            List.of(),
            Map.of(),
            List.of());
    CniLab up = new CniLab(SeedLab.up(topology));
    try {
      up.lab.applyText(
          """
          - {apiVersion: v1, kind: ipPool, metadata: {cidr: 10.80.0.0/16}}
          - {apiVersion: v1, kind: ipPool, metadata: {cidr: 'fd00:80::/112'}}
          """);
    } catch (RuntimeException e) {
      up.close();
      throw e;
    }
    return up;
  }

  @Override
  public void close() {
    lab.close();
  }

  Path socket(String node) {
    return lab.lab.directory().node(node).resolve("run").resolve("cni.sock");
  }

  /// A network's configuration.
  ///
  /// @param more further fields, each with a comma before it
  String config(String node, String version, String network, String more) {
    return """
    {"cniVersion": "%s", "name": "%s", "type": "calico", "agent_socket": "%s",
     "policy_setup_timeout_seconds": 60%s}
    """
        .formatted(version, network, socket(node), more);
  }

  String config(String node, String network) {
    return config(node, "1.0.0", network, ", \"ipam\": {\"type\": \"calico-ipam\"}");
  }

  /// Makes a network namespace; the lab's end removes it.
  String sandbox(String name) {
    run("ip", "netns", "add", name);
    return "/run/netns/" + name;
  }

  /// What a command prints that runs in the lab and must succeed.
  String run(String... words) {
    return Command.run(lab.lab.holder().enter(List.of(words)), "").orThrow(String.join(" ", words));
  }

  /// What a plugin printed, and how it ended.
  record Answer(int exitCode, String text) {

    JsonNode json() {
      try {
        return MAPPER.readTree(text);
      } catch (JsonProcessingException e) {
        throw new AssertionError("no JSON: " + text, e);
      }
    }

    JsonNode succeeded() {
      assertThat(exitCode).as(text).isZero();
      return json();
    }

    void failed(int code, String... words) {
      assertThat(exitCode).as(text).isEqualTo(1);
      assertThat(json().path("code").asInt()).as(text).isEqualTo(code);
      for (String word : words) {
        assertThat(json().path("msg").asText()).contains(word);
      }
      assertThat(json().has("cniVersion")).isTrue();
    }

    /// The first address, without its length.
    String address() {
      return succeeded().path("ips").path(0).path("address").asText().split("/")[0];
    }
  }

  /// A container that a plugin is started for.
  record Container(String id, String netns, String device, String args) {
    Container(String id, String netns) {
      this(id, netns, "eth0", "");
    }
  }

  Answer plugin(String command, Container container, String config) {
    Map<String, String> environment = new LinkedHashMap<>();
    environment.put("CNI_COMMAND", command);
    environment.put("CNI_CONTAINERID", container.id());
    environment.put("CNI_NETNS", container.netns());
    environment.put("CNI_IFNAME", container.device());
    environment.put("CNI_ARGS", container.args());
    environment.put("CNI_PATH", "/usr/lib/cni");
    return plugin("calico", environment, config);
  }

  Answer plugin(String name, Map<String, String> environment, String config) {
    List<String> words = new ArrayList<>(List.of("env"));
    environment.forEach((variable, value) -> words.add(variable + "=" + value));
    words.add(lab.lab.program(name));
    Command command = Command.run(lab.lab.holder().enter(words), config);
    return new Answer(command.exitCode(), command.output());
  }

  Answer add(Container container, String config) {
    return plugin("ADD", container, config);
  }

  void delete(Container container, String config) {
    Answer answer = plugin("DEL", container, config);
    assertThat(answer.exitCode()).as(answer.text()).isZero();
    assertThat(answer.text()).isEmpty();
  }

  /// What is in the datastore of a container that is no pod.
  Optional<WorkloadEndpoint> endpoint(String node, String id) {
    return endpoint(new WorkloadEndpointKey(node, "cni", id, "eth0"));
  }

  Optional<WorkloadEndpoint> endpoint(WorkloadEndpointKey key) {
    try (Datastore datastore = lab.openDatastore()) {
      return datastore.get(new Key.ForResource(key)).map(e -> (WorkloadEndpoint) e.value());
    }
  }

  /// Handles under which addresses are held.
  List<String> handles() {
    try (Datastore datastore = lab.openDatastore()) {
      return datastore.list(new KeyRange.IpamHandles()).stream()
          .map(entry -> ((Key.IpamHandle) entry.key()).id())
          .toList();
    }
  }

  /// What a test must not leave: endpoints, addresses, interfaces.
  void assertNothingIsLeft() {
    try (Datastore datastore = lab.openDatastore()) {
      for (String node : List.of("node1", "node2")) {
        for (String orchestrator : List.of("cni", "k8s")) {
          assertThat(datastore.list(new KeyRange.WorkloadEndpoints(node, orchestrator, null)))
              .isEmpty();
        }
        assertThat(lab.in(node, "ip", "-o", "link")).doesNotContain(": cali");
      }
    }
    assertThat(handles()).isEmpty();
  }

  /// So that a test that fails does not make others fail.
  void removeWhatIsLeft() {
    try (Datastore datastore = lab.openDatastore()) {
      for (String node : List.of("node1", "node2")) {
        for (String orchestrator : List.of("cni", "k8s")) {
          for (var entry :
              datastore.list(new KeyRange.WorkloadEndpoints(node, orchestrator, null))) {
            datastore.delete(entry.key(), null);
          }
        }
        lab.in(
            node,
            "sh",
            "-c",
            "ip -o link | sed -n 's/^[0-9]*: \\(cali[^@:]*\\).*/\\1/p' | while read l; do ip link del $l; done");
      }
      Ipam ipam = new Ipam(datastore);
      handles().forEach(ipam::releaseByHandle);
    }
  }

  boolean reaches(String fromNetns, String address) {
    return Command.run(
                lab.lab
                    .holder()
                    .enter(
                        fromNetns.replace("/run/netns/", ""),
                        List.of("ping", "-n", "-c", "1", "-W", "1", address)),
                "")
            .exitCode()
        == 0;
  }
}
