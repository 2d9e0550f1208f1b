package io.margay.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.margay.datastore.DatastoreConfig.EtcdApi;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HolderTest {

  @TempDir private Path directory;
  private Holder holder;

  @BeforeEach
  void start() {
    boolean allowed =
        Command.run(List.of("unshare", "--net", "true"), "").exitCode() == 0
            || Command.run(List.of("unshare", "--user", "--map-root-user", "true"), "").exitCode()
                == 0;
    assumeTrue(allowed, "this machine does not let us make namespaces");
    holder = Holder.start(directory.resolve("holder.log"));
  }

  @AfterEach
  void stop() {
    if (holder != null) {
      holder.stop();
    }
  }

  @Test
  void hasANetworkOfItsOwn() {
    String links = run("ip", "-o", "link");
    assertThat(links.lines()).hasSize(1).allMatch(line -> line.contains(": lo:"));
  }

  @Test
  void endsEverythingThatRunsInItAndIsFoundByTheSameRecord() throws Exception {
    LabDirectory lab = new LabDirectory(directory);
    lab.write("seed", new LabDatastore.Etcd(EtcdApi.V2, 3), holder);
    assertThat(lab.read().orElseThrow().datastore())
        .isEqualTo(new LabDatastore.Etcd(EtcdApi.V2, 3));
    assertThat(lab.read().orElseThrow().holder()).isEqualTo(holder);

    Process inside =
        new ProcessBuilder(holder.enter(List.of("sh", "-c", "echo here; exec sleep 1000"))).start();
    assertThat(inside.inputReader().readLine()).isEqualTo("here");
    holder.stop();

    assertThat(inside.waitFor()).isNotZero();
    assertThat(holder.isAlive()).isFalse();
    assertThatThrownBy(() -> holder.enter(List.of("true")))
        .hasMessageContaining("the lab is gone")
        .hasMessageContaining("margay lab down");
  }

  @Test
  void aReusedPidIsNotTheHolder() {
    Holder other = new Holder(holder.pid(), Instant.EPOCH, holder.rootless());
    assertThat(other.isAlive()).isFalse();
    other.stop();
    assertThat(holder.isAlive()).isTrue();
  }

  @Test
  void buildsTheSeedNetworkAndItsHostsReachEachOther() {
    Command.run(holder.enter(List.of("sh")), NamespaceScript.of(SeedTopology.TOPOLOGY))
        .orThrow("building the network");
    assertThat(run("ip", "netns", "exec", "outside", "ping", "-c1", "-W2", "192.168.40.11"))
        .contains("1 received");
    assertThat(run("ip", "-n", "slave1", "-o", "link", "show", "cali0ef24b1"))
        .contains("ee:ee:ee:ee:ee:ee");
    assertThat(run("ip", "-n", "slave2-database", "route").lines().map(String::strip))
        .containsExactly("default via 169.254.1.1 dev eth0 onlink");
  }

  private String run(String... command) {
    return Command.run(holder.enter(List.of(command)), "").orThrow(String.join(" ", command));
  }
}
