package io.margay.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// [IpipScenario] on this host's kernel if it has IP in IP, else in an emulated machine with
/// Debian's, if `MARGAY_VM` is set: it takes minutes.
class IpipIT {

  /// How many times as long as usual things may take there.
  private static final int EMULATED = 15;

  /// Where compiling takes so long, the first compiler's code is soonest the fastest.
  private static final String EMULATED_JVMS = "JAVA_TOOL_OPTIONS=-XX:TieredStopAtLevel=1";

  /// What `build/in-vm.sh` ends with if there was no machine to run in.
  private static final int NO_MACHINE = 125;

  @Test
  void ipipWorksAlwaysAndBetweenSubnetsAlone(@TempDir Path directory) throws Exception {
    Path home = Path.of(System.getProperty("margay.home"));
    List<String> words = new ArrayList<>();
    boolean here = hasIpip();
    if (!here) {
      assumeTrue(
          System.getenv("MARGAY_VM") != null,
          "this kernel has no IP in IP; set MARGAY_VM=yes to run it in an emulated machine");
      words.addAll(List.of(home.resolve("build/in-vm.sh").toString(), "env", EMULATED_JVMS));
    }
    List<String> program = JavaProgram.words(IpipScenario.class);
    words.addAll(program.subList(0, program.size() - 1));
    words.add("-Xmx128m");
    words.add("-Dmargay.home=" + home);
    words.add("-Dmargay.patience=" + (here ? 1 : EMULATED));
    words.add(program.getLast());

    Path output = directory.resolve("output");
    Process process =
        new ProcessBuilder(words).redirectErrorStream(true).redirectOutput(output.toFile()).start();
    boolean ended = process.waitFor(30, TimeUnit.MINUTES);
    process.destroyForcibly();
    String said = Files.readString(output);
    assertThat(ended).as(said).isTrue();
    assumeTrue(process.exitValue() != NO_MACHINE, "no emulated machine came up: " + said);
    assertThat(said).contains(IpipScenario.PASSED);
    assertThat(process.exitValue()).isZero();
  }

  private static boolean hasIpip() {
    return Command.run(
                List.of("unshare", "--net", "ip", "link", "add", "probe", "type", "ipip"), "")
            .exitCode()
        == 0;
  }
}
