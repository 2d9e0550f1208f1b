package io.margay.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.margay.lab.CniLab.Answer;
import io.margay.lab.CniLab.Container;
import io.margay.model.ResourceKey.WorkloadEndpointKey;
import io.margay.model.WorkloadEndpoint;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// What the verbs do, one by one and many at once.
class CniIT extends CniAcceptance {

  private static final String BOTH_FAMILIES =
      ", \"ipam\": {\"type\": \"calico-ipam\", \"assign_ipv6\": \"true\"}";
  private static final String HEX =
      "a79fbdb4dd2b7b0ae1b6e0e2f18a9a2ff4b2e9c6b1d4a2c0b3d1e5f60718293a";

  // ---- ADD and DEL

  @Test
  void connectsAContainerAndTakesItAwayAgain() {
    Container one = container(HEX);
    String config = it.config("node1", "1.1.0", "net", BOTH_FAMILIES + ", \"mtu\": 1400");

    JsonNode result = it.add(one, config).succeeded();

    String ipv4 = result.at("/ips/0/address").asText();
    String ipv6 = result.at("/ips/1/address").asText();
    assertThat(ipv4).startsWith("10.80.").endsWith("/32");
    assertThat(ipv6).startsWith("fd00:80::").endsWith("/128");
    assertThat(in(one, "ip", "-o", "addr", "show", "dev", "eth0")).contains(ipv4, ipv6);
    assertThat(in(one, "ip", "route"))
        .isEqualTo("default via 169.254.1.1 dev eth0 \n169.254.1.1 dev eth0 scope link \n");
    assertThat(in(one, "ip", "-6", "route"))
        .contains("default via fe80::ecee:eeff:feee:eeee dev eth0");
    assertThat(in(one, "cat", "/sys/class/net/eth0/mtu").strip()).isEqualTo("1400");
    String hostName = "cali" + HEX.substring(0, 11);
    assertThat(result.at("/interfaces/0/name").asText()).isEqualTo(hostName);
    assertThat(result.at("/interfaces/1/mac").asText())
        .isEqualTo(in(one, "cat", "/sys/class/net/eth0/address").strip());
    assertThat(it.lab.in("node1", "cat", "/sys/class/net/" + hostName + "/mtu").strip())
        .isEqualTo("1400");
    // The answer comes once rules and routes are there.
    assertThat(it.lab.in("node1", "ip", "route", "show", ipv4))
        .contains("dev " + hostName + " scope link");
    assertThat(it.lab.in("node1", "ip", "-6", "route", "show", ipv6)).contains(hostName);
    assertThat(it.lab.in("node1", "iptables-save", "-t", "filter")).contains("cali-tw-" + hostName);
    for (String parameter : List.of("rp_filter", "proxy_arp", "forwarding")) {
      assertThat(it.lab.in("node1", "cat", "/proc/sys/net/ipv4/conf/" + hostName + "/" + parameter))
          .as(parameter)
          .isEqualTo("1\n");
    }
    WorkloadEndpoint endpoint = it.endpoint("node1", HEX).orElseThrow();
    assertThat(endpoint.spec().interfaceName()).isEqualTo(hostName);
    assertThat(endpoint.spec().profiles()).containsExactly("net");
    assertThat(it.lab.calicoctl("get", "profile", "net", "-o", "wide")).contains("net");
    awaitReach(one, "192.168.50.12");

    it.delete(one, config);

    assertThat(in(one, "ip", "-o", "link")).doesNotContain("eth0");
    assertThat(it.endpoint("node1", HEX)).isEmpty();
  }

  @Test
  void containersOfANetworkReachEachOtherAndNobodyElse() {
    Container here = container("reach-here");
    Container there = container("reach-there");
    Container other = container("reach-other");
    String hereAddress = it.add(here, it.config("node1", "one")).address();
    String thereAddress = it.add(there, it.config("node2", "one")).address();
    String otherAddress = it.add(other, it.config("node2", "two")).address();

    SeedLab.awaitThat(
        () -> it.reaches(here.netns(), thereAddress) && it.reaches(there.netns(), hereAddress),
        () -> "containers of one network reach each other\n" + it.lab.agentOutput());
    assertThat(it.reaches(other.netns(), hereAddress)).isFalse();
    assertThat(it.reaches(there.netns(), otherAddress)).isFalse();

    it.delete(here, it.config("node1", "one"));
    it.delete(there, it.config("node2", "one"));
    it.delete(other, it.config("node2", "two"));
  }

  @Test
  void resultsHaveTheFormOfTheirVersion() {
    for (String version : List.of("0.1.0", "0.2.0", "0.3.0", "0.3.1", "0.4.0", "1.0.0", "1.1.0")) {
      Container one = container("form-" + version);
      String config = it.config("node1", version, "net", BOTH_FAMILIES);
      JsonNode result = it.add(one, config).succeeded();
      String addresses = in(one, "ip", "-o", "addr", "show", "dev", "eth0");
      assertThat(result.path("cniVersion").asText()).isEqualTo(version);
      boolean old = version.compareTo("0.3.0") < 0;
      assertThat(names(result))
          .as(version)
          .containsExactlyInAnyOrderElementsOf(
              old
                  ? List.of("cniVersion", "ip4", "ip6", "dns")
                  : List.of("cniVersion", "interfaces", "ips", "dns"));
      if (old) {
        assertThat(addresses)
            .contains(result.at("/ip4/ip").asText(), result.at("/ip6/ip").asText());
        assertThat(names(result.path("ip4"))).containsExactly("ip");
      } else {
        JsonNode ip = result.at("/ips/1");
        assertThat(addresses)
            .contains(result.at("/ips/0/address").asText(), ip.path("address").asText());
        assertThat(ip.path("interface").asInt()).isEqualTo(1);
        assertThat(ip.path("version").asText()).isEqualTo(version.startsWith("0.") ? "6" : "");
        assertThat(result.at("/interfaces/1/name").asText()).isEqualTo("eth0");
        assertThat(result.at("/interfaces/1/sandbox").asText()).isEqualTo(one.netns());
        assertThat(result.at("/interfaces/0").has("sandbox")).isFalse();
        assertThat(result.at("/interfaces/1").has("mtu")).isEqualTo(version.equals("1.1.0"));
      }
      it.delete(one, config);
    }
  }

  private static List<String> names(JsonNode object) {
    List<String> names = new ArrayList<>();
    object.fieldNames().forEachRemaining(names::add);
    return names;
  }

  @Test
  void addingTwiceIsAddingOnce() {
    Container one = container("twice");
    JsonNode first = it.add(one, it.config("node1", "net")).succeeded();
    JsonNode second = it.add(one, it.config("node1", "net")).succeeded();

    assertThat(second).isEqualTo(first);
    assertThat(it.handles()).containsExactly("net.twice");

    it.delete(one, it.config("node1", "net"));
  }

  @Test
  void aContainerThatComesBackInANewNamespaceKeepsItsAddress() {
    Container before = container("restarted");
    String address = it.add(before, it.config("node1", "net")).address();
    it.run("ip", "netns", "del", before.netns().replace("/run/netns/", ""));
    Container after = container("restarted");

    assertThat(it.add(after, it.config("node1", "net")).address()).isEqualTo(address);
    awaitReach(after, "192.168.50.12");

    it.delete(after, it.config("node1", "net"));
  }

  @Test
  void deletingWhatIsNotThereSucceeds() {
    Container never = container("never");
    it.delete(never, it.config("node1", "net"));
    it.delete(new Container("never", ""), it.config("node1", "net"));
    it.delete(new Container("never", "/run/netns/gone"), it.config("node1", "net"));

    Container one = container("deleted");
    it.add(one, it.config("node1", "net")).succeeded();
    it.delete(one, it.config("node1", "net"));
    it.delete(one, it.config("node1", "net"));
  }

  @Test
  void deletingAnotherContainerLeavesThisOne() {
    Container one = container("kept");
    String address = it.add(one, it.config("node1", "net")).address();

    it.delete(new Container("kept2", one.netns()), it.config("node1", "net"));

    assertThat(in(one, "ip", "-o", "addr")).contains(address);
    assertThat(it.endpoint("node1", "kept")).isPresent();
    it.delete(one, it.config("node1", "net"));
  }

  @Test
  void idsThatBeginAlikeAreTwoContainers() {
    Container one = container("default-container-1");
    Container two = container("default-container-2");
    String first = it.add(one, it.config("node1", "net")).address();
    String second = it.add(two, it.config("node1", "net")).address();

    assertThat(in(one, "ip", "-o", "addr")).contains(first);
    assertThat(in(two, "ip", "-o", "addr")).contains(second);
    it.delete(one, it.config("node1", "net"));
    assertThat(in(two, "ip", "-o", "addr")).contains(second);
    it.delete(two, it.config("node1", "net"));
  }

  @Test
  void anIdWhoseNameIsTakenIsRefusedAndLeavesTheOther() {
    Container one = container("0123456789a");
    Container two = container("0123456789a" + "0".repeat(53));
    String address = it.add(one, it.config("node1", "net")).address();

    it.add(two, it.config("node1", "net")).failed(100, "cali0123456789a", "another workload");

    assertThat(in(one, "ip", "-o", "addr")).contains(address);
    it.delete(two, it.config("node1", "net"));
    assertThat(in(one, "ip", "-o", "addr")).contains(address);
    it.delete(one, it.config("node1", "net"));
  }

  @Test
  void anInterfaceThatAnEndpointOfOthersNamesStays() {
    it.lab.in("node1", "ip", "link", "add", "califoreign", "type", "veth", "peer", "name", "peer0");
    it.lab.applyText(
        """
        - apiVersion: v1
          kind: workloadEndpoint
          metadata: {name: e, workload: w, orchestrator: others, node: node1}
          spec: {interfaceName: califoreign, ipNetworks: [10.80.100.1]}
        """);
    Container one = container("foreign");

    it.add(one, it.config("node1", "net")).failed(100, "califoreign", "another workload");
    it.delete(one, it.config("node1", "net"));

    assertThat(it.lab.in("node1", "ip", "-o", "link")).contains("califoreign");
    it.lab.delete(new WorkloadEndpointKey("node1", "others", "w", "e"));
    it.lab.in("node1", "ip", "link", "del", "califoreign");
  }

  @Test
  void aContainerJoinsASecondNetworkWithItsInterface() {
    Container one = container("joins");
    String address = it.add(one, it.config("node1", "first")).address();
    Container second = new Container("joins", one.netns(), "eth1", "");

    assertThat(it.add(second, it.config("node1", "second")).address()).isEqualTo(address);
    assertThat(it.endpoint("node1", "joins").orElseThrow().spec().profiles())
        .containsExactly("first", "second");

    it.delete(second, it.config("node1", "second"));
    assertThat(it.endpoint("node1", "joins").orElseThrow().spec().profiles())
        .containsExactly("first");
    it.delete(one, it.config("node1", "first"));
  }

  // ---- many at once

  @Test
  void fiftyAtOnceHaveFiftyAddresses() {
    List<Container> all = IntStream.range(0, 50).mapToObj(i -> container("many" + i)).toList();
    List<JsonNode> results = atOnce("ADD", all, it.config("node1", "net"));

    Set<String> addresses = new TreeSet<>();
    for (int i = 0; i < all.size(); i++) {
      String address = results.get(i).at("/ips/0/address").asText();
      assertThat(address).as(results.get(i).toString()).startsWith("10.80.");
      assertThat(in(all.get(i), "ip", "-o", "addr")).contains(address);
      addresses.add(address);
    }
    assertThat(addresses).hasSize(50);
    atOnce("DEL", all, it.config("node1", "net"));
  }

  @Test
  void oneContainerAddedAndDeletedAtOnceEndsWhole() {
    Container one = container("contended");
    List<JsonNode> results =
        atOnce("ADD", IntStream.range(0, 8).mapToObj(_ -> one).toList(), it.config("node1", "net"));
    assertThat(results.stream().map(each -> each.at("/ips/0/address").asText()))
        .as(results.toString())
        .containsOnly(
            it.endpoint("node1", "contended")
                .orElseThrow()
                .spec()
                .ipNetworks()
                .getFirst()
                .toString());

    List<Container> same = IntStream.range(0, 4).mapToObj(_ -> one).toList();
    Path config = write("contended", it.config("node1", "net"));
    String script =
        IntStream.range(0, 4)
                .mapToObj(i ->
                    words("ADD", one, config, i)
                        + " &\n"
                        + words("DEL", one, config, i + 10)
                        + " &\n")
                .collect(Collectors.joining())
            + "wait\n";
    it.run("sh", "-c", script);
    atOnce("DEL", same, it.config("node1", "net"));
  }

  /// Starts a plugin for each at the same time.
  private static List<JsonNode> atOnce(String command, List<Container> all, String config) {
    Path file = write("at-once", config);
    StringBuilder script = new StringBuilder();
    for (int i = 0; i < all.size(); i++) {
      script.append(words(command, all.get(i), file, i)).append(" &\n");
    }
    script.append("wait\n");
    it.lab.inForLong("node1", "sh", "-c", script.toString());
    List<JsonNode> results = new ArrayList<>();
    for (int i = 0; i < all.size(); i++) {
      String said = it.run("cat", output(i).toString());
      if (command.equals("ADD")) {
        results.add(new Answer(0, said).json());
      } else {
        assertThat(said).isEmpty();
      }
    }
    return results;
  }

  private static Path output(int number) {
    return it.lab.lab.directory().root().resolve("answer" + number);
  }

  private static String words(String command, Container container, Path config, int number) {
    return "CNI_COMMAND=%s CNI_CONTAINERID=%s CNI_NETNS=%s CNI_IFNAME=eth0 CNI_PATH=/usr/lib/cni %s <%s >%s"
        .formatted(
            command,
            container.id(),
            container.netns(),
            it.lab.lab.program("calico"),
            config,
            output(number));
  }

  private static Path write(String name, String text) {
    try {
      return Files.writeString(it.lab.lab.directory().root().resolve(name + ".json"), text);
    } catch (java.io.IOException e) {
      throw new LabException("cannot write " + name, e);
    }
  }

  // ---- CHECK, GC, STATUS, VERSION

  @Test
  void checkTellsWhatIsDamaged() {
    Container one = container("check");
    String plain = it.config("node1", "net");
    JsonNode result = it.add(one, plain).succeeded();
    String config = it.config("node1", "1.0.0", "net", IPAM + ", \"prevResult\": " + result);
    String address = result.at("/ips/0/address").asText();

    assertThat(it.plugin("CHECK", one, config)).isEqualTo(new Answer(0, ""));
    it.plugin("CHECK", one, plain).failed(7, "prevResult");
    it.plugin("CHECK", one, config.replace(address, "10.80.200.200/32"))
        .failed(100, "10.80.200.200");
    // With its last address an interface would lose its routes too.
    in(one, "ip", "addr", "add", "192.0.2.1/32", "dev", "eth0");
    in(one, "ip", "addr", "del", address, "dev", "eth0");
    it.plugin("CHECK", one, config).failed(100, address + " is missing on eth0");
    in(one, "ip", "addr", "add", address, "dev", "eth0");
    in(one, "ip", "route", "del", "default");
    it.plugin("CHECK", one, config).failed(100, "the default route via 169.254.1.1");
    in(one, "ip", "route", "add", "default", "via", "169.254.1.1", "dev", "eth0");
    assertThat(it.plugin("CHECK", one, config)).isEqualTo(new Answer(0, ""));
    it.lab.in("node1", "ip", "link", "del", "calicheck");
    it.plugin("CHECK", one, config).failed(100, "calicheck is missing on the host");

    // What is damaged is mended by the next ADD, and goes with DEL.
    assertThat(it.add(one, plain).address() + "/32").isEqualTo(address);
    assertThat(it.plugin("CHECK", one, config)).isEqualTo(new Answer(0, ""));
    it.delete(one, plain);
    it.plugin("CHECK", one, config).failed(100, "missing in the datastore");
  }

  @Test
  void collectsWhatTheRuntimeNoLongerKnowsOfInThisNetworkAlone() {
    Container kept = container("gc-kept");
    Container gone = container("gc-gone");
    Container other = container("gc-other");
    it.add(kept, it.config("node1", "net")).succeeded();
    it.add(gone, it.config("node1", "net")).succeeded();
    it.add(other, it.config("node1", "net2")).succeeded();
    String config =
        it.config(
            "node1",
            "1.1.0",
            "net",
            IPAM
                + ", \"cni.dev/valid-attachments\": [{\"containerID\": \"gc-kept\", \"ifname\": \"eth0\"}]");

    assertThat(it.plugin("calico", Map.of("CNI_COMMAND", "GC", "CNI_PATH", "/usr/lib/cni"), config))
        .isEqualTo(new Answer(0, ""));

    assertThat(it.handles()).containsExactlyInAnyOrder("net.gc-kept", "net2.gc-other");
    assertThat(it.endpoint("node1", "gc-kept")).isPresent();
    assertThat(it.endpoint("node1", "gc-gone")).isEmpty();
    assertThat(in(gone, "ip", "-o", "link")).doesNotContain("eth0");
    it.delete(kept, it.config("node1", "net"));
    it.delete(other, it.config("node1", "net2"));
  }

  @Test
  void statusAndVersionAreTold() {
    String config = it.config("node1", "1.1.0", "net", IPAM);
    assertThat(it.plugin("calico", Map.of("CNI_COMMAND", "STATUS"), config))
        .isEqualTo(new Answer(0, ""));
    for (String plugin : List.of("calico", "calico-ipam")) {
      JsonNode version =
          it.plugin(plugin, Map.of("CNI_COMMAND", "VERSION"), "{\"cniVersion\": \"0.4.0\"}")
              .succeeded();
      assertThat(version.path("cniVersion").asText()).isEqualTo("0.4.0");
      assertThat(version.path("supportedVersions").toString())
          .isEqualTo("[\"0.1.0\",\"0.2.0\",\"0.3.0\",\"0.3.1\",\"0.4.0\",\"1.0.0\",\"1.1.0\"]");
    }
  }

  // ---- addresses

  @Test
  void anAddressThatIsAskedForIsGiven() {
    Container one = container("asked");
    Container two = container("asked2");
    String config = it.config("node1", "net");
    Container wants = new Container("asked", one.netns(), "eth0", "IgnoreUnknown=1;IP=10.80.7.7");

    assertThat(it.add(wants, config).address()).isEqualTo("10.80.7.7");
    it.add(new Container("asked2", two.netns(), "eth0", "IP=10.80.7.7"), config)
        .failed(100, "10.80.7.7", "net.asked");
    it.add(new Container("asked2", two.netns(), "eth0", "IP=10.90.0.1"), config)
        .failed(100, "10.90.0.1");

    it.delete(one, config);
  }

  @Test
  void anotherIpamPluginGivesTheAddress() {
    assumeTrue(
        Files.isExecutable(Path.of("/usr/lib/cni/host-local")),
        "host-local is not installed (Debian package containernetworking-plugins)");
    Path data = it.lab.lab.directory().root().resolve("host-local");
    String ipam =
        ", \"ipam\": {\"type\": \"host-local\", \"subnet\": \"10.80.9.0/30\", \"dataDir\": \"%s\"}"
            .formatted(data);
    for (String version : List.of("0.2.0", "1.0.0")) {
      Container one = container("local-" + version);
      String config = it.config("node1", version, "local", ipam);
      JsonNode result = it.add(one, config).succeeded();
      String address =
          version.equals("0.2.0")
              ? result.at("/ip4/ip").asText()
              : result.at("/ips/0/address").asText();
      assertThat(address).startsWith("10.80.9.").endsWith("/32");
      assertThat(in(one, "ip", "-o", "addr")).contains(address);
      it.delete(one, config);
    }
    Container first = container("local-full1");
    Container second = container("local-full2");
    String config = it.config("node1", "1.0.0", "local", ipam);
    it.add(first, config).succeeded();
    Answer full = it.add(second, config);
    assertThat(full.exitCode()).isEqualTo(1);
    assertThat(full.json().path("msg").asText()).contains("host-local", "no IP addresses");
    it.delete(first, config);
    // An ADD that fails after it leaves it nothing.
    in(second, "ip", "link", "set", "lo", "up");
    in(second, "ip", "route", "add", "default", "dev", "lo");
    it.add(second, config).failed(100, "default route");
    assertThat(it.run("ls", data.resolve("local").toString())).doesNotContain("10.80.9.");
    it.add(first, it.config("node1", "1.0.0", "local", ", \"ipam\": {\"type\": \"nobody\"}"))
        .failed(7, "'nobody'", "/usr/lib/cni");
  }

  @Test
  void calicoIpamServesOtherPlugins() {
    Map<String, String> environment =
        Map.of(
            "CNI_COMMAND", "ADD",
            "CNI_CONTAINERID", "ipam-only",
            "CNI_IFNAME", "eth0",
            "CNI_NETNS", "/run/netns/none");
    String config = it.config("node1", "0.3.1", "net", BOTH_FAMILIES);
    JsonNode result = it.plugin("calico-ipam", environment, config).succeeded();
    assertThat(result.path("ips")).hasSize(2);
    assertThat(result.has("interfaces")).isFalse();
    assertThat(it.handles()).containsExactly("net.ipam-only");

    Map<String, String> delete = new java.util.TreeMap<>(environment);
    delete.put("CNI_COMMAND", "DEL");
    assertThat(it.plugin("calico-ipam", delete, config)).isEqualTo(new Answer(0, ""));
    assertThat(it.plugin("calico-ipam", delete, config)).isEqualTo(new Answer(0, ""));
  }

  // ---- what the runtime says of the workload

  @Test
  void labelsOfMesosBecomeTheEndpoints() {
    Container one = container("labelled");
    String config =
        it.config(
            "node1",
            "0.3.1",
            "net",
            IPAM
                + ", \"args\": {\"org.apache.mesos\": {\"network_info\": {\"labels\": {\"labels\": [{\"key\": \"app\", \"value\": \"web\"}]}}}}");
    it.add(one, config).succeeded();
    assertThat(it.endpoint("node1", "labelled").orElseThrow().metadata().labels())
        .isEqualTo(Map.of("app", "web"));
    it.delete(one, config);
  }

  @Test
  void aPodsNextContainerKeepsItsAddressAndALateDeleteOfTheOldOneChangesNothing() {
    String args = "IgnoreUnknown=1;K8S_POD_NAMESPACE=default;K8S_POD_NAME=frontend";
    String config = it.config("node1", "net");
    Container old = new Container("old", sandbox(), "eth0", args);
    Container fresh = new Container("fresh", sandbox(), "eth0", args);
    var key = new WorkloadEndpointKey("node1", "k8s", "default.frontend", "eth0");

    String address = it.add(old, config).address();
    WorkloadEndpoint endpoint = it.endpoint(key).orElseThrow();
    assertThat(endpoint.spec().interfaceName()).isEqualTo("cali9b723216629");
    assertThat(endpoint.metadata().labels()).isEqualTo(Map.of("calico/k8s_ns", "default"));
    assertThat(endpoint.activeInstance()).isEqualTo("old");

    assertThat(it.add(fresh, config).address()).isEqualTo(address);
    it.delete(old, config);

    assertThat(in(fresh, "ip", "-o", "addr")).contains(address);
    assertThat(it.endpoint(key).orElseThrow().activeInstance()).isEqualTo("fresh");
    awaitReach(fresh, "192.168.50.12");
    it.delete(fresh, config);
  }
}
