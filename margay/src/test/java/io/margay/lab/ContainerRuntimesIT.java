package io.margay.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.margay.model.ResourceKey.PolicyKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Real container runtimes attach their containers: podman with its CNI backend, and containerd by
/// `ctr run --cni`, on two hosts. Containers are Debian's busybox.
///
/// Both have their files below the lab's directory, their control groups below one of a name of its
/// own, and `/dev/shm`, `/var/lib/cni` and the places of CNI's files in the lab's mount namespace.
class ContainerRuntimesIT {

  private static final List<String> NODES = List.of("node1", "node2");

  /// Below it are the control groups of all containers.
  private static final String GROUP = "margay-it-" + ProcessHandle.current().pid();

  private static CniLab it;
  private static Path files;
  private static final List<Path> MADE = new ArrayList<>();

  @BeforeAll
  static void up() throws IOException {
    for (String program : List.of("podman", "runc", "containerd", "ctr", "busybox")) {
      assumeTrue(
          Command.run(List.of("sh", "-c", "command -v " + program), "").exitCode() == 0,
          program
              + " is not installed (Debian packages podman, runc, containerd, busybox-static), so it is not tested");
    }
    assumeTrue(
        "root".equals(System.getProperty("user.name")),
        "control groups and /dev/shm take root, so real runtimes are not tested");
    it = CniLab.up();
    files = it.lab.lab.directory().root();
    makeRootFileSystem();
    for (String place : List.of("/dev/shm", "/var/lib/cni", "/opt/cni/bin", "/etc/cni/net.d")) {
      mountPrivate(Path.of(place));
    }
    it.run(
        "sh",
        "-c",
        "ln -s %s %s /opt/cni/bin/".formatted(program("calico"), program("calico-ipam")));
    for (String node : NODES) {
      configurePodman(node);
      startContainerd(node);
    }
  }

  private static String program(String name) {
    return it.lab.lab.program(name);
  }

  private static void makeRootFileSystem() {
    it.run(
        "sh",
        "-ec",
        "for node in node1 node2; do r=%s/$node.rootfs; mkdir -p $r/bin $r/proc $r/sys $r/dev $r/etc $r/tmp; cp $(command -v busybox) $r/bin/; for a in sh sleep ip ping; do ln -s busybox $r/bin/$a; done; done"
            .formatted(files));
  }

  /// An empty directory in the lab's mount namespace, where the machine's own may be in use.
  private static void mountPrivate(Path place) throws IOException {
    for (Path missing = place; !Files.exists(missing); missing = missing.getParent()) {
      MADE.add(missing);
    }
    Files.createDirectories(place);
    it.run("mount", "-t", "tmpfs", "tmpfs", place.toString());
  }

  @AfterAll
  static void down() throws IOException {
    if (it == null) {
      return;
    }
    it.close();
    for (Path made : MADE) {
      Files.deleteIfExists(made);
    }
    // A control group goes like an empty directory, the innermost first.
    Command.run(
        List.of(
            "sh",
            "-c",
            "find /sys/fs/cgroup -depth -type d -path '*/%s*' -exec rmdir {} + 2>/dev/null"
                .formatted(GROUP)),
        "");
  }

  @AfterEach
  void nothingIsLeft() {
    it.assertNothingIsLeft();
    assertThat(it.run("sh", "-c", "ls /run/netns | grep ^netns- || true")).isEmpty();
  }

  /// A command on a host's network, in the lab's mount namespace, where the agents are at home too.
  private static List<String> on(String node, List<String> words) {
    List<String> all = new ArrayList<>(List.of("nsenter", "--net=/run/netns/" + node, "--"));
    all.addAll(words);
    return it.lab.lab.holder().enter(all);
  }

  // ---- podman

  private static void configurePodman(String node) throws IOException {
    Path home = Files.createDirectories(files.resolve(node + ".podman"));
    Files.createDirectories(home.resolve("net.d"));
    for (String network : List.of("web", "db")) {
      Files.writeString(
          home.resolve("net.d").resolve(network + ".conflist"),
          """
          {"cniVersion": "0.4.0", "name": "%s", "plugins": [%s]}
          """
              .formatted(
                  network,
                  it.config(node, "0.4.0", network, ", \"ipam\": {\"type\": \"calico-ipam\"}")));
    }
    Files.writeString(
        home.resolve("containers.conf"),
        """
        [network]
        network_backend = "cni"
        cni_plugin_dirs = ["/opt/cni/bin"]
        network_config_dir = "%1$s/net.d"
        [engine]
        runtime = "runc"
        cgroup_manager = "cgroupfs"
        events_logger = "none"
        lock_type = "file"
        """
            .formatted(home));
  }

  private static Command podman(String node, String... arguments) {
    Path home = files.resolve(node + ".podman");
    List<String> words =
        new ArrayList<>(
            List.of("env", "CONTAINERS_CONF=" + home.resolve("containers.conf"), "podman"));
    // podman takes no longer one than 50 characters.
    words.addAll(List.of("--root", home + "/root", "--runroot", "/run/" + node + ".podman"));
    words.addAll(List.of("--tmpdir", home + "/tmp", "--storage-driver", "vfs"));
    words.addAll(List.of(arguments));
    return Command.run(on(node, words), "");
  }

  private static void runPodman(String node, String name, String network) {
    podman(
            node,
            "run",
            "--detach",
            "--name=" + name,
            "--network=" + network,
            "--cgroup-parent=/" + GROUP,
            "--ulimit=nofile=1024:1024",
            "--ulimit=nproc=1024:1024",
            "--rootfs",
            files.resolve(node + ".rootfs").toString(),
            "/bin/sleep",
            "100000")
        .orThrow("podman run " + name);
  }

  private static String podmanAddress(String node, String name) {
    return address(
        podman(node, "exec", name, "/bin/ip", "-4", "addr", "show", "eth0").orThrow("ip addr"));
  }

  private static String address(String shown) {
    String line = shown.lines().filter(l -> l.contains("inet ")).findFirst().orElseThrow();
    String address = line.strip().split(" ")[1];
    assertThat(address).startsWith("10.80.").endsWith("/32");
    return address.substring(0, address.indexOf('/'));
  }

  private static boolean podmanReaches(String node, String name, String address) {
    return podman(node, "exec", name, "/bin/ping", "-c", "1", "-W", "1", address).exitCode() == 0;
  }

  @Test
  void podmansContainersReachWhomTheirNetworkLetsThem() {
    runPodman("node1", "web1", "web");
    runPodman("node2", "web2", "web");
    runPodman("node2", "db1", "db");
    String web1 = podmanAddress("node1", "web1");
    String web2 = podmanAddress("node2", "web2");
    String db1 = podmanAddress("node2", "db1");

    SeedLab.awaitThat(
        () -> podmanReaches("node1", "web1", web2) && podmanReaches("node2", "web2", web1),
        () -> "containers of podman reach each other\n" + it.lab.agentOutput());
    assertThat(podmanReaches("node1", "web1", db1)).isFalse();
    assertThat(podmanReaches("node2", "db1", web2)).isFalse();

    // A policy that people write decides about them as about anybody.
    it.lab.applyText(
        """
        - apiVersion: v1
          kind: policy
          metadata: {name: closed}
          spec: {selector: all(), ingress: [{action: deny}], egress: [{action: allow}]}
        """);
    SeedLab.awaitThat(() -> !podmanReaches("node1", "web1", web2), () -> "the policy closes them");
    it.lab.delete(new PolicyKey("closed"));
    SeedLab.awaitThat(
        () -> podmanReaches("node1", "web1", web2), () -> "without the policy it is as before");

    assertThat(it.handles()).hasSize(3);
    remove("node1", "web1");
    remove("node2", "web2");
    remove("node2", "db1");
  }

  private static void remove(String node, String name) {
    podman(node, "rm", "--force", "--time=0", name).orThrow("podman rm " + name);
  }

  @Test
  void podmanTellsWhyAContainerCannotBeConnected() throws IOException {
    Path network = files.resolve("node1.podman").resolve("net.d").resolve("away.conflist");
    Files.writeString(
        network,
        Files.readString(network.resolveSibling("web.conflist"))
            .replace("\"web\"", "\"away\"")
            .replace("cni.sock", "nobody.sock"));

    Command run =
        podman(
            "node1",
            "run",
            "--name=away",
            "--network=away",
            "--cgroup-parent=/" + GROUP,
            "--ulimit=nofile=1024:1024",
            "--ulimit=nproc=1024:1024",
            "--rootfs",
            files.resolve("node1.rootfs").toString(),
            "/bin/true");

    assertThat(run.exitCode()).isNotZero();
    assertThat(run.output()).contains("nobody answers at", "nobody.sock");
    podman("node1", "rm", "--force", "--time=0", "away");
    Files.delete(network);
  }

  // ---- containerd

  private static Path containerdSocket(String node) {
    return Path.of("/run/" + node + ".containerd/containerd.sock");
  }

  /// Each in a mount namespace of its own below the lab's, since `ctr` looks for its network in
  /// `/etc/cni/net.d` alone.
  private static void startContainerd(String node) throws IOException {
    Path home = Files.createDirectories(files.resolve(node + ".containerd"));
    Path netd = Files.createDirectories(home.resolve("net.d"));
    Files.writeString(
        netd.resolve("10-calico.conf"),
        it.config(node, "1.0.0", "web", ", \"ipam\": {\"type\": \"calico-ipam\"}"));
    Files.writeString(
        home.resolve("config.toml"),
        """
        version = 2
        root = "%1$s/root"
        state = "/run/%2$s.containerd"
        disabled_plugins = ["io.containerd.grpc.v1.cri", "io.containerd.snapshotter.v1.devmapper",
          "io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.zfs",
          "io.containerd.snapshotter.v1.aufs"]
        [grpc]
          address = "%3$s"
        """
            .formatted(home, node, containerdSocket(node)));
    start(
        on(node, List.of("containerd", "--config", home.resolve("config.toml").toString())),
        home.resolve("log"));
    SeedLab.awaitThat(
        () -> ctr(node, "version").exitCode() == 0,
        () -> "containerd of " + node + " answers: " + read(home.resolve("log")));
  }

  private static void start(List<String> words, Path output) {
    try {
      new ProcessBuilder(words)
          .redirectInput(Path.of("/dev/null").toFile())
          .redirectErrorStream(true)
          .redirectOutput(output.toFile())
          .start();
    } catch (IOException e) {
      throw new LabException("cannot start " + words, e);
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return e.getMessage();
    }
  }

  private static List<String> ctrWords(String node, String... arguments) {
    String script =
        "mount --bind \"$0\" /etc/cni/net.d; exec ctr --address \"$1\" --namespace \"$2\" \"${@:3}\"";
    List<String> words =
        new ArrayList<>(
            List.of("unshare", "--mount", "--propagation", "slave", "bash", "-ec", script));
    words.add(files.resolve(node + ".containerd").resolve("net.d").toString());
    words.add(containerdSocket(node).toString());
    // runc keeps its containers below one directory for all, by this name.
    words.add(GROUP + "-" + node);
    words.addAll(List.of(arguments));
    return on(node, words);
  }

  private static Command ctr(String node, String... arguments) {
    return Command.run(ctrWords(node, arguments), "");
  }

  /// Runs until its task is killed; then `ctr` detaches the container.
  private static void runContainerd(String node, String id) {
    start(
        ctrWords(
            node,
            "run",
            "--rm",
            "--cni",
            "--rootfs",
            files.resolve(node + ".rootfs").toString(),
            id,
            "/bin/sleep",
            "100000"),
        files.resolve(id + ".log"));
    SeedLab.awaitThat(
        () -> in(node, id, "/bin/ip", "-4", "addr", "show", "eth0").output().contains("inet "),
        () -> id + " runs: " + read(files.resolve(id + ".log")) + it.lab.agentOutput());
  }

  private static int execs;

  private static Command in(String node, String id, String... command) {
    List<String> words = new ArrayList<>(List.of("task", "exec", "--exec-id", "e" + ++execs, id));
    words.addAll(List.of(command));
    return ctr(node, words.toArray(String[]::new));
  }

  private static boolean containerdReaches(String node, String id, String address) {
    return in(node, id, "/bin/ping", "-c", "1", "-W", "1", address).exitCode() == 0;
  }

  @Test
  void containerdsContainersReachEachOtherAndPodmans() {
    // containerd calls them margay-it-...-container-1 and ...-2, which begin alike.
    runContainerd("node1", "container-1");
    runContainerd("node1", "container-2");
    runContainerd("node2", "container-1");
    runPodman("node2", "neighbour", "web");
    String near =
        address(in("node1", "container-2", "/bin/ip", "-4", "addr", "show", "eth0").output());
    String far =
        address(in("node2", "container-1", "/bin/ip", "-4", "addr", "show", "eth0").output());
    String podmans = podmanAddress("node2", "neighbour");

    for (String address : List.of(near, far, podmans)) {
      SeedLab.awaitThat(
          () -> containerdReaches("node1", "container-1", address),
          () -> "a container of containerd reaches " + address + it.lab.agentOutput());
    }

    for (String id : List.of("container-1", "container-2")) {
      ctr("node1", "task", "kill", "--signal", "KILL", id);
    }
    ctr("node2", "task", "kill", "--signal", "KILL", "container-1");
    remove("node2", "neighbour");
    SeedLab.awaitThat(() -> it.handles().isEmpty(), () -> "all are detached: " + it.handles());
    for (String node : NODES) {
      SeedLab.awaitThat(
          () -> ctr(node, "container", "list", "--quiet").output().isBlank(),
          () -> "the containers of " + node + " are gone");
    }
  }
}
