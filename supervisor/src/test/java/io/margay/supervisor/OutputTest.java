package io.margay.supervisor;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.agent.report.NodeReport;
import io.margay.agent.report.NodeReport.Peer;
import io.margay.calicoctl.Screen;
import io.margay.calicoctl.Terminal;
import io.margay.calicoctl.log.LogLevel;
import io.margay.datastore.Entry;
import io.margay.datastore.Key;
import io.margay.kernel.KernelException;
import io.margay.kernel.Sysctls;
import io.margay.net.IpAddress;
import io.margay.supervisor.HostPrograms.Output;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What the commands print, on hosts and with agents that are made up.
class OutputTest {

  private static final LocalDateTime NOW = LocalDateTime.of(2017, 4, 11, 23, 40, 4);

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final Terminal terminal =
      new Terminal(
          Map.of(),
          InputStream.nullInputStream(),
          new PrintStream(out, true, StandardCharsets.UTF_8),
          new PrintStream(err, true, StandardCharsets.UTF_8),
          LogLevel.PANIC,
          Screen.NONE);

  private String output() {
    return out.toString(StandardCharsets.UTF_8);
  }

  private static Peer peer(
      String address, String type, String state, Duration inState, String error) {
    return new Peer(IpAddress.parse(address), type, state, inState, error, 0, 0, 0);
  }

  private static NodeReport report(boolean bgp, Peer... peers) {
    return new NodeReport("slave1", 1, Duration.ZERO, true, bgp, List.of(peers));
  }

  @Test
  void aPeerStandsInABoxAsCalicoPrintedIt() {
    Duration since = Duration.ofMinutes(10);
    assertThat(
            StatusCommand.text(
                report(
                    true,
                    peer("172.17.8.102", "node-to-node mesh", "Established", since, "reset once")),
                NOW))
        .isEqualTo(
            """
            Calico process is running.

            IPv4 BGP status
            +--------------+-------------------+-------+----------+-------------+
            | PEER ADDRESS |     PEER TYPE     | STATE |  SINCE   |    INFO     |
            +--------------+-------------------+-------+----------+-------------+
            | 172.17.8.102 | node-to-node mesh | up    | 23:30:04 | Established |
            +--------------+-------------------+-------+----------+-------------+

            IPv6 BGP status
            No IPv6 peers found.

            """);
  }

  @Test
  void peersOfBothFamiliesAndTheirTroublesAreTold() {
    assertThat(
            StatusCommand.text(
                report(
                    true,
                    peer("10.0.0.9", "global", "Active", Duration.ofDays(2), "connection refused"),
                    peer("10.0.0.10", "node specific", "OpenSent", Duration.ZERO, ""),
                    peer("fd00::9", "global", "Idle", Duration.ofSeconds(4), "wrong AS:\n65001")),
                NOW))
        .isEqualTo(
            """
            Calico process is running.

            IPv4 BGP status
            +--------------+---------------+-------+------------+---------------------------+
            | PEER ADDRESS |   PEER TYPE   | STATE |   SINCE    |           INFO            |
            +--------------+---------------+-------+------------+---------------------------+
            | 10.0.0.9     | global        | start | 2017-04-09 | Active connection refused |
            | 10.0.0.10    | node specific | start | 23:40:04   | OpenSent                  |
            +--------------+---------------+-------+------------+---------------------------+

            IPv6 BGP status
            +--------------+-----------+-------+----------+----------------------+
            | PEER ADDRESS | PEER TYPE | STATE |  SINCE   |         INFO         |
            +--------------+-----------+-------+----------+----------------------+
            | fd00::9      | global    | start | 23:40:00 | Idle wrong AS: 65001 |
            +--------------+-----------+-------+----------+----------------------+

            """);
  }

  @Test
  void anAgentWithoutBgpHasNoBackend() {
    assertThat(StatusCommand.text(report(false), NOW))
        .isEqualTo(
            """
            Calico process is running.

            None of the BGP backend processes (BIRD or GoBGP) are running.

            """);
  }

  @Test
  void noAgentIsAFailure(@TempDir Path empty) throws InterruptedException {
    assertThat(StatusCommand.run(empty, NOW, terminal)).isFalse();
    assertThat(output()).isEqualTo("Calico process is not running.\n");
  }

  /// A host whose kernel is of a release and lacks what these scripts try.
  private boolean check(String release, String... lacking) {
    return new SystemCheck(
            command -> {
              if (command.getFirst().equals("uname")) {
                return new Output(true, release + "\n");
              }
              boolean lacks = List.of(lacking).stream().anyMatch(command.getLast()::contains);
              return new Output(!lacks, lacks ? "Invalid argument." : "");
            },
            terminal)
        .run();
  }

  @Test
  void aHostThatHasEverythingPasses() {
    assertThat(check("6.1.0-18-amd64")).isTrue();
    assertThat(output())
        .isEqualTo(
            """
            Checking kernel version...
            \t\t6.1.0-18-amd64      \t\t\t\t\tOK
            Checking kernel modules...
            \t\txt_set              \t\t\t\t\tOK
            \t\tip6_tables          \t\t\t\t\tOK
            \t\tip_tables           \t\t\t\t\tOK
            \t\txt_conntrack        \t\t\t\t\tOK
            \t\txt_mark             \t\t\t\t\tOK
            \t\txt_multiport        \t\t\t\t\tOK
            \t\txt_comment          \t\t\t\t\tOK
            \t\txt_addrtype         \t\t\t\t\tOK
            \t\txt_rpfilter         \t\t\t\t\tOK
            \t\tveth                \t\t\t\t\tOK
            \t\txt_MASQUERADE       \t\t\t\t\tOK
            \t\txt_nat              \t\t\t\t\tOK
            \t\txt_CT               \t\t\t\t\tOK
            \t\tvxlan               \t\t\t\t\tOK
            \t\tipip                \t\t\t\t\tOK
            System meets minimum system requirements to run Calico!
            """);
  }

  @Test
  void aHostWithoutIpv6PassesWithAWarning() {
    assertThat(check("6.1.0", "ip6tables")).isTrue();
    assertThat(output())
        .contains(
            "WARNING: IPv6 will be unavailable as ip6_tables kernel module is not found\n"
                + "\t\tip6_tables          \t\t\t\t\tFAIL\n")
        .endsWith("System meets minimum system requirements to run Calico!\n");
  }

  @Test
  void whatAPoolMayNeverAskForIsNoFailure() {
    assertThat(check("6.1.0", "type ipip")).isTrue();
    assertThat(output())
        .contains(
            "WARNING: IPIP will be unavailable as ipip kernel module is not found\n"
                + "\t\tipip                \t\t\t\t\tFAIL\n")
        .endsWith("System meets minimum system requirements to run Calico!\n");
  }

  @Test
  void aHostThatLacksSomethingFailsAndIsToldWhat() {
    assertThat(check("2.6.23.17", "ipset")).isFalse();
    assertThat(output())
        .contains(
            "Minimum kernel version to run Calico is 2.6.24. Detected kernel version: 2.6.23.17\n",
            "WARNING: Unable to detect the xt_set module as Loaded/Builtin module or lsmod\n"
                + "\t\txt_set              \t\t\t\t\tFAIL\n")
        .endsWith("System doesn't meet one or more minimum systems requirements to run Calico\n");
    assertThat(err.toString(StandardCharsets.UTF_8)).contains("It said: Invalid argument.\n");
  }

  @Test
  void kernelsAreComparedByNumbers() {
    assertThat(check("2.6.24")).isTrue();
    assertThat(check("2.6.100")).isTrue();
    assertThat(check("3.0")).isTrue();
    assertThat(check("2.5.99")).isFalse();
  }

  /// Parameters in a map; writing one that is not there fails, as the kernel has it.
  private record FakeSysctls(Map<String, String> values) implements Sysctls {
    @Override
    public Optional<String> read(String path) {
      return Optional.ofNullable(values.get(path));
    }

    @Override
    public void write(String path, String value) {
      if (values.replace(path, value) == null) {
        throw new KernelException("no such parameter: " + path);
      }
    }
  }

  private List<String> prepare(Map<String, String> sysctls, Optional<String> modprobe) {
    List<String> said = new ArrayList<>();
    new HostPreparation(new FakeSysctls(sysctls), _ -> modprobe, said::add).prepare();
    return said;
  }

  @Test
  void aHostIsPreparedToForward() {
    Map<String, String> sysctls =
        new TreeMap<>(
            Map.of(
                "net/ipv4/ip_forward", "0",
                "net/ipv6/conf/all/forwarding", "0",
                "net/netfilter/nf_conntrack_max", "262144"));
    assertThat(prepare(sysctls, Optional.empty()))
        .containsExactly(
            "Running command to load modules: modprobe -a xt_set ip6_tables",
            "Enabling IPv4 forwarding",
            "Enabling IPv6 forwarding",
            "Increasing conntrack limit");
    assertThat(sysctls.values()).containsExactly("1", "1", "1000000");
  }

  @Test
  void modulesAndTheLimitOfConnectionsAreNotInsistedOn() {
    Map<String, String> sysctls = new TreeMap<>(Map.of("net/ipv4/ip_forward", "1"));
    assertThat(prepare(sysctls, Optional.of("modprobe: FATAL: no xt_set")))
        .satisfiesExactly(
            line -> assertThat(line).startsWith("Running command"),
            line ->
                assertThat(line)
                    .startsWith("WARNING: modules were not loaded: no xt_set. Going on"),
            line -> assertThat(line).isEqualTo("Enabling IPv4 forwarding"),
            line -> assertThat(line).isEqualTo("Increasing conntrack limit"),
            line -> assertThat(line).startsWith("WARNING: the conntrack limit stays at"));
  }

  @Test
  void aHigherLimitOfConnectionsStays() {
    Map<String, String> sysctls =
        new TreeMap<>(
            Map.of("net/ipv4/ip_forward", "1", "net/netfilter/nf_conntrack_max", "2000000"));
    prepare(sysctls, Optional.empty());
    assertThat(sysctls).containsEntry("net/netfilter/nf_conntrack_max", "2000000");
  }

  @Test
  void secretsAreLeftOutOfDiagnostics() {
    assertThat(
            DiagsCommand.shown(
                new Entry<>(new Key.FelixSetting(null, "EtcdPassword"), "hunter2", 1)))
        .isEqualTo("GlobalConfig(name=EtcdPassword) = (left out)");
    assertThat(DiagsCommand.shown(new Entry<>(new Key.BgpSetting(null, "as_num"), "64512", 1)))
        .isEqualTo("GlobalBGPConfig(name=as_num) = 64512");
  }
}
