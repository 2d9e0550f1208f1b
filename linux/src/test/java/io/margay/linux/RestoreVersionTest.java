package io.margay.linux;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.linux.CommandIptables.Flavour;
import io.margay.net.IpFamily;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// How [CommandIptables] learns what the installed program can do.
class RestoreVersionTest {

  @Test
  void aProgramThatCouldNotSayItsVersionIsAskedAgain(@TempDir Path directory) throws Exception {
    Path log = directory.resolve("log");
    Path program =
        Files.writeString(
            directory.resolve("program"),
            """
            echo "$@" >>%1$s
            [ "$(wc -l <%1$s)" = 1 ] && exit 1
            [ "$2" = --version ] && echo 'iptables-restore v1.8.9 (legacy)'
            cat >/dev/null
            """
                .formatted(log));
    Programs programs = new Programs(List.of("sh", program.toString()), Duration.ofMinutes(1));
    CommandIptables iptables = new CommandIptables(Flavour.LEGACY, programs);

    iptables.restore(IpFamily.IPV4, "*filter\nCOMMIT\n");
    iptables.restore(IpFamily.IPV4, "*filter\nCOMMIT\n");
    iptables.restore(IpFamily.IPV4, "*filter\nCOMMIT\n");

    assertThat(Files.readAllLines(log))
        .containsExactly(
            "iptables-legacy-restore --version",
            "iptables-legacy-restore --noflush",
            "iptables-legacy-restore --version",
            "iptables-legacy-restore --noflush --wait 10",
            "iptables-legacy-restore --noflush --wait 10");
  }
}
