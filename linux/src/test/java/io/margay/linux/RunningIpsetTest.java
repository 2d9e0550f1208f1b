package io.margay.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margay.kernel.KernelException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// One ipset program for many small additions.
@ExtendWith(FreshNetworkNamespace.class)
class RunningIpsetTest {

  private final Programs programs = new Programs();
  private final RunningIpset running = new RunningIpset();

  @BeforeEach
  void makeSets() {
    Installed.assume("ipset");
    Installed.assume("stdbuf");
    programs.run(List.of("ipset", "restore"), "create a hash:ip\ncreate b hash:ip\n");
  }

  @AfterEach
  void end() {
    running.close();
  }

  @Test
  void addsToSeveralSetsAgainAndAgain() {
    assertThat(running.restore("add a 192.0.2.1\nadd b 192.0.2.2\nCOMMIT\n")).isTrue();
    assertThat(running.restore("add a 192.0.2.3\nCOMMIT\n")).isTrue();
    assertThat(members("a")).containsExactlyInAnyOrder("192.0.2.1", "192.0.2.3");
    assertThat(members("b")).containsExactly("192.0.2.2");
  }

  @Test
  void saysWhatCouldNotBeAddedAndStopsThere() {
    running.restore("add a 192.0.2.1\n");
    assertThatThrownBy(() -> running.restore("add b 192.0.2.2\nadd a 192.0.2.1\nadd b 192.0.2.3\n"))
        .isInstanceOf(KernelException.class)
        .hasMessageContaining("already added")
        .hasMessageContaining("the line is: add a 192.0.2.1");
    assertThat(members("b")).containsExactly("192.0.2.2");
    assertThat(running.restore("add b 192.0.2.9\n")).isTrue();
  }

  @Test
  void makesReplacesAndEmptiesSets() {
    String make =
        """
        create temporary hash:ip family inet maxelem 1000
        add temporary 192.0.2.1
        create c hash:ip family inet maxelem 1000
        swap c temporary
        destroy temporary
        COMMIT
        """;
    assertThat(running.restore(make)).isTrue();
    assertThat(members("c")).containsExactly("192.0.2.1");

    assertThat(running.restore("del c 192.0.2.1 --exist\ndel c 192.0.2.1 --exist\nCOMMIT\n"))
        .isTrue();
    assertThat(members("c")).isEmpty();
    assertThatThrownBy(() -> running.restore("del nowhere 192.0.2.1 --exist\n"))
        .isInstanceOf(KernelException.class)
        .hasMessageContaining("does not exist");
    assertThatThrownBy(() -> running.restore(make))
        .as("nothing is taken for granted after a deletion that may find nothing")
        .isInstanceOf(KernelException.class)
        .hasMessageContaining("already exists");
  }

  @Test
  void isForSmallChanges() {
    assertThat(RunningIpset.suits("add a 192.0.2.1\nCOMMIT\n")).isTrue();
    assertThat(RunningIpset.suits("del a 192.0.2.1 --exist\nCOMMIT\n")).isTrue();
    assertThat(RunningIpset.suits("add a 192.0.2.1 -exist\n")).isFalse();
    assertThat(RunningIpset.suits("create c hash:ip\nadd c 192.0.2.1\nswap a c\n")).isTrue();
    assertThat(RunningIpset.suits("flush a\n")).isFalse();
    assertThat(RunningIpset.suits("destroy a\ndestroy b\nCOMMIT\n")).isFalse();
    assertThat(RunningIpset.suits("add a 192.0.2.1\n".repeat(17))).isFalse();
  }

  private List<String> members(String set) {
    List<String> lines = programs.run(List.of("ipset", "list", set), "").stdout().lines().toList();
    return lines.subList(lines.indexOf("Members:") + 1, lines.size());
  }
}
