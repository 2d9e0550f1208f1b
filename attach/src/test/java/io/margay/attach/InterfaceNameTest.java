package io.margay.attach;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class InterfaceNameTest {

  private static final String RANDOM =
      "a79fbdb4dd2b7b0ae1b6e0e2f18a9a2ff4b2e9c6b1d4a2c0b3d1e5f60718293a";

  @Test
  void aRandomIdGivesItsBeginning() {
    assertThat(InterfaceName.ofContainer(RANDOM)).isEqualTo("calia79fbdb4dd2");
  }

  @Test
  void aShortIdIsTheName() {
    assertThat(InterfaceName.ofContainer("web-1")).isEqualTo("caliweb-1");
  }

  @Test
  void chosenIdsThatBeginAlikeHaveNamesOfTheirOwn() {
    // printf default-web-1 | sha1sum
    assertThat(InterfaceName.ofContainer("default-web-1"))
        .isNotEqualTo(InterfaceName.ofContainer("default-web-2"))
        .hasSize(15)
        .matches("cali[0-9a-f]{11}");
  }

  @Test
  void aPodHasTheNameThatCalicoGivesIt() {
    assertThat(InterfaceName.ofPod("default", "frontend")).isEqualTo("cali9b723216629");
  }
}
