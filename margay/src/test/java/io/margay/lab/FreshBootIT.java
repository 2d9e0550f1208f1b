package io.margay.lab;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.datastore.Datastore;
import io.margay.datastore.Key;
import io.margay.lab.Probe.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// A host that has just booted, and whose datastore is not there or not complete yet: workloads
/// pass nothing, the host itself stays reachable, and what the datastore says takes effect as soon
/// as it says it.
class FreshBootIT {

  private static final String HOST = "192.168.40.11";
  private static final String OUTSIDE = "192.168.40.10";
  private static final String FRONTEND1 = "172.16.1.1";
  private static final String FRONTEND2 = "172.16.1.2";

  private static SeedLab lab;

  @BeforeAll
  static void up() {
    lab = SeedLab.up();
    lab.apply("tenant-open/policy.yaml");
  }

  @AfterAll
  static void down() {
    if (lab != null) {
      lab.close();
    }
  }

  @Test
  void withoutADatastoreWorkloadsPassNothing() throws IOException {
    Path config = lab.lab.directory().node("slave1").resolve("calicoctl.cfg");
    Path away = lab.lab.directory().root().resolve("away");
    Files.writeString(away, "not a directory");
    String before = Files.readString(config);
    Files.writeString(config, before.replace("/datastore.db", "/away/datastore.db"));
    try {
      boot();
      lab.launchAgent("slave1", List.of());
      awaitClosed();

      Files.delete(away);
      Files.createSymbolicLink(away, lab.lab.directory().root());
      awaitOpen();
    } finally {
      Files.writeString(config, before);
    }
  }

  @Test
  void untilTheDatastoreIsCompleteWorkloadsPassNothing() {
    try (Datastore datastore = lab.openDatastore()) {
      datastore.apply(new Key.Ready(), false);
      boot();
      lab.launchAgent("slave1", List.of());
      String waits = "/calico/v1/Ready is not true";
      SeedLab.awaitThat(() -> lab.agentOutput().contains(waits), () -> lab.agentOutput());
      awaitClosed();

      datastore.apply(new Key.Ready(), true);
      awaitOpen();
    }
  }

  /// Takes all that an agent has written from the kernel but the routes, so that nothing but rules
  /// can stop a packet, and shows that then they pass.
  private static void boot() {
    lab.killAgent("slave1");
    String flush =
        """
        for t in raw nat filter; do
          iptables -t $t -F && iptables -t $t -X; ip6tables -t $t -F && ip6tables -t $t -X
        done
        ipset destroy
        conntrack -F
        """;
    lab.in("slave1", "sh", "-c", flush);
    assertThat(lab.in("slave1", "iptables-save")).doesNotContain("cali");
    awaitOutcomes("slave1-frontend1", Map.of("icmp:" + FRONTEND2, Outcome.REACHED));
    awaitOutcomes("outside", Map.of("icmp:" + FRONTEND1, Outcome.REACHED));
  }

  private static void awaitClosed() {
    awaitOutcomes(
        "slave1-frontend1",
        Map.of(
            "icmp:" + FRONTEND2, Outcome.SILENT,
            "tcp:" + FRONTEND2 + ":80", Outcome.SILENT,
            "icmp:" + OUTSIDE, Outcome.SILENT,
            "icmp:" + HOST, Outcome.SILENT));
    awaitOutcomes(
        "outside",
        Map.of(
            "icmp:" + FRONTEND1, Outcome.SILENT,
            "icmp:" + HOST, Outcome.REACHED,
            "tcp:" + HOST + ":22", Outcome.REFUSED));
    awaitOutcomes("slave1", Map.of("icmp:" + OUTSIDE, Outcome.REACHED));
    assertThat(lab.lab.directory().node("slave1").resolve("run").resolve("ready")).doesNotExist();
  }

  private static void awaitOpen() {
    lab.lab.awaitAgent(lab.host("slave1"));
    awaitOutcomes(
        "slave1-frontend1",
        Map.of(
            "icmp:" + FRONTEND2, Outcome.REACHED,
            "tcp:" + FRONTEND2 + ":80", Outcome.REACHED,
            "icmp:" + OUTSIDE, Outcome.REACHED));
    awaitOutcomes("outside", Map.of("icmp:" + FRONTEND1, Outcome.SILENT));
  }

  /// Waits until probes have these outcomes, all in one run.
  private static void awaitOutcomes(String from, Map<String, Outcome> expected) {
    Map<String, Outcome> sorted = new TreeMap<>(expected);
    List<String> command = new ArrayList<>(JavaProgram.words(Probe.class));
    command.addAll(sorted.keySet());
    String lines =
        String.join(
            "\n", sorted.entrySet().stream().map(e -> e.getKey() + " " + e.getValue()).toList());
    SeedLab.awaitThat(
        () -> lab.in(from, command.toArray(String[]::new)).strip().equals(lines),
        () ->
            "from %s:\n%s\nbut it is:\n%s\n%s"
                .formatted(
                    from,
                    lines,
                    lab.in(from, command.toArray(String[]::new)),
                    lab.in("slave1", "iptables-save", "-c", "-t", "filter")));
  }
}
