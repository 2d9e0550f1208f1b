package io.margay.linux;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.linux.CommandIptables.Flavour;
import io.margay.linux.Prerequisites.Missing;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(FreshNetworkNamespace.class)
class PrerequisitesTest {

  @Test
  void findsNothingMissingWhereEverythingIsInstalled() {
    for (String program : List.of("iptables-save", "ip6tables-save", "ipset")) {
      Installed.assume(program);
    }

    assertThat(Prerequisites.probe(Flavour.SYSTEM)).isEqualTo(new Prerequisites(true, List.of()));
  }

  @Test
  void saysThatIpv6IsNotAvailable(@TempDir Path procSys) {
    Prerequisites found = Prerequisites.probe(Flavour.SYSTEM, new Programs(), procSys);

    assertThat(found.ipv6()).isFalse();
    assertThat(found.missing())
        .extracting(Missing::toString)
        .anyMatch(line -> line.startsWith("IPv6 is not available"));
  }

  @Test
  void reportsEachProgramThatFailsWithWhatItSaid(@TempDir Path directory) throws Exception {
    for (String program : List.of("iptables-save", "ip6tables-save", "ipset")) {
      Installed.assume(program);
    }
    Path refusing =
        Files.writeString(directory.resolve("refusing"), "echo 'No chance' >&2; exit 1");
    Programs programs = new Programs(List.of("sh", refusing.toString()), Duration.ofMinutes(1));

    Prerequisites found = Prerequisites.probe(Flavour.SYSTEM, programs, Path.of("/proc/sys"));

    assertThat(found.missing())
        .extracting(Missing::what)
        .containsExactly(
            "'iptables-save -t raw' fails: No chance",
            "'ip6tables-save -t raw' fails: No chance",
            "'ipset list -name' fails: No chance");
  }
}
