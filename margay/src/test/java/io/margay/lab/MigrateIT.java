package io.margay.lab;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.dataplane.golden.RuleDump;
import io.margay.datastore.DatastoreConfig.EtcdApi;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A cluster of 2017 moves from etcd's v2 API to v3 while packets flow, and while the program that
/// moves it is killed.
class MigrateIT {

  private static final List<String> NODES = List.of("slave1", "slave2");
  private static final int PROFILES = 1000;
  private static final LabDatastore.Etcd OLD = new LabDatastore.Etcd(EtcdApi.V2, 1);
  private static final LabDatastore.Etcd NEW = new LabDatastore.Etcd(EtcdApi.V3, 1);

  @TempDir private Path directory;
  private SeedLab lab;

  @AfterEach
  void down() {
    if (lab != null) {
      lab.close();
    }
  }

  @Test
  void aClusterMovesWithoutAPacketLost() throws IOException, InterruptedException {
    lab = SeedLab.up(SeedTopology.TOPOLOGY, OLD);
    lab.apply("tenant-open/profile.yaml");
    lab.calicoctl("apply", "-f", profiles().toString());
    lab.calicoctl("apply", "-f", lab.policyAllowing(4241).toString());
    NODES.forEach(node -> lab.awaitPortAllowed(node, 4241));
    var flow = RunningFlow.start(lab, "slave1-frontend1", "172.16.1.3");
    String before = forwarding();

    killHalfway();
    assertThat(curl("/v2/keys/calico/v1/Ready")).contains("\"value\":\"false\"");
    assertThat(value("/calico/v1/Ready")).doesNotContain("\"kvs\"");
    SeedLab.awaitThat(
        () -> NODES.stream().allMatch(node -> said(node).contains("/calico/v1/Ready is not true")),
        lab::agentOutput);
    assertThat(forwarding()).isEqualTo(before);

    String told = inSwitch(migrate()).orThrow("migrating");
    assertThat(told).contains("Successfully migrated").contains("read back and equal");
    for (String node : NODES) {
      Files.writeString(
          lab.lab.directory().node(node).resolve("calicoctl.cfg"), configuration(NEW));
      lab.killAgent(node);
      lab.startAgent(node);
    }
    lab.lab.awaitRoutes();
    assertThat(forwarding()).isEqualTo(before);

    inSwitch(
            List.of(
                calicoctl(),
                "apply",
                "--config=" + configFile(NEW),
                "--filename=" + lab.policyAllowing(4242)))
        .orThrow("applying to the new datastore");
    NODES.forEach(node -> lab.awaitPortAllowed(node, 4242));
    assertThat(flow.gaps()).isEmpty();
  }

  private Path profiles() throws IOException {
    var text = new StringBuilder();
    for (int i = 0; i < PROFILES; i++) {
      text.append("- {apiVersion: v1, kind: profile, metadata: {name: moved")
          .append(i)
          .append(", tags: [t]}}\n");
    }
    return Files.writeString(directory.resolve("profiles.yaml"), text);
  }

  private String calicoctl() {
    return System.getProperty("margay.home") + "/bin/calicoctl";
  }

  private List<String> migrate() throws IOException {
    return List.of(
        calicoctl(),
        "datastore",
        "migrate",
        "--from=" + configFile(OLD),
        "--to=" + configFile(NEW),
        "--keep-locked");
  }

  private Path configFile(LabDatastore.Etcd datastore) throws IOException {
    return Files.writeString(
        directory.resolve(datastore.type() + ".cfg"), configuration(datastore));
  }

  private String configuration(LabDatastore.Etcd datastore) {
    return datastore.configuration(lab.lab.directory(), lab.lab.topology().switchAddress());
  }

  /// Runs the migration, and kills it once the source is no longer ready, as the copying begins.
  private void killHalfway() throws IOException, InterruptedException {
    Path log = directory.resolve("migrate.log");
    var process =
        new ProcessBuilder(lab.lab.holder().enter(migrate()))
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    SeedLab.awaitThat(
        () -> curl("/v2/keys/calico/v1/Ready").contains("\"value\":\"false\""),
        () -> "the source is not ready");
    String pid = inSwitch(List.of("pgrep", "-f", "datastore migrate")).orThrow("pgrep").strip();
    inSwitch(List.of("kill", "-9", pid)).orThrow("kill");
    process.waitFor();
    assertThat(Files.readString(log)).doesNotContain("Successfully");
  }

  private String value(String path) {
    return curl("/v3/kv/range", "-d", "{\"key\":\"" + base64(path) + "\"}");
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  private String curl(String path, String... options) {
    var words = new ArrayList<>(List.of("curl", "-s"));
    words.addAll(List.of(options));
    words.add(NEW.endpoints(lab.lab.topology().switchAddress()).getFirst() + path);
    return inSwitch(words).orThrow("curl");
  }

  private Command inSwitch(List<String> command) {
    return Command.run(lab.lab.holder().enter(command), "");
  }

  private String forwarding() {
    var all = new StringBuilder();
    for (String node : NODES) {
      all.append(RuleDump.parse(lab.in(node, "iptables-save")).ours())
          .append(lab.in(node, "ipset", "save"))
          .append(lab.in(node, "ip", "route"));
    }
    return all.toString();
  }

  private String said(String node) {
    try {
      return Files.readString(lab.lab.directory().node(node).resolve("agent.out"));
    } catch (IOException e) {
      throw new LabException("no output of " + node, e);
    }
  }
}
