package io.margay.calicoctl;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.calicoctl.log.LogLevel;
import io.margay.datastore.Datastore;
import io.margay.datastore.DatastoreConfig;
import io.margay.datastore.Datastores;
import io.margay.datastore.Key;
import io.margay.datastore.ipam.AllocationBlock;
import io.margay.ipam.Ipam;
import io.margay.net.IpAddress;
import io.margay.net.IpPrefix;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a dialogue cannot show.
class CalicoctlTest {

  private static final String ENDPOINT_WITHOUT_NAME =
      """
      apiVersion: v1
      kind: workloadEndpoint
      metadata:
        workload: web
        orchestrator: k8s
        node: slave1
      spec:
        interfaceName: cali1
      """;

  @TempDir Path directory;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private String calicoctl(InputStream in, String... args) {
    out.reset();
    Calicoctl.run(
        args,
        Map.of(
            "CALICOCTL_CONFIG", directory.resolve("calicoctl.cfg").toString(),
            "EMBEDDED_PATH", directory.resolve("datastore.db").toString()),
        in,
        new PrintStream(out, true, StandardCharsets.UTF_8),
        new PrintStream(err, true, StandardCharsets.UTF_8));
    return out.toString(StandardCharsets.UTF_8);
  }

  private static InputStream text(String text) {
    return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
  }

  private static InputStream nothing() {
    return InputStream.nullInputStream();
  }

  private Datastore open() {
    return Datastores.open(new DatastoreConfig.Embedded(directory.resolve("datastore.db")));
  }

  private long revision() {
    try (Datastore store = open()) {
      return store.snapshot().revision();
    }
  }

  @Test
  void namesAnEndpointThatIsCreatedWithoutAName() {
    assertThat(calicoctl(text(ENDPOINT_WITHOUT_NAME), "create", "-f", "-"))
        .isEqualTo("Successfully created 1 'workloadEndpoint' resource(s)\n");

    assertThat(calicoctl(nothing(), "get", "wep", "-o", "custom-columns=NAME"))
        .matches("NAME +\n[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12} +\n\n");
  }

  @Test
  void doesNotNameAnEndpointThatIsApplied() {
    assertThat(calicoctl(text(ENDPOINT_WITHOUT_NAME), "apply", "-f", "-"))
        .isEqualTo(
            "Failed to apply 'workloadEndpoint' resource:"
                + " insufficient identifiers, missing 'name'\n");
  }

  @Test
  void writesNothingWhenTheSameFileIsAppliedAgain() {
    String document = ENDPOINT_WITHOUT_NAME.replace("metadata:", "metadata:\n  name: eth0");
    calicoctl(text(document), "apply", "-f", "-");
    long before = revision();

    assertThat(calicoctl(text(document), "apply", "-f", "-"))
        .isEqualTo("Successfully applied 1 'workloadEndpoint' resource(s)\n");
    assertThat(revision()).isEqualTo(before);
  }

  @Test
  void tenThousandEndpointsAreAppliedAndApplyingThemAgainWritesNothing() {
    StringBuilder list = new StringBuilder();
    for (int i = 0; i < 10_000; i++) {
      list.append("- {apiVersion: v1, kind: workloadEndpoint, metadata: {name: eth0, workload: w")
          .append(i)
          .append(", orchestrator: k8s, node: slave1}, spec: {interfaceName: cali")
          .append(i)
          .append("}}\n");
    }
    String done = "Successfully applied 10000 'workloadEndpoint' resource(s)\n";
    assertThat(calicoctl(text(list.toString()), "apply", "-f", "-")).isEqualTo(done);
    long before = revision();
    assertThat(calicoctl(text(list.toString()), "apply", "-f", "-")).isEqualTo(done);
    assertThat(revision()).isEqualTo(before);
  }

  @Test
  void takesItsOwnDocumentsAsInput() {
    String document = ENDPOINT_WITHOUT_NAME.replace("metadata:", "metadata:\n  name: eth0");
    calicoctl(text(document), "apply", "-f", "-");
    long before = revision();

    for (String format : List.of("yaml", "json")) {
      String listing = calicoctl(nothing(), "get", "wep", "-o", format);
      assertThat(calicoctl(text(listing), "replace", "-f", "-"))
          .isEqualTo("Successfully replaced 1 'workloadEndpoint' resource(s)\n");
      assertThat(calicoctl(text(listing), "apply", "-f", "-"))
          .isEqualTo("Successfully applied 1 'workloadEndpoint' resource(s)\n");
    }
    assertThat(revision()).isBetween(before, before + 2);
  }

  @Test
  void refusesTextThatIsNotUtf8() {
    assertThat(calicoctl(new ByteArrayInputStream(new byte[] {(byte) 0xff}), "apply", "-f", "-"))
        .startsWith(
            "Failed to execute command: standard input:1:1: not UTF-8: byte 0xff cannot stand here");
  }

  @Test
  void showsAndReleasesAddressesThatAreInUse() {
    IpPrefix cidr = IpPrefix.parse("10.0.0.0/26");
    List<Integer> allocations = new ArrayList<>(Collections.nCopies(64, null));
    allocations.set(1, 0);
    allocations.set(2, 1);
    try (Datastore store = open()) {
      store.create(
          new Key.IpamBlock(cidr),
          new AllocationBlock(
              cidr,
              "host:slave1",
              false,
              allocations,
              List.of(),
              List.of(
                  new AllocationBlock.Attribute(
                      "k8s.web", new TreeMap<>(Map.of("pod", "web", "namespace", "default"))),
                  new AllocationBlock.Attribute(null, new TreeMap<>())),
              null));
    }

    assertThat(calicoctl(nothing(), "ipam", "show", "--ip=10.0.0.1"))
        .isEqualTo("map[namespace:default pod:web]\n");
    assertThat(calicoctl(nothing(), "ipam", "show", "--ip=10.0.0.2"))
        .isEqualTo("No attributes defined for IP 10.0.0.2\n");
    assertThat(calicoctl(nothing(), "ipam", "release", "--ip=10.0.0.2"))
        .isEqualTo("Successfully released IP address 10.0.0.2\n");
    assertThat(calicoctl(nothing(), "ipam", "show", "--ip=10.0.0.2"))
        .isEqualTo("IP 10.0.0.2 is not currently assigned in block\n");
    assertThat(calicoctl(nothing(), "ipam", "release", "--ip=10.0.0.2"))
        .isEqualTo("IP address 10.0.0.2 is not assigned\n");
  }

  @Test
  void checksAddressesRepairsThemAndTakesThatBack() {
    String cluster =
        """
        - {apiVersion: v1, kind: node, metadata: {name: slave1}}
        - {apiVersion: v1, kind: ipPool, metadata: {cidr: 10.0.0.0/24}}
        """;
    calicoctl(text(cluster), "apply", "-f", "-");
    assertThat(calicoctl(nothing(), "ipam", "check"))
        .isEqualTo("Looked at 0 block(s) with 0 address(es) in use: nothing is wrong.\n");
    try (Datastore store = open()) {
      new Ipam(store)
          .assignAddress(
              IpAddress.parse("10.0.0.9"),
              "slave1",
              new AllocationBlock.Attribute("gone", new TreeMap<>()));
    }
    String leak = "leak: 10.0.0.9 is taken by handle gone, and no endpoint or tunnel has it\n";
    String found =
        leak
            + "Looked at 1 block(s) with 1 address(es) in use: 1 problem(s), of which --repair can"
            + " put right 1.\n";
    assertThat(calicoctl(nothing(), "ipam", "check")).isEqualTo(found);
    String undo = directory.resolve("undo").toString();
    assertThat(
            calicoctl(nothing(), "ipam", "check", "--repair", "--grace=0", "--undo-file=" + undo))
        .isEqualTo(
            "repaired: "
                + leak
                + "Repaired 1 problem(s). 'calicoctl ipam check --undo="
                + undo
                + "' takes that back.\n"
                + "Looked at 1 block(s) with 0 address(es) in use: nothing is wrong.\n");
    assertThat(calicoctl(nothing(), "ipam", "check", "--undo=" + undo))
        .isEqualTo("Restored 2 value(s).\n");
    assertThat(
            calicoctl(nothing(), "ipam", "check", "--repair", "--grace=0", "--undo-file=" + undo))
        .isEqualTo("Error: the undo file " + undo + " exists. Name another one with --undo-file\n");
    assertThat(calicoctl(nothing(), "ipam", "check")).isEqualTo(found);
  }

  @Test
  void anAddressThatSomebodyWroteByHandIsNotedAndNothingIsWrong() {
    String cluster =
        """
        - {apiVersion: v1, kind: node, metadata: {name: slave1}}
        - {apiVersion: v1, kind: ipPool, metadata: {cidr: 10.0.0.0/24}}
        - apiVersion: v1
          kind: workloadEndpoint
          metadata: {name: eth0, node: slave1, orchestrator: cni, workload: web}
          spec: {interfaceName: cali1, ipNetworks: [10.0.0.9/32]}
        """;
    calicoctl(text(cluster), "apply", "-f", "-");
    assertThat(calicoctl(nothing(), "ipam", "check"))
        .isEqualTo(
            "note: 10.0.0.9, used by WorkloadEndpoint(node=slave1, orchestrator=cni, workload=web,"
                + " name=eth0), was not given out by IPAM, which may give it to another\n"
                + "Looked at 0 block(s) with 0 address(es) in use: nothing is wrong. To keep IPAM"
                + " from giving out addresses that were written by hand: 'calicoctl ipam configure"
                + " --reserve=<CIDR>'.\n");
  }

  @Test
  void configuresHowAddressesAreGivenOut() {
    assertThat(calicoctl(nothing(), "ipam", "configure"))
        .isEqualTo("StrictAffinity: false\nAutoAllocateBlocks: true\nReserved: nothing\n");
    assertThat(
            calicoctl(
                nothing(),
                "ipam",
                "configure",
                "--strict-affinity=true",
                "--reserve=10.0.0.1/28",
                "--reserve=fd00::/64"))
        .isEqualTo(
            "StrictAffinity: true\nAutoAllocateBlocks: true\nReserved: 10.0.0.0/28, fd00::/64\n");
    assertThat(
            calicoctl(
                nothing(),
                "ipam",
                "configure",
                "--strict-affinity=false",
                "--auto-allocate-blocks=false"))
        .isEqualTo(
            "Error: Cannot disable 'StrictAffinity' and 'AutoAllocateBlocks' at the same time\n");
    assertThat(calicoctl(nothing(), "ipam", "configure", "--unreserve=10.0.0.0/28"))
        .endsWith("Reserved: fd00::/64\n");
  }

  @Test
  void tellsAPersonHowFarALongApplyIsAndPaintsFailuresRed() {
    StringBuilder list = new StringBuilder();
    for (int i = 0; i < 250; i++) {
      list.append("- apiVersion: v1\n  kind: policy\n  metadata:\n    name: p%d\n".formatted(i));
    }
    Terminal watched =
        new Terminal(
            Map.of("EMBEDDED_PATH", directory.resolve("datastore.db").toString()),
            text(list.toString()),
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            LogLevel.PANIC,
            new Screen(true, true));

    assertThat(Calicoctl.run(List.of("apply", "-f", "-"), watched)).isTrue();
    assertThat(err.toString(StandardCharsets.UTF_8))
        .isEqualTo("\rapplied 100 of 250\rapplied 200 of 250\r\u001b[K");
    assertThat(out.toString(StandardCharsets.UTF_8))
        .isEqualTo("Successfully applied 250 'policy' resource(s)\n");

    out.reset();
    assertThat(Calicoctl.run(List.of("delete", "policy", "q"), watched)).isFalse();
    assertThat(out.toString(StandardCharsets.UTF_8))
        .isEqualTo(
            "\u001b[31mFailed to delete 'policy' resource: resource does not exist:"
                + " Policy(name=q)\u001b[0m\n");
  }

  @Test
  void saysWhichVersionItIs() {
    assertThat(calicoctl(nothing(), "version"))
        .matches("Version:      v\\d\\S+\nBuild date:   \\d\\S+\nGit commit:   \\w+\n");
  }
}
