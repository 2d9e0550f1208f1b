package io.margay.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PrivilegesTest {

  @TempDir private Path directory;

  @Test
  void theEffectiveCapabilitiesAreRead() throws IOException {
    Path status = directory.resolve("status");
    Files.writeString(
        status, "Name:\tjava\nCapInh:\t0000000000000000\nCapEff:\t000001fffeffffff\n");
    assertThat(Privileges.effective(status)).contains(0x1fffeffffffL);
  }

  @Test
  void whereTheKernelDoesNotTellNothingIsKnown() {
    assertThat(Privileges.effective(directory.resolve("missing"))).isEmpty();
  }
}
