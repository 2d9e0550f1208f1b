package io.margay.lab;

import io.margay.cluster.ResourceWriter;
import io.margay.datastore.Datastore;
import io.margay.datastore.DatastoreConfig;
import io.margay.datastore.Datastores;
import io.margay.model.document.DocumentReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/// Measures what limits are for: a greedy workload and a quiet one share their host's uplink. Also
/// what the way through a limit costs that is never reached.
///
/// ```
///   frontend1 (greedy, 16 connections) ─┐
///   frontend2 (quiet, 1 connection) ────┴─ slave1 ══ uplink of 200 Mbit/s ══ outside
/// ```
///
/// Run by `build/measure-bandwidth`.
public final class BandwidthShare {

  private static final String OUTSIDE = "192.168.40.10";
  private static final int PORT = 7001;
  private static final double SECONDS = 4;
  private static final int ROUNDS = 3;

  private final Lab lab;

  private BandwidthShare(Lab lab) {
    this.lab = lab;
  }

  public static void main(String[] arguments) throws IOException {
    Progress silent =
        new Progress(new PrintStream(new ByteArrayOutputStream(), true), new Style(false));
    Path root = Files.createTempDirectory("margay-bandwidth");
    Lab lab =
        Lab.up(
            SeedTopology.TOPOLOGY,
            new LabDatastore.Embedded(),
            new LabDirectory(root),
            Path.of(System.getProperty("margay.home")),
            silent);
    Runtime.getRuntime().addShutdownHook(new Thread(lab::down));
    BandwidthShare share = new BandwidthShare(lab);
    Process receiver = BulkTransfer.receiver(lab, "outside", root.resolve("receiver"), PORT);
    try {
      share.measure();
    } finally {
      receiver.descendants().forEach(ProcessHandle::destroyForcibly);
      receiver.destroyForcibly();
    }
  }

  private void measure() {
    double uncapped = median(() -> alone("slave1-frontend1"));
    limit(1, "egressBandwidth: 100000000000, ingressBandwidth: 100000000000");
    double through = median(() -> alone("slave1-frontend1"));
    System.out.printf(
        Locale.ROOT,
        "one connection, no uplink in the way: %.1f Gbit/s without a limit, %.1f Gbit/s through limits of 100 Gbit/s: ratio %.2f%n",
        uncapped / 1e9,
        through / 1e9,
        through / uncapped);

    limit(1, "");
    in(
        "slave1", "tc", "qdisc", "replace", "dev", "eth1", "root", "tbf", "rate", "200mbit",
        "burst", "128k", "limit", "512k");
    double quietAlone = median(() -> alone("slave1-frontend2"));
    double quietBeside = median(this::besideGreedy);
    limit(1, "egressBandwidth: 100000000");
    double quietProtected = median(this::besideGreedy);
    double greedy = median(() -> alone("slave1-frontend1"));
    System.out.printf(
        Locale.ROOT,
        "uplink of 200 Mbit/s: quiet alone %.0f Mbit/s; beside 16 greedy connections %.0f Mbit/s (ratio %.2f of alone); with the greedy workload limited to 100 Mbit/s %.0f Mbit/s (ratio %.2f of alone, %.1f of unlimited)%n",
        quietAlone / 1e6,
        quietBeside / 1e6,
        quietBeside / quietAlone,
        quietProtected / 1e6,
        quietProtected / quietAlone,
        quietProtected / quietBeside);
    System.out.printf(
        Locale.ROOT,
        "the greedy workload, limited to 100 Mbit/s, alone: %.1f Mbit/s%n",
        greedy / 1e6);
  }

  /// One of the measurements, in bits a second.
  private interface Measurement {
    double run();
  }

  private static double median(Measurement measurement) {
    double[] found = IntStream.range(0, ROUNDS).mapToDouble(_ -> measurement.run()).toArray();
    Arrays.sort(found);
    return found[ROUNDS / 2];
  }

  private double alone(String place) {
    return BulkTransfer.Took.parse(
            in(place, BulkTransfer.seconds(OUTSIDE, PORT, SECONDS, 1).toArray(String[]::new)))
        .bitsPerSecond();
  }

  /// What the quiet workload gets while the greedy one sends longer than it.
  private double besideGreedy() {
    try {
      Process greedy =
          new ProcessBuilder(
                  lab.holder()
                      .enter(
                          "slave1-frontend1", BulkTransfer.seconds(OUTSIDE, PORT, SECONDS + 3, 16)))
              .redirectErrorStream(true)
              .start();
      in("slave1", "sleep", "1.5");
      double quiet = alone("slave1-frontend2");
      String said = new String(greedy.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      BulkTransfer.Took.parse(said);
      return quiet;
    } catch (IOException e) {
      throw new LabException("cannot run the greedy workload", e);
    }
  }

  private void limit(int number, String limits) {
    String document =
        """
        apiVersion: v1
        kind: workloadEndpoint
        metadata:
          name: slave1-frontend%1$d
          workload: frontend
          orchestrator: k8s
          node: slave1
          labels: {service: frontend, namespace: default}
        spec:
          interfaceName: cali0ef24b%1$d
          mac: ca:fe:1d:52:bb:e%1$d
          ipNetworks: [172.16.1.%1$d]
        """
                .formatted(number)
            + (limits.isEmpty() ? "" : "  qosControls: {" + limits + "}\n");
    try (Datastore datastore =
        Datastores.open(new DatastoreConfig.Embedded(lab.directory().datastore()))) {
      ResourceWriter writer = new ResourceWriter(datastore);
      DocumentReader.read("limit", document).forEach(writer::apply);
    }
    BulkTransfer.await(
        () -> in("slave1", "tc", "qdisc", "show").contains("ca11:") == !limits.isEmpty(),
        () -> in("slave1", "tc", "qdisc", "show"));
  }

  private String in(String place, String... command) {
    return Command.run(lab.holder().enter(place, List.of(command)), "")
        .orThrow(String.join(" ", command) + " in " + place);
  }
}
