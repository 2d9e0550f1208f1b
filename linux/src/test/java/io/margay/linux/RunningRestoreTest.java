package io.margay.linux;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.kernel.KernelException;
import io.margay.linux.RunningRestore.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// One iptables-nft-restore for many transactions, while others write too and things go wrong.
@ExtendWith(FreshNetworkNamespace.class)
class RunningRestoreTest {

  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final Programs programs = new Programs();
  private final RunningRestore restore =
      new RunningRestore(List.of("iptables-nft-restore", "--noflush"), LIMIT);

  @BeforeEach
  void assumePrograms() {
    Installed.assume("iptables-nft-restore");
    Installed.assume("stdbuf");
  }

  @AfterEach
  void end() {
    restore.close();
  }

  @Test
  void carriesOutOneTransactionAfterTheOther() {
    assertThat(write(":cali-a - -", "-A cali-a -j RETURN")).isEqualTo(Outcome.DONE);
    long first = pid();
    assertThat(write("-A cali-a -j DROP")).isEqualTo(Outcome.DONE);
    assertThat(rules("cali-a")).containsExactly("-A cali-a -j RETURN", "-A cali-a -j DROP");
    assertThat(pid()).isEqualTo(first);
  }

  @Test
  void seesWhatOthersWroteInBetween() {
    write(":cali-a - -", "-A cali-a -s 192.0.2.1 -j DROP");
    iptables("-I", "cali-a", "1", "-s", "192.0.2.2", "-j", "DROP");
    assertThat(write("-R cali-a 1 -s 192.0.2.3 -j DROP")).isEqualTo(Outcome.DONE);
    assertThat(rules("cali-a"))
        .containsExactly("-A cali-a -s 192.0.2.3/32 -j DROP", "-A cali-a -s 192.0.2.1/32 -j DROP");

    iptables("-F", "cali-a");
    iptables("-X", "cali-a");
    iptables("-N", "cali-b");
    assertThat(write("-A cali-b -j DROP")).isEqualTo(Outcome.DONE);
    assertThat(rules("cali-b")).containsExactly("-A cali-b -j DROP");
    assertThat(write("-A cali-a -j DROP")).isEqualTo(Outcome.NOT_DONE);
  }

  @Test
  void aRefusedTransactionHasNoEffectAndTheNextOneWorks() {
    write(":cali-a - -");
    assertThat(write("-A cali-a -j DROP", "-A cali-a -j nowhere")).isEqualTo(Outcome.NOT_DONE);
    assertThat(rules("cali-a")).isEmpty();
    assertThat(write("-A cali-a -j RETURN")).isEqualTo(Outcome.DONE);
    assertThat(rules("cali-a")).containsExactly("-A cali-a -j RETURN");
  }

  @Test
  void isStartedAgainAfterItWasKilled() throws Exception {
    write(":cali-a - -");
    ProcessHandle program = ProcessHandle.of(pid()).orElseThrow();
    program.destroyForcibly();
    program.onExit().get();
    try {
      write("-A cali-a -j RETURN");
    } catch (KernelException e) {
      // It was not known yet that it has ended.
      assertThat(e).hasMessageContaining("read them anew");
    }
    assertThat(write(":cali-a - -", "-A cali-a -j DROP")).isEqualTo(Outcome.DONE);
    assertThat(rules("cali-a")).containsExactly("-A cali-a -j DROP");
  }

  @Test
  void leavesOtherProgramsToOthers() {
    try (RunningRestore silent = new RunningRestore(List.of("true"), LIMIT)) {
      assertThat(silent.restore("*filter\nCOMMIT\n")).isEqualTo(Outcome.NOT_DONE);
    }
    try (RunningRestore missing = new RunningRestore(List.of("iptables-no-restore"), LIMIT)) {
      assertThat(missing.restore("*filter\nCOMMIT\n")).isEqualTo(Outcome.NOT_DONE);
    }
  }

  private Outcome write(String... lines) {
    return restore.restore("*filter\n" + String.join("\n", lines) + "\nCOMMIT\n");
  }

  private long pid() {
    return restore.pid().orElseThrow();
  }

  private void iptables(String... arguments) {
    List<String> command = new ArrayList<>(List.of("iptables-nft"));
    command.addAll(List.of(arguments));
    assertThat(programs.run(command, "").succeeded()).as("%s", command).isTrue();
  }

  private List<String> rules(String chain) {
    return programs
        .run(List.of("iptables-nft", "-S", chain), "")
        .stdout()
        .lines()
        .filter(line -> line.startsWith("-A"))
        .toList();
  }
}
