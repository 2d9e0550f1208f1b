package io.margay.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.margay.datastore.Datastore;
import io.margay.datastore.DatastoreConfig;
import io.margay.datastore.Datastores;
import io.margay.datastore.Key;
import io.margay.datastore.KeyRange;
import io.margay.model.Kind;
import io.margay.model.Node;
import io.margay.model.ResourceKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `calicoctl node` as it is shipped, on a host of several interfaces: `eth0` leads out, `eth1` to
/// the cluster, and there are those of containers. The host is a namespace of its own.
class NodeRunIT {

  private static final String HOST =
      """
      set -e
      interface() {
        ip link add "$1" type veth peer name "p$1"
        ip link set "$1" up
        ip link set "p$1" up
        ip address add "$2" dev "$1"
      }
      ip link set lo up
      interface eth0 10.0.2.15/24
      interface eth1 192.168.40.2/24
      ip -6 address add fd00:40::2/64 dev eth1 nodad
      interface docker0 172.17.0.1/16
      interface down0 172.30.0.1/16
      ip link set down0 down
      ip route add default via 10.0.2.2
      """;

  private static final List<String> WITHOUT_AN_AGENT = List.of("--prepare");

  @TempDir Path directory;

  private Holder holder;

  @BeforeEach
  void makeHost() {
    assumeTrue(SeedLab.canMakeNamespaces(), "this machine does not let us make namespaces");
    holder = Holder.start(directory.resolve("holder.log"));
    Command.run(holder.enter(List.of("sh")), HOST).orThrow("making the host");
  }

  @AfterEach
  void removeHost() {
    if (holder != null) {
      holder.stop();
    }
  }

  private Path runDirectory() {
    return directory.resolve("run");
  }

  /// What a shell on the host prints.
  private Command sh(String script) {
    return Command.run(holder.enter(List.of("sh", "-c", script)), "");
  }

  private Command calicoctl(List<String> arguments) {
    return calicoctl(List.of(), arguments);
  }

  /// @param variables `name=value`
  private Command calicoctl(List<String> variables, List<String> arguments) {
    List<String> words = new ArrayList<>(List.of("env", "MARGAY_RUN_DIR=" + runDirectory()));
    words.add("DATASTORE_TYPE=embedded");
    words.add("EMBEDDED_PATH=" + datastore());
    words.add("CALICOCTL_CONFIG=" + directory.resolve("none.cfg"));
    words.addAll(variables);
    words.add(Path.of(System.getProperty("margay.home"), "bin", "calicoctl").toString());
    words.addAll(arguments);
    return Command.run(holder.enter(words), "");
  }

  private Path datastore() {
    return directory.resolve("datastore.db");
  }

  private Command run(String... options) {
    return run(List.of(), options);
  }

  private Command run(List<String> variables, String... options) {
    List<String> words = new ArrayList<>(List.of("node", "run"));
    words.add("--log-dir=" + directory.resolve("log"));
    words.add("--felix-config=" + directory.resolve("felix.cfg"));
    words.addAll(List.of(options));
    if (words.stream().noneMatch(word -> word.startsWith("--name="))) {
      words.add("--name=compile");
    }
    return calicoctl(variables, words);
  }

  /// Registers the node and starts nothing.
  private String prepare(String... options) {
    List<String> words = new ArrayList<>(List.of(options));
    words.addAll(WITHOUT_AN_AGENT);
    return run(words.toArray(String[]::new)).orThrow("node run");
  }

  private Node.Bgp stored(String name) {
    try (Datastore store = Datastores.open(new DatastoreConfig.Embedded(datastore()))) {
      var key = new Key.ForResource(new ResourceKey.NodeKey(name));
      return ((Node) store.get(key).orElseThrow().value()).spec().bgp();
    }
  }

  private boolean hasPools() {
    try (Datastore store = Datastores.open(new DatastoreConfig.Embedded(datastore()))) {
      return !store.list(new KeyRange.Resources(Kind.IP_POOL)).isEmpty();
    }
  }

  @Test
  void startsAnAgentThatIsKeptRunningAndCanBeAskedAndStopped() {
    assertThat(calicoctl(List.of("node", "status")))
        .isEqualTo(
            new Command(
                1,
                "Calico process is not running.\n"
                    + "[agent-not-running] 'calicoctl node run' starts it.\n"));

    Command started = run("--node-image=docker.io/calico/node:latest");
    assertThat(started.output())
        .containsSubsequence(
            "Running command to load modules: modprobe -a xt_set ip6_tables\n",
            "Enabling IPv4 forwarding\n",
            "Enabling IPv6 forwarding\n",
            "Increasing conntrack limit\n",
            "Stopping old agent of this node (if running).\n",
            "Running the following command to start the agent:\n",
            "Skipping datastore connection test\n",
            "Using autodetected IPv4 address on interface eth1: 192.168.40.2/24\n",
            "No AS number configured on node resource, using global value\n",
            "Created default IPv4 pool (192.168.0.0/16) with NAT outgoing enabled. IPIP mode: off\n",
            "Created default IPv6 pool (fd80:24e2:f998:72d6::/64) with NAT outgoing enabled. IPIP"
                + " mode: off\n",
            "Using node name: compile\n",
            "Calico node started successfully\n");
    assertThat(started.output()).contains("--node-image has no effect");
    assertThat(started.exitCode()).isZero();
    assertThat(sh("cat /proc/sys/net/ipv4/ip_forward /proc/sys/net/ipv6/conf/all/forwarding"))
        .isEqualTo(new Command(0, "1\n1\n"));
    assertThat(directory.resolve("log")).isDirectoryContaining("glob:**margay-node.log");

    peerWith("192.168.40.9");
    SeedLab.awaitThat(
        () -> status().contains("192.168.40.9"), () -> "the peer is shown: " + status());
    assertThat(status())
        .startsWith("Calico process is running.\n\nIPv4 BGP status\n+-")
        .containsPattern("\\| 192.168.40.9 \\| global +\\| start \\| \\d\\d:\\d\\d:\\d\\d \\| ")
        .endsWith("\nIPv6 BGP status\nNo IPv6 peers found.\n\n");

    String killed = pid();
    sh("kill -9 " + killed).orThrow("killing the agent");
    SeedLab.awaitThat(
        () -> !pid().equals(killed) && status().startsWith("Calico process is running."),
        () -> "the agent is started again; it said " + read("agent.out"));

    assertThat(calicoctl(List.of("node", "stop")))
        .isEqualTo(new Command(0, "The agent has stopped. Routes and rules stay in place.\n"));
    assertThat(sh("iptables-save").output()).contains("cali-FORWARD");
    assertThat(sh("ls " + runDirectory()).output()).doesNotContain("pid", "sock");
    assertThat(sh("ps -ef").output()).doesNotContain("margay-supervise", "io.margay.Margay");
    assertThat(calicoctl(List.of("node", "stop")).output())
        .isEqualTo("No agent runs in " + runDirectory() + ".\n");
  }

  private void peerWith(String address) {
    Path file = directory.resolve("peer.yaml");
    try {
      Files.writeString(
          file,
          """
          apiVersion: v1
          kind: bgpPeer
          metadata:
            scope: global
            peerIP: %s
          spec:
            asNumber: 64513
          """
              .formatted(address));
    } catch (IOException e) {
      throw new LabException("cannot write " + file, e);
    }
    calicoctl(List.of("apply", "-f", file.toString())).orThrow("apply");
  }

  private String status() {
    return calicoctl(List.of("node", "status")).output();
  }

  private String pid() {
    return read("agent.pid");
  }

  private String read(String file) {
    try {
      return Files.readString(runDirectory().resolve(file)).strip();
    } catch (IOException e) {
      return "";
    }
  }

  @Test
  void aSecondRunTakesThePlaceOfTheFirst() {
    run().orThrow("node run");
    String first = pid();
    run("--backend=none").orThrow("node run");
    assertThat(pid()).isNotEqualTo(first).isNotEmpty();
    assertThat(sh("ps -ef").output().lines().filter(line -> line.contains("bin/margay-supervise")))
        .hasSize(1);
    assertThat(status())
        .isEqualTo(
            """
            Calico process is running.

            None of the BGP backend processes (BIRD or GoBGP) are running.

            """);
    assertThat(sh("ss -tlnH").output()).doesNotContain(":179");
  }

  @Test
  void anAgentThatCannotStartIsToldAndNotLeftBehind() throws IOException {
    Files.writeString(directory.resolve("felix.cfg"), "[global]\nDatastoreType = kubernetes\n");
    Command failed = run();
    assertThat(failed.exitCode()).isEqualTo(1);
    assertThat(failed.output())
        .contains(
            "margay node: DatastoreType",
            "[agent-cannot-start]",
            "calico/node has terminated, check logs for details");
    assertThat(sh("ps -ef").output()).doesNotContain("margay-supervise");
  }

  @Test
  void theNodeHasTheNameAndTheNumberItIsGiven() {
    assertThat(prepare("--name=slave1", "--as=1.10"))
        .contains("Using AS number specified in environment (AS=65546)", "Using node name: slave1");
    assertThat(stored("slave1").asNumber()).hasToString("65546");

    Command named =
        calicoctl(
            List.of("NODENAME=slave2"), List.of("node", "run", "--prepare", "--ip=10.0.2.15"));
    assertThat(named.output()).contains("Using node name: slave2");
  }

  @Test
  void theNodeHasTheAddressesItIsGiven() {
    assertThat(prepare("--ip=10.0.2.15", "--ip6=fd00:40::2"))
        .contains(
            "IPv4 address 10.0.2.15 discovered on interface eth0",
            "IPv6 address fd00:40::2 discovered on interface eth1");
    assertThat(stored("compile").ipv4Address()).hasToString("10.0.2.15/24");
    assertThat(stored("compile").ipv6Address()).hasToString("fd00:40::2/64");

    assertThat(prepare("--ip=203.0.113.1"))
        .contains(
            "WARNING: Unable to confirm IPv4 address 203.0.113.1 is assigned to this host",
            "WARNING: IPv4 address of this node changes from 10.0.2.15 to 203.0.113.1");
  }

  /// The agent is told of the same file, so that both ask the same datastore.
  @Test
  void theConfigFileNamesTheDatastore() throws IOException {
    Path file = directory.resolve("calicoctl.cfg");
    Files.writeString(
        file,
        """
        apiVersion: v1
        kind: calicoApiConfig
        metadata:
        spec:
          datastoreType: embedded
          embeddedPath: %s
        """
            .formatted(directory.resolve("other.db")));
    prepare("--config=" + file);
    assertThat(directory.resolve("other.db")).exists();
    assertThat(datastore()).doesNotExist();
    assertThat(run("--config=" + file, "--dryrun").output()).contains(" --config=" + file + " ");
  }

  @Test
  void optionsOfDockerAreTakenAndSaidToHaveNoEffect() {
    assertThat(
            prepare(
                "--node-image=calico/node",
                "--docker-networking-ifprefix=cali",
                "--use-docker-networking-container-labels"))
        .contains(
            "--node-image has no effect",
            "--docker-networking-ifprefix has no effect",
            "--use-docker-networking-container-labels has no effect",
            "Using node name: compile");
    assertThat(prepare("--disable-docker-networking"))
        .contains("--disable-docker-networking has no effect", "Using node name: compile");
  }

  @Test
  void addressesAreFoundOnTheInterfaces() {
    assertThat(prepare("--ip=autodetect", "--ip6=autodetect"))
        .contains(
            "Using autodetected IPv4 address on interface eth1: 192.168.40.2/24",
            "Using autodetected IPv6 address on interface eth1: fd00:40::2/64");
    assertThat(
            prepare(
                "--ip=autodetect",
                "--ip-autodetection-method=interface=eth0",
                "--ip6=autodetect",
                "--ip6-autodetection-method=interface=^eth"))
        .contains(
            "Using autodetected IPv4 address 10.0.2.15/24 on matching interface eth0",
            "Using autodetected IPv6 address fd00:40::2/64 on matching interface eth1");
    assertThat(
            prepare(
                "--ip=autodetect",
                "--ip-autodetection-method=can-reach=198.51.100.1",
                "--ip6=autodetect",
                "--ip6-autodetection-method=can-reach=fd00:40::1"))
        .contains(
            "Using autodetected IPv4 address 10.0.2.15/24, detected by connecting to 198.51.100.1",
            "Using autodetected IPv6 address fd00:40::2/64, detected by connecting to fd00:40::1");
    assertThat(stored("compile").ipv4Address()).hasToString("10.0.2.15/24");
  }

  @Test
  void aHostWithoutAnAddressForTheMethodDoesNotStart() {
    Command refused = run("--ip-autodetection-method=interface=wlan");
    assertThat(refused.exitCode()).isEqualTo(1);
    assertThat(refused.output())
        .contains("ERROR: Couldn't autodetect a management IPv4 address:", "down0 (down)")
        .endsWith("Terminating\n");
    assertThat(sh("ps -ef").output()).doesNotContain("margay-supervise");
  }

  @Test
  void poolsAreMadeOnceAsTheVariablesSayAndOnlyIfWanted() {
    prepare("--no-default-ippools");
    assertThat(hasPools()).isFalse();

    List<String> variables =
        List.of("CALICO_IPV4POOL_CIDR=10.64.0.0/12", "CALICO_IPV4POOL_IPIP=always");
    String made =
        "Created default IPv4 pool (10.64.0.0/12) with NAT outgoing enabled. IPIP mode: always\n";
    assertThat(run(variables, "--prepare").output()).contains(made);
    assertThat(run(variables, "--prepare").output()).doesNotContain("Created default");
    assertThat(run(variables, "--prepare", "--no-default-ippools").output())
        .contains("ERROR: CALICO_IPV4POOL_CIDR is set")
        .endsWith("Terminating\n");
  }

  @Test
  void theForegroundIsHeldUntilTheAgentIsStopped() throws Exception {
    Path output = directory.resolve("foreground.out");
    List<String> words = new ArrayList<>(List.of("env", "EMBEDDED_PATH=" + datastore()));
    words.add(Path.of(System.getProperty("margay.home"), "bin", "calicoctl").toString());
    words.addAll(List.of("node", "run", "--foreground", "--name=compile", "-c", "/none"));
    words.addAll(List.of("--run-dir=" + runDirectory(), "--log-dir=" + directory.resolve("log")));
    Process foreground =
        new ProcessBuilder(holder.enter(words))
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    try {
      SeedLab.awaitThat(
          () -> Files.exists(runDirectory().resolve("ready")), () -> "ready: " + text(output));
      assertThat(foreground.isAlive()).isTrue();
      sh("kill -TERM " + pid()).orThrow("stopping the agent");
      SeedLab.awaitThat(() -> !foreground.isAlive(), () -> "ended: " + text(output));
    } finally {
      foreground.destroyForcibly();
    }
    assertThat(text(output)).contains("Using node name: compile").contains("Stopped.");
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return "";
    }
  }

  @Test
  void whatOnlyShowsOrIsRefusedTouchesNothing() {
    assertThat(run("--dryrun", "--backend=none").output())
        .startsWith("Use the following command to start the agent:\n\n")
        .contains("bin/margay-supervise " + runDirectory(), "--name=compile --backend=none");
    assertThat(
            run("--init-system", "--ip=autodetect", "--ip-autodetection-method=interface=^eth1$"))
        .satisfies(unit -> assertThat(unit.exitCode()).isZero())
        .satisfies(unit ->
            assertThat(unit.output())
                .startsWith("[Unit]\n")
                .contains("--ip=autodetect \"--ip-autodetection-method=interface=^eth1$$\""));
    for (String backend : List.of("bird", "gobgp")) {
      assertThat(run("--backend=" + backend))
          .satisfies(refused -> assertThat(refused.exitCode()).isEqualTo(1))
          .satisfies(refused ->
              assertThat(refused.output())
                  .startsWith("Error executing command: backend '" + backend + "' is not ")
                  .contains("--backend=native"));
    }
    assertThat(sh("cat /proc/sys/net/ipv4/ip_forward").output()).isEqualTo("0\n");
    assertThat(sh("ps -ef").output()).doesNotContain("margay-supervise");
    assertThat(calicoctl(List.of("get", "node")).output()).isEqualTo("NAME   \n\n");
  }

  @Test
  void theNodeHasTheNameOfItsHostEvenIfNobodyResolvesIt() {
    Path calicoctl = Path.of(System.getProperty("margay.home"), "bin", "calicoctl");
    assertThat(
            sh("unshare --uts sh -c 'hostname h-%d && EMBEDDED_PATH=%s %s node run --prepare -c /none'"
                    .formatted(ProcessHandle.current().pid(), datastore(), calicoctl))
                .output())
        .contains("Using node name: h-" + ProcessHandle.current().pid() + "\n");
  }

  @Test
  void insideAContainerTheHostIsLeftAlone() {
    Command prepared = run(List.of("CALICO_CTL_CONTAINER=true"), "--prepare");
    assertThat(prepared.output())
        .doesNotContain("modprobe", "forwarding")
        .startsWith("Skipping datastore connection test\n");
  }

  @Test
  void aDatastoreThatIsNotThereYetIsWaitedForIfAskedTo() {
    assertThat(run(List.of("WAIT_FOR_DATASTORE=true"), "--prepare").output())
        .contains("Checking datastore connection\nDatastore connection verified\n");
  }

  @Test
  void whoeverIsNotRootIsRefused() {
    Path calicoctl = Path.of(System.getProperty("margay.home"), "bin", "calicoctl");
    Command readable = sh("setpriv --reuid=65534 --clear-groups test -r " + calicoctl);
    assumeTrue(readable.exitCode() == 0, "others cannot read the installation, or no setpriv");
    for (String command : List.of("run", "status", "stop", "diags", "checksystem")) {
      assertThat(
              sh(
                  "HOME=/ setpriv --reuid=65534 --clear-groups %s node %s"
                      .formatted(calicoctl, command)))
          .isEqualTo(
              new Command(
                  1,
                  "Need super user privileges: Operation not permitted\n[not-root] Run it as root.\n"));
    }
  }

  @Test
  void theHostIsCheckedByTryingOut() {
    Command checked = calicoctl(List.of("node", "checksystem"));
    assertThat(checked.output())
        .startsWith("Checking kernel version...\n\t\t")
        .containsPattern("\t\txt_set {14}\t\t\t\t\tOK\n")
        .endsWith("System meets minimum system requirements to run Calico!\n");
    assertThat(checked.exitCode()).isZero();
    boolean ipip = sh("unshare --net ip link add probe0 type ipip local 127.0.0.1").exitCode() == 0;
    assertThat(checked.output())
        .containsPattern("\t\tipip {16}\t\t\t\t\t" + (ipip ? "OK" : "FAIL") + "\n");
    assertThat(sh("iptables-save; ipset list; ip link").output()).doesNotContain("probe");
  }

  @Test
  void diagnosticsAreOneArchiveWithoutSecrets() throws IOException {
    run().orThrow("node run");
    calicoctl(List.of("config", "set", "--raw=felix", "EtcdPassword", "hunter2")).orThrow("config");
    Path temporary = Files.createDirectory(directory.resolve("t"));
    Command diags =
        calicoctl(
            List.of("JAVA_TOOL_OPTIONS=-Djava.io.tmpdir=" + temporary),
            List.of("node", "diags", "--log-dir=" + directory.resolve("log")));
    assertThat(diags.output())
        .contains("Collecting diagnostics\nUsing temp dir: " + temporary, "Dumping ipsets\n")
        .containsPattern("Diags saved to .*/diags-\\d{8}_\\d{6}\\.tar\\.gz\n");
    String archive =
        diags
            .output()
            .lines()
            .filter(line -> line.startsWith("Diags saved"))
            .findFirst()
            .orElseThrow();
    archive = archive.substring("Diags saved to ".length());
    assertThat(sh("tar -tzf " + archive).output().lines())
        .contains(
            Stream.of(
                    "netstat ipv4_route ipv6_route ip_rule ipv4_addr ipv6_addr links neighbours fdb"
                        + " qdisc ipv4_tables ipv6_tables ipsets conntrack agent_state.json"
                        + " datastore logs/margay-node.log logs/agent.out")
                .flatMap(names -> Stream.of(names.split(" ")))
                .map(name -> "diagnostics/" + name)
                .toArray(String[]::new));
    assertThat(sh("tar -xzOf %s diagnostics/ipv4_route".formatted(archive)).output())
        .contains("default via 10.0.2.2");
    assertThat(sh("tar -xzOf %s diagnostics/ipv4_tables".formatted(archive)).output())
        .contains("cali-FORWARD");
    assertThat(sh("tar -xzOf %s diagnostics/agent_state.json".formatted(archive)).output())
        .contains("\"node\":\"compile\"");
    assertThat(sh("tar -xzOf %s diagnostics/datastore".formatted(archive)).output())
        .contains("name: compile", "EtcdPassword) = (left out)")
        .doesNotContain("hunter2");
  }
}
