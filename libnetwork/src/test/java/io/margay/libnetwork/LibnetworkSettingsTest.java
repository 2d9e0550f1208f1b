package io.margay.libnetwork;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LibnetworkSettingsTest {

  @Test
  void emptyAndUnsetVariablesMeanTheDefaults() {
    LibnetworkSettings defaults =
        new LibnetworkSettings(true, false, Duration.ofSeconds(5), "cali", 0, "global", false);
    assertThat(LibnetworkSettings.of(Map.of())).isEqualTo(defaults);
    assertThat(
            LibnetworkSettings.of(
                Map.of("CALICO_LIBNETWORK_IFPREFIX", "", "CALICO_LIBNETWORK_LABEL_ENDPOINTS", "")))
        .isEqualTo(defaults);
  }

  @Test
  void readsWhatIsGiven() {
    assertThat(
            LibnetworkSettings.of(
                Map.of(
                    "CALICO_LIBNETWORK_CREATE_PROFILES", "False",
                    "CALICO_LIBNETWORK_LABEL_ENDPOINTS", "1",
                    "CALICO_LIBNETWORK_LABEL_POLL_TIMEOUT", "1m2.5s",
                    "CALICO_LIBNETWORK_IFPREFIX", "eth",
                    "CALICO_LIBNETWORK_VETH_MTU", "1440",
                    "CALICO_LIBNETWORK_SCOPE", "local",
                    "CALICO_DEBUG", "true")))
        .isEqualTo(
            new LibnetworkSettings(
                false, true, Duration.ofMillis(62_500), "eth", 1440, "local", true));
  }

  @ParameterizedTest
  @CsvSource({
    "CALICO_LIBNETWORK_CREATE_PROFILES, maybe, true or false",
    "CALICO_LIBNETWORK_LABEL_POLL_TIMEOUT, 5, a duration",
    "CALICO_LIBNETWORK_LABEL_POLL_TIMEOUT, 5s!, a duration",
    "CALICO_LIBNETWORK_IFPREFIX, sixteen-letters!, 1 to 13",
    "CALICO_LIBNETWORK_VETH_MTU, big, a number of bytes",
    "CALICO_LIBNETWORK_SCOPE, universe, global or local",
  })
  void saysWhichVariableIsWrong(String name, String value, String expected) {
    assertThatThrownBy(() -> LibnetworkSettings.of(Map.of(name, value)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(name + "='" + value + "', expected " + expected);
  }
}
