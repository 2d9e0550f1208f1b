package io.margay.reflector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margay.net.AsNumber;
import io.margay.net.IpPrefix;
import io.margay.net.Ipv4Address;
import io.margay.reflector.ReflectorConfig.ClientRange;
import io.margay.reflector.ReflectorConfig.Peer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class ReflectorFileTest {

  private static final String LEAST =
      """
      as: 64512
      routerId: 10.0.0.9
      clients:
        - range: 10.0.0.0/24
      """;

  @Test
  void littleIsNeeded() {
    ReflectorConfig config = ReflectorFile.parse("r.yaml", LEAST);
    assertThat(config.listen()).containsExactly(new InetSocketAddress("0.0.0.0", 179));
    assertThat(config.clusterId()).isEqualTo(Ipv4Address.parse("10.0.0.9"));
    assertThat(config.holdTime()).isEqualTo(Duration.ofSeconds(90));
    assertThat(config.clients()).containsExactly(new ClientRange(IpPrefix.parse("10.0.0.0/24")));
    assertThat(config.peers()).isEmpty();
    assertThat(config.statusSocket()).isNull();
    assertThat(config.metrics()).isNull();
    assertThat(config.datastore()).isNull();
  }

  /// What docs/reflector.md shows is what is understood.
  @Test
  void theExampleOfTheDocumentationIsUnderstood() throws IOException {
    String page = Files.readString(Path.of("..", "docs", "reflector.md"));
    String yaml =
        page.substring(page.indexOf("```yaml\n") + 8, page.indexOf("```\n\nWhat the file"));
    ReflectorConfig config = ReflectorFile.parse("docs", yaml);
    assertThat(config.listen())
        .containsExactly(
            new InetSocketAddress("192.168.40.2", 179), new InetSocketAddress("fd00::2", 179));
    assertThat(config.clusterId()).isEqualTo(Ipv4Address.parse("1.0.0.1"));
    assertThat(config.metrics()).isEqualTo(new InetSocketAddress("127.0.0.1", 9092));
    assertThat(config.datastore()).isEqualTo(Path.of("/etc/calico/calicoctl.cfg"));
    assertThat(config.clients())
        .containsExactly(
            new ClientRange(IpPrefix.parse("192.168.40.0/24")),
            new ClientRange(IpPrefix.parse("192.168.41.0/24"), "between-us", 1000));
    assertThat(config.peers()).hasSize(3);
    assertThat(config.peers().get(0))
        .returns(new AsNumber(64512), Peer::as)
        .returns(true, Peer::gracefulNotification)
        .returns(false, Peer::client);
    assertThat(config.peers().get(1)).returns(true, Peer::client).returns(1, Peer::ttlSecurity);
    assertThat(config.peers().get(2))
        .returns(new AsNumber(65001), Peer::as)
        .returns(true, Peer::passive);
  }

  @Test
  void allMistakesAreToldAtOnceEachWithLineAndField() {
    assertThatThrownBy(() ->
            ReflectorFile.parse(
                "r.yaml",
                """
                routerId: 0.0.0.0
                holdTime: 2
                lisen: 10.0.0.9
                clients:
                  - range: 10.0.0.1/24
                    maxPrefixes: many
                  - password: secret
                peers:
                  - address: 10.0.0.3
                    client: yes
                metrics: 9092
                """))
        .hasMessage(
            """
            r.yaml is not a reflector's configuration:
              line 1, as: it is missing
              line 1, routerId: 0.0.0.0, expected any other IPv4 address (RFC 6286)
              line 2, holdTime: 2 s, expected 0 or 3-65535 s (RFC 4271 §4.2)
              line 11, metrics: '9092' is no address with a port, expected for example 127.0.0.1:9092
              line 5, clients[0].range: 10.0.0.1/24 has bits behind its length, expected 10.0.0.0/24
              line 6, clients[0].maxPrefixes: 'many' is no number, expected 0-999999999
              line 7, clients[1].range: it is missing
              line 10, peers[0].client: 'yes', expected true or false
              line 3, lisen: there is no such field\
            """
                .indent(0)
                .stripTrailing());
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "- address: 10.0.0.3\\n    as: 65001 | peers[0].policy: a peer of another AS needs one",
        "- address: 10.0.0.3\\n    as: 65001\\n    client: true\\n    policy: accept-all"
            + " | peers[0].client: a peer of another AS cannot be a client",
        "- address: 10.0.0.3\\n  - address: 10.0.0.3 | peers[1].address: there are two peers",
        "- address: 10.0.0.300 | peers[0].address:",
        "- address: 10.0.0.3\\n    ttlSecurity: 0 | peers[0].ttlSecurity: 0 hops",
        "- address: 10.0.0.3\\n    password: ''  | peers[0].password: password of 0 octets",
        "- address: 10.0.0.3\\n    address: 10.0.0.4 | peers[0].address: it is there twice",
        "- 10.0.0.3 | peers[0]: expected fields",
      })
  void peersThatCannotBe(String peer, String expected) {
    String text = LEAST + "peers:\n  " + peer.replace("\\n", "\n") + "\n";
    assertThatThrownBy(() -> ReflectorFile.parse("r.yaml", text)).hasMessageContaining(expected);
  }

  @Test
  void aReflectorThatWouldAcceptNobodyIsAMistake() {
    assertThatThrownBy(() -> ReflectorFile.parse("r", "as: 1\nrouterId: 10.0.0.1\n"))
        .hasMessageContaining("nobody would be accepted");
    assertThatThrownBy(() -> ReflectorFile.parse("r", "")).hasMessageContaining("is empty");
    assertThatThrownBy(() -> ReflectorFile.parse("r", "as: [1\nrouterId: x"))
        .hasMessageContaining("line 2");
  }

  private static String error(String... arguments) {
    StringWriter err = new StringWriter();
    int exitCode =
        new CommandLine(new ReflectorCommand()).setErr(new PrintWriter(err)).execute(arguments);
    assertThat(exitCode).isEqualTo(2);
    return err.toString();
  }

  @Test
  void optionsThatAreWrongSaySo(@TempDir Path directory) throws IOException {
    Path file = Files.writeString(directory.resolve("r.yaml"), "as: x\n");
    assertThat(error("--config", file.toString())).contains("--config: " + file, "line 1, as: ");
    assertThat(error("--config", directory + "/none")).contains("cannot be read");
    assertThat(error("--config", file.toString(), "--as", "1"))
        .contains("--as: with --config, say it in the file instead");
    assertThat(error("--as", "1")).contains("--router-id is missing");
    assertThat(error("--as", "1", "--router-id", "10.0.0.1"))
        .contains("--accept-clients is missing");
    assertThat(error("--as", "1", "--router-id", "10.0.0.1", "--accept-clients", "10.0.0.1/24"))
        .contains("--accept-clients: 10.0.0.1/24 has bits behind its length");
    assertThat(
            error(
                "--as=1", "--router-id=10.0.0.1", "--accept-clients=10.0.0.0/24", "--hold-time=x"))
        .contains("--hold-time: 'x' is no number");
  }
}
