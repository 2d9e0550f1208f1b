package io.margay.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The unit that `calicoctl node run --init-system` prints, run by a real systemd. It is the first
/// process of a namespace, and knows no units but those that the test gives it: the machine's own
/// would mount, clean up and log on the machine. There the machine's files are read-only.
class SystemdIT {

  private static final Path SYSTEMD = Path.of("/lib/systemd/systemd");
  private static final Path UNIFIED = Path.of("/sys/fs/cgroup");
  private static final Path HYBRID = Path.of("/sys/fs/cgroup/systemd");

  private static final String BOOT =
      """
      set -e
      echo $$ >"$1/cgroup.procs"
      exec unshare --net --mount --pid --ipc --uts --cgroup --propagation private \\
        --fork --kill-child --mount-proc sh -ec '
        mount -o remount,bind,ro /
        mount --bind "$0" /mnt
        for directory in /run /tmp /var/log; do mount -t tmpfs tmpfs $directory; done
        # The installation, which may lie in a directory that is hidden now.
        [ -e "$0" ] || { mkdir -p "$0"; mount --bind /mnt "$0"; }
        if [ -e /sys/fs/cgroup/cgroup.controllers ]; then
          mount -t cgroup2 cgroup2 /sys/fs/cgroup
        else
          umount -R /sys/fs/cgroup
          mount -t tmpfs tmpfs /sys/fs/cgroup
          mkdir /sys/fs/cgroup/systemd
          mount -t cgroup -o none,name=systemd,xattr cgroup /sys/fs/cgroup/systemd
        fi
        ip link set lo up
        ip link add eth1 type veth peer name peth1
        ip link set eth1 up
        ip link set peth1 up
        ip address add 192.168.40.2/24 dev eth1
        mkdir -p /run/units /run/lock
        for target in sysinit basic shutdown network-online multi-user; do
          printf "[Unit]\\nDescription=%s\\nDefaultDependencies=no\\n" $target >/run/units/$target.target
        done
        export container=margay SYSTEMD_UNIT_PATH=/run/units
        exec /lib/systemd/systemd --system --unit=multi-user.target --log-target=null
      ' "$2"
      """;

  @TempDir Path directory;

  private Path cgroup;
  private Process boot;
  private ProcessHandle systemd;

  @BeforeEach
  void startSystemd() throws IOException {
    assumeTrue(Files.isExecutable(SYSTEMD), "there is no systemd here");
    assumeTrue("root".equals(System.getProperty("user.name")), "systemd needs root");
    assumeTrue(SeedLab.canMakeNamespaces(), "this machine does not let us make namespaces");
    Path hierarchy = Files.exists(UNIFIED.resolve("cgroup.controllers")) ? UNIFIED : HYBRID;
    assumeTrue(Files.isWritable(hierarchy), "no place in " + hierarchy + " to make a cgroup");
    cgroup =
        Files.createDirectory(hierarchy.resolve("margay-test-" + ProcessHandle.current().pid()));
    boot =
        new ProcessBuilder(
                "sh", "-c", BOOT, "sh", cgroup.toString(), System.getProperty("margay.home"))
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("boot.log").toFile())
            .start();
    SeedLab.awaitThat(this::hasBooted, () -> "systemd is up: " + log());
  }

  private boolean hasBooted() {
    Optional<ProcessHandle> child = boot.toHandle().children().findFirst();
    child.ifPresent(process -> systemd = process);
    return systemd != null
        && sh("systemctl is-active multi-user.target").output().equals("active\n");
  }

  private String log() {
    try {
      return Files.readString(directory.resolve("boot.log"));
    } catch (IOException e) {
      return e.getMessage();
    }
  }

  @AfterEach
  void stopSystemd() throws Exception {
    if (systemd != null) {
      systemd.destroyForcibly();
    }
    if (boot != null) {
      boot.destroyForcibly();
      boot.waitFor();
    }
    if (cgroup != null) {
      removeCgroups();
    }
  }

  /// The kernel removes a cgroup once its last process has ended, which is a moment after its kill.
  private void removeCgroups() throws IOException {
    long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (Files.exists(cgroup)) {
      List<Path> deepestFirst;
      try (Stream<Path> all = Files.walk(cgroup)) {
        deepestFirst = new ArrayList<>(all.filter(Files::isDirectory).toList()).reversed();
      }
      for (Path path : deepestFirst) {
        if (!path.toFile().delete()) {
          break; // busy still
        }
      }
      assertThat(System.nanoTime()).as("removing " + cgroup).isLessThan(deadline);
      LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
    }
  }

  /// What a shell prints beside systemd.
  private Command sh(String script) {
    List<String> words =
        new ArrayList<>(List.of("nsenter", "--target", Long.toString(systemd.pid())));
    words.addAll(List.of("--net", "--mount", "--pid", "--ipc", "--uts", "--cgroup", "--"));
    words.addAll(List.of("env", "DATASTORE_TYPE=embedded", "EMBEDDED_PATH=/run/datastore.db"));
    words.add("PATH=" + System.getProperty("margay.home") + "/bin:" + System.getenv("PATH"));
    words.addAll(List.of("sh", "-c", script));
    return Command.run(words, "");
  }

  private String status() {
    return sh("calicoctl node status").output();
  }

  private String property(String name) {
    return sh("systemctl show --property=%s --value calico-node".formatted(name)).output().strip();
  }

  @Test
  void theUnitStartsTheAgentKeepsItRunningAndStopsIt() {
    sh("calicoctl node run --init-system --name=compile -c /none >/run/units/calico-node.service")
        .orThrow("printing the unit");
    assertThat(sh("systemd-analyze verify /run/units/calico-node.service"))
        .isEqualTo(new Command(0, ""));

    sh("systemctl daemon-reload && systemctl start calico-node").orThrow("starting the unit");
    SeedLab.awaitThat(
        () -> status().startsWith("Calico process is running.\n"),
        () -> "the agent runs: " + sh("systemctl status calico-node").output());
    assertThat(sh("calicoctl get node -o wide").output()).contains("192.168.40.2/24");
    assertThat(sh("calicoctl get ipPool").output()).contains("192.168.0.0/16");
    assertThat(sh("calicoctl node stop").output()).contains("systemctl stop calico-node");

    String killed = property("MainPID");
    sh("kill -9 " + killed).orThrow("killing the agent");
    SeedLab.awaitThat(
        () ->
            !List.of(killed, "0").contains(property("MainPID"))
                && status().startsWith("Calico process is running.\n"),
        () -> "the agent runs again: " + sh("systemctl status calico-node").output());
    assertThat(property("NRestarts")).isEqualTo("1");

    sh("systemctl stop calico-node").orThrow("stopping the unit");
    assertThat(property("ActiveState"))
        .as(sh("systemctl status calico-node").output())
        .isEqualTo("inactive");
    assertThat(property("Result")).isEqualTo("success");
    assertThat(status()).startsWith("Calico process is not running.\n");
    assertThat(sh("ps -ef").output()).doesNotContain("io.margay.Margay");
    assertThat(sh("iptables-save").output()).contains("cali-FORWARD");
  }
}
