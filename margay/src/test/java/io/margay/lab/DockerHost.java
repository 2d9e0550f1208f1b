package io.margay.lab;

import io.margay.lab.Topology.Host;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Docker's daemon on a host of a lab, with our drivers beside it. It has a mount namespace of its
/// own, as dockerd looks for drivers at one place only.
final class DockerHost {

  /// An image with busybox and nothing else.
  static final String IMAGE = "busybox:local";

  private final SeedLab lab;
  private final String name;
  private final Path directory;

  private DockerHost(SeedLab lab, String name) {
    this.lab = lab;
    this.name = name;
    this.directory = lab.lab.directory().root().resolve("docker-" + name);
  }

  /// What is missing on this machine; null if nothing is.
  static String missing() {
    if (!"root".equals(System.getProperty("user.name"))) {
      return "dockerd needs root";
    }
    for (String program : List.of("dockerd", "docker", "busybox", "etcd")) {
      if (Command.run(List.of("sh", "-c", "command -v " + program), "").exitCode() != 0) {
        return program
            + " is not installed (Debian packages docker.io, busybox-static, etcd-server)";
      }
    }
    return null;
  }

  /// Starts the drivers and the daemon, and waits until it answers.
  static DockerHost start(SeedLab lab, Host node) {
    DockerHost host = new DockerHost(lab, node.name());
    host.startDrivers();
    host.startDaemon();
    return host;
  }

  /// Not `ip netns exec`, which mounts another `/sys`, without the control groups that dockerd
  /// needs.
  private List<String> inside(List<String> command) {
    List<String> words = new ArrayList<>(List.of("nsenter", "--net=/run/netns/" + name));
    words.addAll(command);
    return lab.lab.holder().enter(words);
  }

  private Path socket() {
    return directory.resolve("docker.sock");
  }

  private Path plugins() {
    return directory.resolve("plugins");
  }

  private void startDrivers() {
    start(
        List.of(
            "env",
            "CALICO_LIBNETWORK_LABEL_ENDPOINTS=true",
            "CALICO_LIBNETWORK_LABEL_POLL_TIMEOUT=60s",
            lab.lab.program("margay"),
            "libnetwork",
            "--name=" + name,
            "--plugin-dir=" + plugins(),
            "--docker-socket=" + socket(),
            "--config=" + lab.lab.directory().node(name).resolve("calicoctl.cfg")),
        "drivers.log");
    SeedLab.awaitThat(
        () -> Files.exists(plugins().resolve("calico-ipam.sock")),
        () -> "the drivers listen: " + log("drivers.log"));
  }

  private void startDaemon() {
    String script =
        """
        set -e
        mkdir -p /run/docker && mount -t tmpfs tmpfs /run/docker
        mkdir /run/docker/plugins && mount --bind %1$s /run/docker/plugins
        exec dockerd --data-root=%2$s/data --exec-root=/run/docker/exec --pidfile=%2$s/pid \
          --host=unix://%2$s/docker.sock --bridge=none \
          --cluster-store=etcd://%3$s:2379 --cluster-advertise=%4$s:2376
        """
            .formatted(
                plugins(),
                directory,
                lab.lab.topology().switchAddress(),
                lab.host(name).address().address());
    start(
        List.of("unshare", "--mount", "--propagation", "private", "sh", "-c", script),
        "dockerd.log");
    SeedLab.awaitThat(
        () -> docker("version").exitCode() == 0, () -> "dockerd answers: " + log("dockerd.log"));
  }

  private void start(List<String> command, String logName) {
    try {
      Files.createDirectories(directory);
      new ProcessBuilder(inside(command))
          .redirectInput(Path.of("/dev/null").toFile())
          .redirectErrorStream(true)
          .redirectOutput(directory.resolve(logName).toFile())
          .start();
    } catch (IOException e) {
      throw new LabException("cannot start " + command, e);
    }
  }

  private String log(String logName) {
    try {
      return Files.readString(directory.resolve(logName));
    } catch (IOException e) {
      return "(no log: " + e.getMessage() + ")";
    }
  }

  /// What the drivers and the daemon said, for a test that failed.
  String logs() {
    return "%s, drivers:\n%s\n%s, dockerd:\n%s"
        .formatted(name, log("drivers.log"), name, log("dockerd.log"));
  }

  /// Runs `docker` with these arguments.
  Command docker(String... arguments) {
    List<String> words = new ArrayList<>(List.of("docker", "--host=unix://" + socket()));
    words.addAll(List.of(arguments));
    return Command.run(inside(words), "");
  }

  /// The same for a command that must succeed.
  ///
  /// @return what it prints
  String dockerSays(String... arguments) {
    Command command = docker(arguments);
    if (command.exitCode() != 0) {
      throw new AssertionError(
          "docker %s: %s\n%s".formatted(String.join(" ", arguments), command.output(), logs()));
    }
    return command.output().strip();
  }

  void importImage() {
    String script =
        """
        set -e
        root=%1$s/image; mkdir -p $root/bin
        cp "$(command -v busybox)" $root/bin/busybox
        for applet in sh ip ping sleep; do ln -sf busybox $root/bin/$applet; done
        tar -C $root -c . | docker --host=unix://%2$s import - %3$s
        """
            .formatted(directory, socket(), IMAGE);
    Command.run(inside(List.of("sh", "-c", script)), "").orThrow("importing an image");
  }

  /// Runs a container that only waits.
  void run(String container, String network, String... options) {
    List<String> words = new ArrayList<>(List.of("run", "--detach"));
    words.addAll(List.of(options));
    words.addAll(List.of("--name=" + container, "--net=" + network, IMAGE));
    words.addAll(List.of("/bin/sleep", "100000"));
    dockerSays(words.toArray(String[]::new));
  }

  /// The IPv4 address of a container.
  String address(String container) {
    return dockerSays(
        "inspect", "--format={{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}", container);
  }

  boolean reaches(String container, String address) {
    return docker("exec", container, "/bin/ping", "-c", "1", "-W", "2", address).exitCode() == 0;
  }

  /// Ends the daemon, which unmounts what it mounted.
  void stop() {
    String script =
        "pid=$(cat %1$s/pid) || exit 0; kill $pid; while kill -0 $pid 2>/dev/null; do sleep 0.1; done";
    var _ =
        Command.run(inside(List.of("timeout", "60", "sh", "-c", script.formatted(directory))), "");
  }
}
