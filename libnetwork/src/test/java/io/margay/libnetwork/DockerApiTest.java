package io.margay.libnetwork;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is made of answers such as Docker 20.10 gives.
class DockerApiTest {

  @TempDir private Path directory;
  private ServerSocketChannel server;
  private DockerApi docker;

  /// Whole answers by path.
  private final Map<String, String> answers = new ConcurrentHashMap<>();

  @BeforeEach
  void open() throws IOException {
    Path socket = directory.resolve("docker.sock");
    server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    server.bind(UnixDomainSocketAddress.of(socket));
    Thread.ofPlatform().daemon().start(this::serve);
    docker = new DockerApi(socket);
  }

  @AfterEach
  void close() throws IOException {
    docker.close();
    server.close();
  }

  private void serve() {
    while (server.isOpen()) {
      try (SocketChannel client = server.accept()) {
        BufferedReader reader =
            new BufferedReader(Channels.newReader(client, StandardCharsets.UTF_8));
        String line = reader.readLine();
        while (!reader.readLine().isEmpty()) {
          // headers
        }
        client.write(
            ByteBuffer.wrap(
                answers.getOrDefault(line.split(" ")[1], "").getBytes(StandardCharsets.UTF_8)));
      } catch (IOException e) {
        return; // the test is over
      }
    }
  }

  private void answer(String path, String status, String body) {
    answers.put(
        path,
        "HTTP/1.1 %s\r\nApi-Version: 1.41\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n%s\r\n%s\r\n0\r\n\r\n"
            .formatted(status, Integer.toHexString(body.length()), body));
  }

  @Test
  void tellsTheNameOfANetwork() {
    answer("/networks/4d86", "200 OK", "{\"Name\":\"net1\",\"Id\":\"4d86\"}");
    assertThat(docker.networkName("4d86")).isEqualTo("net1");
  }

  @Test
  void findsTheLabelsOfTheContainerThatAnEndpointIsOf() {
    answer(
        "/networks/4d86",
        "200 OK",
        """
        {"Name":"net1","Containers":{"ep-8710":{"EndpointID":"8710"},"c2":{"EndpointID":"9999"},"c1":{"EndpointID":"8710"}}}\
        """);
    answer(
        "/containers/c1/json",
        "200 OK",
        "{\"Config\":{\"Labels\":{\"org.projectcalico.label.role\":\"web\"}}}");
    assertThat(docker.labels("4d86", "8710"))
        .contains(new HashMap<>(Map.of("org.projectcalico.label.role", "web")));
    assertThat(docker.labels("4d86", "7777")).isEmpty();
  }

  @Test
  void passesOnWhatDockerSaysAgainstIt() {
    answer("/networks/4d86", "404 Not Found", "{\"message\":\"network 4d86 not found\"}");
    assertThatThrownBy(() -> docker.networkName("4d86"))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("404")
        .hasMessageContaining("network 4d86 not found");
    answer("/networks/4d86", "200 OK", "<html>");
    assertThatThrownBy(() -> docker.networkName("4d86"))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("not JSON");
  }

  @Test
  void saysThatDockerIsNotThere() throws IOException {
    assertThatThrownBy(() -> docker.networkName("unheard"))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("--docker-socket");
    try (DockerApi nowhere = new DockerApi(directory.resolve("none.sock"))) {
      assertThatThrownBy(() -> nowhere.networkName("4d86"))
          .isInstanceOf(RefusedException.class)
          .hasMessageContaining("none.sock");
    }
  }
}
