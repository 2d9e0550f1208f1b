package io.margay.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margay.dataplane.config.DataplaneConfig.EndpointToHostAction;
import io.margay.datastore.Key;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FelixSettingsSourceTest {

  private static final String ACTION = "DefaultEndpointToHostAction";

  @TempDir private Path directory;
  private FelixSettingsSource settings;

  @BeforeEach
  void noFile() {
    settings = new FelixSettingsSource("slave1", Map.of(), directory.resolve("felix.cfg"));
  }

  @Test
  void aSettingOfThisNodeWinsOverTheGlobalOneAndGoesAway() {
    settings.onUpdate(new Key.FelixSetting(null, ACTION), "ACCEPT");
    assertThat(action()).isEqualTo(EndpointToHostAction.ACCEPT);
    settings.onUpdate(new Key.FelixSetting("slave1", ACTION), "RETURN");
    assertThat(action()).isEqualTo(EndpointToHostAction.RETURN);
    settings.onUpdate(new Key.FelixSetting("slave1", ACTION), null);
    assertThat(action()).isEqualTo(EndpointToHostAction.ACCEPT);
    settings.onUpdate(new Key.FelixSetting(null, ACTION), null);
    assertThat(action()).isEqualTo(EndpointToHostAction.DROP);
  }

  @Test
  void settingsOfOtherNodesAndOtherKeysAreNotOurs() {
    assertThat(settings.onUpdate(new Key.FelixSetting("slave2", ACTION), "ACCEPT")).isFalse();
    assertThat(settings.onUpdate(new Key.BgpSetting(null, "as_num"), "64512")).isFalse();
    assertThat(action()).isEqualTo(EndpointToHostAction.DROP);
  }

  @Test
  void theFileWinsOverTheDatastore() throws IOException {
    Files.writeString(directory.resolve("felix.cfg"), "[global]\n" + ACTION + " = RETURN\n");
    settings.onUpdate(new Key.FelixSetting("slave1", ACTION), "ACCEPT");
    assertThat(action()).isEqualTo(EndpointToHostAction.RETURN);
  }

  @Test
  void aValueThatOpensNothingIsRefusedWithItsName() {
    settings.onUpdate(new Key.FelixSetting(null, ACTION), "MAYBE");
    assertThatThrownBy(() -> settings.resolve())
        .isInstanceOf(StartException.class)
        .hasMessageContaining(ACTION)
        .hasMessageContaining("MAYBE");
  }

  private EndpointToHostAction action() {
    return settings.resolve().dataplane().endpointToHostAction();
  }
}
