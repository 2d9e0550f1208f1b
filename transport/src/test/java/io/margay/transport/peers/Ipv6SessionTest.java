package io.margay.transport.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Sessions over IPv6 with each [Daemon]. Loopback has one IPv6 address, which is one too few, so
/// both ends are in a network namespace of their own.
@ExtendWith(InteropResults.class)
class Ipv6SessionTest {

  private static final String NETWORK =
      """
      ip link set lo up
      ip addr add fd00:6::1/128 dev lo nodad
      ip addr add fd00:6::2/128 dev lo nodad
      ip route add default dev lo
      ip -6 route add default dev lo
      exec "$@"
      """;

  @TempDir Path directory;

  static List<Arguments> daemons() {
    var all = DaemonInteropTest.daemons().toList();
    return IntStream.range(0, all.size()).mapToObj(i -> Arguments.of(all.get(i), i)).toList();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("daemons")
  void tablesAreTheSameOnBothEndsAndFollowWithdrawals(Supplier<Daemon> kind, int number)
      throws Exception {
    Daemon theirs = kind.get().overIpv6();
    assumeThat(theirs.absence()).as("%s is there", theirs).isEmpty();
    List<String> unshare = new ArrayList<>(List.of("unshare", "--net"));
    if (!"root".equals(System.getProperty("user.name"))) {
      unshare.addAll(List.of("--user", "--map-root-user"));
    }
    assumeThat(run(unshare, "true").exitValue()).as("namespaces can be made").isZero();

    Process session =
        run(
            unshare,
            "sh",
            "-ec",
            NETWORK,
            "sh",
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            Ipv6Session.class.getName(),
            String.valueOf(number),
            directory.toString());

    String said = new String(session.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(session.waitFor()).as(said).isZero();
  }

  private static Process run(List<String> unshare, String... command) throws Exception {
    List<String> words = new ArrayList<>(unshare);
    words.addAll(List.of(command));
    Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
    process.getOutputStream().close();
    if (command.length == 1) {
      process.waitFor();
    }
    return process;
  }
}
