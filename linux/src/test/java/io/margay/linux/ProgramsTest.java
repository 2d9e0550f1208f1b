package io.margay.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margay.kernel.KernelException;
import io.margay.linux.Programs.Result;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProgramsTest {

  private static final Duration MINUTE = Duration.ofMinutes(1);

  @Test
  void passesMoreThanAPipeHoldsInAndOut() {
    String text = "0123456789abcdef\n".repeat(100_000);

    Result result = new Programs().run(List.of("sh", "-c", "tee /dev/stderr"), text);

    assertThat(result.exitCode()).isZero();
    assertThat(result.stdout()).isEqualTo(text);
    assertThat(result.stderr()).isEqualTo(text);
  }

  @Test
  void givesTheExitCodeOfAProgramThatDoesNotReadItsInput() {
    Result result = new Programs().run(List.of("sh", "-c", "exit 3"), "x".repeat(1_000_000));

    assertThat(result).isEqualTo(new Result(3, "", ""));
  }

  @Test
  void asksForUntranslatedMessages() {
    assertThat(new Programs().run(List.of("sh", "-c", "echo $LC_ALL"), "").stdout())
        .isEqualTo("C\n");
  }

  @Test
  void putsThePrefixInFront() {
    Programs prefixed = new Programs(List.of("env", "MARGAY_TEST=yes"), MINUTE);

    assertThat(prefixed.run(List.of("sh", "-c", "echo $MARGAY_TEST"), "").stdout())
        .isEqualTo("yes\n");
  }

  @Test
  void killsAProgramThatTakesTooLong() {
    Programs impatient = new Programs(List.of(), Duration.ofMillis(50));

    assertThatThrownBy(() -> impatient.run(List.of("cat", "/dev/zero"), ""))
        .isInstanceOf(KernelException.class)
        .hasMessageContaining("cat /dev/zero")
        .hasMessageContaining("killed");
  }

  @Test
  void saysWhichDebianPackageHoldsAMissingProgram() {
    assertThatThrownBy(() -> new Programs().run(List.of("no-such-program"), ""))
        .isInstanceOf(KernelException.class)
        .hasMessageContaining("cannot run 'no-such-program'")
        .hasMessageContaining("Install the Debian package no-such-program");
    assertThat(Programs.debianPackage("ip6tables-legacy-restore")).isEqualTo("iptables");
    assertThat(Programs.debianPackage("ipset")).isEqualTo("ipset");
  }
}
