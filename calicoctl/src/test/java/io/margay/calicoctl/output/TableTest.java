package io.margay.calicoctl.output;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class TableTest {

  @Test
  void isThreeBlanksWiderThanItsLongestCellAndFiveAtLeast() {
    assertThat(new Table(List.of("A", "NAME"), List.of(List.of("", "slave1"))))
        .hasToString("A    NAME     \n" + "     slave1   \n" + "\n");
  }

  @Test
  void printsOnlyItsHeadingsWhenThereIsNothing() {
    assertThat(new Table(List.of("NAME"), List.of())).hasToString("NAME   \n\n");
  }

  @Test
  void countsCodePointsNotChars() {
    assertThat(new Table(List.of("NAME"), List.of(List.of("节点一号"), List.of("\ud83d\udc3f"))))
        .hasToString("NAME   \n节点一号   \n\ud83d\udc3f      \n\n");
  }
}
