package io.margay.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// iptables-legacy has rules of its own in the kernel, and a lock that its programs wait for.
class TenantOnLegacyIptablesIT extends TenantAcceptance {

  private static final int PORT = 7077;

  TenantOnLegacyIptablesIT() {
    super(new LabDatastore.Embedded());
  }

  @Override
  void prepare(SeedLab up) {
    up.useLegacyIptables();
    up.lab.awaitRoutes();
    assertThat(up.in("slave1", "iptables", "--version")).contains("(legacy)");
  }

  @Test
  @Order(8)
  void whatOthersChangeIsPutBack() {
    String rules = lab().in("slave1", "iptables-save", "-t", "filter");
    lab().in("slave1", "iptables", "-F", "cali-INPUT");
    SeedLab.awaitThat(
        () ->
            lab().in("slave1", "iptables", "-S", "cali-INPUT").lines().count() - 1
                == rules.lines().filter(line -> line.startsWith("-A cali-INPUT ")).count(),
        () -> lab().in("slave1", "iptables", "-S", "cali-INPUT") + rules);
    assertThat(lab().agentOutput("slave1"))
        .contains("Put back: chain cali-INPUT of filter was changed by someone else");
  }

  @Test
  @Order(9)
  void aWriteWaitsForAnotherHolderOfTheLock(@TempDir Path directory) throws IOException {
    Path held = directory.resolve("held");
    Path release = directory.resolve("release");
    Process other =
        lab()
            .startIn(
                "slave1",
                directory.resolve("other"),
                "flock",
                "/run/xtables.lock",
                "sh",
                "-c",
                "touch %s; while [ ! -e %s ]; do sleep 0.1; done".formatted(held, release));
    try {
      SeedLab.awaitThat(() -> Files.exists(held), () -> "the lock is held");
      lab().calicoctl("apply", "-f", lab().policyAllowing(PORT).toString());
      SeedLab.awaitThat(
          () ->
              lab()
                  .in("slave1", "sh", "-c", "pgrep -f '[t]ables-restore --noflush --wait' || true")
                  .lines()
                  .findAny()
                  .isPresent(),
          () -> "a program waits for the lock: " + lab().agentOutput("slave1"));
      assertThat(lab().in("slave1", "iptables-save", "-t", "filter"))
          .doesNotContain("--dports " + PORT);
    } finally {
      Files.createFile(release);
      other.onExit().join();
    }
    lab().awaitPortAllowed("slave1", PORT);
  }
}
