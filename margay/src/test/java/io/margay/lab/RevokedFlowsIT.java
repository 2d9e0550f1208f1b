package io.margay.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/// What becomes of running flows when policy changes under them, by real packets: two pings out of
/// one workload, one of which a policy then forbids.
@TestMethodOrder(OrderAnnotation.class)
class RevokedFlowsIT {

  private static final String SAME_HOST = "172.16.1.2";
  private static final String OTHER_HOST = "172.16.1.3";

  private static SeedLab lab;

  @TempDir private static Path directory;

  @BeforeAll
  static void up() {
    lab = SeedLab.up();
    lab.apply("tenant-open/policy.yaml");
    lab.apply("tenant-open/profile.yaml");
    lab.lab.awaitRoutes();
  }

  @AfterAll
  static void down() {
    if (lab != null) {
      lab.close();
    }
  }

  @Test
  @Order(1)
  void anEstablishedFlowLivesOnWithoutTheOption() throws Exception {
    Flow revoked = new Flow(SAME_HOST);
    try (revoked) {
      revoked.awaitReplies();
      forbid();
      // A flow that begins now is refused, and the old one still gets its answers.
      SeedLab.awaitThat(() -> !answers(SAME_HOST), () -> "a new flow to " + SAME_HOST + " passes");
      revoked.awaitReplies();
    }
    allow();
  }

  @Test
  @Order(2)
  void withTheOptionItIsCutAndAnAllowedOneStays() throws Exception {
    lab.calicoctl("config", "set", "--raw=felix", "CutRevokedFlows", "true");
    try (Flow revoked = new Flow(SAME_HOST);
        Flow allowed = new Flow(OTHER_HOST)) {
      revoked.awaitReplies();
      allowed.awaitReplies();
      forbid();
      SeedLab.awaitThat(
          () -> agentOutput().contains("172.16.1.1 -> " + SAME_HOST + " cut: egress policy of"),
          () -> agentOutput());
      revoked.awaitSilence();
      allowed.awaitReplies();
      assertThat(agentOutput()).doesNotContain("-> " + OTHER_HOST + " cut");
    }
    allow();
  }

  private static String agentOutput() {
    try {
      return Files.readString(lab.lab.directory().node("slave1").resolve("agent.out"));
    } catch (IOException e) {
      throw new LabException("no output", e);
    }
  }

  private static boolean answers(String address) {
    return Command.run(
                lab.lab
                    .holder()
                    .enter(
                        "slave1-frontend1", List.of("ping", "-n", "-c", "1", "-W", "1", address)),
                "")
            .exitCode()
        == 0;
  }

  private static void forbid() throws IOException {
    apply(
        """
        - apiVersion: v1
          kind: policy
          metadata:
            name: forbid
          spec:
            order: 1
            selector: all()
            egress:
            - action: deny
              destination:
                net: %s/32
        """
            .formatted(SAME_HOST));
  }

  private static void allow() throws IOException {
    lab.calicoctl("delete", "policy", "forbid");
    SeedLab.awaitThat(() -> answers(SAME_HOST), () -> "it is allowed again");
  }

  private static void apply(String yaml) throws IOException {
    lab.calicoctl(
        "apply", "-f", Files.writeString(directory.resolve("policy.yaml"), yaml).toString());
  }

  /// A ping that goes on: one connection tracking entry.
  private static final class Flow implements AutoCloseable {

    private final Path log;
    private final Process ping;

    Flow(String address) throws IOException {
      log = Files.createTempFile(directory, "ping", ".log");
      ping = lab.startIn("slave1-frontend1", log, "ping", "-n", "-i", "0.05", address);
    }

    private long replies() {
      try {
        return Files.readString(log).lines().filter(line -> line.contains("icmp_seq=")).count();
      } catch (IOException e) {
        throw new LabException("no log", e);
      }
    }

    void awaitReplies() {
      long before = replies();
      SeedLab.awaitThat(() -> replies() > before + 5, () -> "replies go on in " + log);
    }

    /// None while another flow of the same kind would have had twenty.
    void awaitSilence() throws IOException {
      try (Flow clock = new Flow(OTHER_HOST)) {
        SeedLab.awaitThat(
            () -> {
              long before = replies();
              long start = clock.replies();
              SeedLab.awaitThat(() -> clock.replies() > start + 20, () -> "the clock runs");
              return replies() == before;
            },
            () -> "replies end in " + log);
      }
    }

    @Override
    public void close() {
      ping.descendants().forEach(ProcessHandle::destroyForcibly);
      ping.destroyForcibly();
    }
  }
}
