package io.margay.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AsNumberTest {

  @ParameterizedTest
  @CsvSource({
    "0,0",
    "64512,64512",
    "4294967295,4294967295",
    "1.10,65546",
    "65535.65535,4294967295"
  })
  void readsPlainAndDotted(String text, String plain) {
    assertThat(AsNumber.parse(text)).hasToString(plain);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "-1", "4294967296", "1.65536", "65536.1", "1.2.3", "AS1", "1."})
  void refusesWhatIsNoAsNumber(String text) {
    assertThatThrownBy(() -> AsNumber.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }
}
