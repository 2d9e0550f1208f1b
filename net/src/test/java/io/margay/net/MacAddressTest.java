package io.margay.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MacAddressTest {

  @ParameterizedTest
  @CsvSource({
    "CA:FE:1D:52:BB:E1, ca:fe:1d:52:bb:e1",
    "ca-fe-1d-52-bb-e1, ca:fe:1d:52:bb:e1",
    "cafe.1d52.bbe1, ca:fe:1d:52:bb:e1",
    "02:00:5e:10:00:00:00:01, 02:00:5e:10:00:00:00:01",
  })
  void readsEverySpellingAndPrintsOne(String text, String canonical) {
    assertThat(MacAddress.parse(text)).hasToString(canonical);
    assertThat(MacAddress.of(MacAddress.parse(text).toBytes())).hasToString(canonical);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "ca:fe", "ca:fe:1d:52:bb:e", "ca:fe:1d:52:bb:eg", "ca:fe-1d:52:bb:e1"})
  void refusesWhatIsNoMacAddress(String text) {
    assertThatThrownBy(() -> MacAddress.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }
}
