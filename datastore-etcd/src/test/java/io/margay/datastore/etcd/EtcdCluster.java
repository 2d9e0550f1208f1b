package io.margay.datastore.etcd;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.margay.datastore.Await;
import io.margay.datastore.DatastoreConfig;
import io.margay.datastore.DatastoreConfig.EtcdApi;
import io.margay.datastore.DatastoreConfig.EtcdCredentials;
import io.margay.datastore.DatastoreConfig.EtcdTls;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// A real etcd cluster on loopback addresses, as long as the test needs it.
///
/// Elections are quick, so that a lost leader is replaced in half a second, and leases may be
/// short.
public final class EtcdCluster implements AutoCloseable {

  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final HttpClient HTTP =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(1))
          .build();

  /// Files in the members' hands; null for plain HTTP.
  public record ServerTls(Path cert, Path key, Path clientCa) {}

  private final String program;
  private final Path directory;
  private final List<String> options;
  private ServerTls tls;
  private final List<Member> members = new ArrayList<>();
  private String token;

  private static final class Member {
    final String name;
    final int clientPort;
    final int peerPort;
    final int healthPort;
    Process process;

    Member(String name, int[] ports) {
      this.name = name;
      this.clientPort = ports[0];
      this.peerPort = ports[1];
      this.healthPort = ports[2];
    }
  }

  /// What `build/newer-etcd.sh` has unpacked.
  private static final Path NEWER = Path.of("..", "target", "newer-etcd", "usr", "bin", "etcd");

  private EtcdCluster(
      String program, Path directory, int size, ServerTls tls, List<String> options) {
    this.program = program;
    this.directory = directory;
    this.tls = tls;
    this.options = options;
    int[] ports = freePorts(size * 3);
    for (int i = 0; i < size; i++) {
      members.add(new Member("m" + i, Arrays.copyOfRange(ports, 3 * i, 3 * i + 3)));
    }
    this.token = "t" + ports[0];
  }

  /// A cluster in a directory that must be empty. The test is skipped where there is no etcd.
  public static EtcdCluster start(Path directory, int size) {
    return start(directory, size, null);
  }

  public static EtcdCluster start(Path directory, int size, ServerTls tls) {
    return start(directory, size, tls, List.of());
  }

  /// @param options more of etcd's own
  static EtcdCluster start(Path directory, int size, ServerTls tls, List<String> options) {
    assumeTrue(
        onPath("etcd"), "etcd is not installed (Debian package etcd-server), so it is not tested");
    return started(new EtcdCluster("etcd", directory, size, tls, options));
  }

  /// One member of a newer etcd than Debian 12's. The test is skipped where there is none.
  static EtcdCluster startNewer(Path directory) {
    assumeTrue(
        Files.isExecutable(NEWER), "build/newer-etcd.sh has not got a newer etcd to be tested");
    String program = NEWER.toAbsolutePath().normalize().toString();
    return started(new EtcdCluster(program, directory, 1, null, List.of()));
  }

  private static EtcdCluster started(EtcdCluster cluster) {
    try {
      cluster.startAll();
      return cluster;
    } catch (RuntimeException | Error e) {
      cluster.close();
      throw e;
    }
  }

  static boolean onPath(String program) {
    return Arrays.stream(System.getenv("PATH").split(":"))
        .anyMatch(directory -> Files.isExecutable(Path.of(directory, program)));
  }

  private static int[] freePorts(int count) {
    var sockets = new ArrayList<ServerSocket>();
    try {
      for (int i = 0; i < count; i++) {
        sockets.add(new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1")));
      }
      int[] ports = sockets.stream().mapToInt(ServerSocket::getLocalPort).toArray();
      for (var socket : sockets) {
        socket.close();
      }
      return ports;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String scheme() {
    return tls == null ? "http" : "https";
  }

  private void launch(Member member) {
    String client = scheme() + "://127.0.0.1:" + member.clientPort;
    String peer = "http://127.0.0.1:" + member.peerPort;
    var command = new ArrayList<String>();
    if (onPath("setpriv")) {
      command.addAll(List.of("setpriv", "--pdeathsig", "KILL"));
    }
    command.addAll(
        List.of(
            program,
            "--name=" + member.name,
            "--data-dir=" + directory.resolve(member.name),
            "--listen-client-urls=" + client,
            "--advertise-client-urls=" + client,
            "--listen-peer-urls=" + peer,
            "--initial-advertise-peer-urls=" + peer,
            "--listen-metrics-urls=http://127.0.0.1:" + member.healthPort,
            "--initial-cluster="
                + members.stream()
                    .map(m -> m.name + "=http://127.0.0.1:" + m.peerPort)
                    .collect(Collectors.joining(",")),
            "--initial-cluster-token=" + token,
            "--initial-cluster-state=new",
            "--heartbeat-interval=50",
            "--election-timeout=500",
            "--logger=zap",
            "--enable-v2=true"));
    command.addAll(options);
    if (tls != null) {
      command.add("--cert-file=" + tls.cert());
      command.add("--key-file=" + tls.key());
      command.add("--client-cert-auth");
      command.add("--trusted-ca-file=" + tls.clientCa());
    }
    try {
      var log = directory.resolve(member.name + ".log").toFile();
      member.process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(log))
              .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public void startAll() {
    members.forEach(this::launch);
    awaitHealthy();
  }

  public void start(int member) {
    launch(members.get(member));
    awaitHealthy(members.get(member));
  }

  /// Has all members show other certificates from now on, as if they had been renewed.
  void restartWith(ServerTls other) {
    killAll();
    tls = other;
    startAll();
  }

  /// Has a member stand still, with its connections open.
  void pause(int member) {
    signal("STOP", member);
  }

  void resume(int member) {
    signal("CONT", member);
  }

  private void signal(String name, int member) {
    try {
      String pid = Long.toString(members.get(member).process.pid());
      if (new ProcessBuilder("kill", "-" + name, pid).start().waitFor() != 0) {
        throw new AssertionError("kill -" + name + " " + pid);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private void awaitHealthy() {
    members.forEach(this::awaitHealthy);
  }

  private void awaitHealthy(Member member) {
    Await.until(
        () -> {
          if (!member.process.isAlive()) {
            throw new AssertionError("etcd ended: " + lastLines(member));
          }
          return isHealthy(member);
        },
        () -> "etcd is not healthy: " + lastLines(member));
  }

  private static boolean isHealthy(Member member) {
    var uri = URI.create("http://127.0.0.1:" + member.healthPort + "/health");
    try {
      var request = HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(3)).build();
      var response = HTTP.send(request, HttpResponse.BodyHandlers.ofString());
      return response.body().contains("true");
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private String lastLines(Member member) {
    try {
      var lines = Files.readAllLines(directory.resolve(member.name + ".log"));
      return String.join("\n", lines.subList(Math.max(0, lines.size() - 8), lines.size()));
    } catch (IOException e) {
      return e.toString();
    }
  }

  public void kill(int member) {
    kill(members.get(member));
  }

  public void killAll() {
    members.forEach(EtcdCluster::kill);
  }

  private static void kill(Member member) {
    if (member.process != null) {
      member.process.destroyForcibly();
      member.process.onExit().join();
    }
  }

  /// Stops all members and puts an empty cluster in their place, as whoever lost their disks would.
  public void replace() {
    killAll();
    token = token + "x";
    members.forEach(member -> deleteTree(directory.resolve(member.name)));
    startAll();
  }

  private static void deleteTree(Path tree) {
    try (var paths = Files.walk(tree)) {
      for (var path : paths.sorted((a, b) -> b.compareTo(a)).toList()) {
        Files.delete(path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public List<String> endpoints() {
    return members.stream().map(this::endpoint).toList();
  }

  private String endpoint(Member member) {
    return scheme() + "://127.0.0.1:" + member.clientPort;
  }

  public DatastoreConfig.Etcd config(EtcdApi api) {
    return config(api, null, new EtcdTls(null, null, null));
  }

  public DatastoreConfig.Etcd config(EtcdApi api, EtcdCredentials credentials, EtcdTls files) {
    return new DatastoreConfig.Etcd(api, endpoints(), credentials, files);
  }

  /// The number of the member that leads.
  public int leader() {
    return IntStream.range(0, members.size())
        .filter(i -> members.get(i).process.isAlive())
        .filter(i -> {
          var status = post(i, "/v3/maintenance/status", "{}");
          return status.path("header").path("member_id").equals(status.path("leader"));
        })
        .findFirst()
        .orElseThrow(() -> new AssertionError("no leader"));
  }

  /// Forgets the history up to now.
  public void compact() {
    var status = post("/v3/maintenance/status", "{}");
    String revision = status.path("header").path("revision").asText();
    post("/v3/kv/compaction", "{\"revision\":" + revision + ",\"physical\":true}");
  }

  /// Deletes every key of the v3 API, and every one of the v2 API below `/calico`.
  public void empty() {
    post("/v3/kv/deleterange", "{\"key\":\"AA==\",\"range_end\":\"AA==\"}");
    send(
        HttpRequest.newBuilder(uri(0, "/v2/keys/calico?recursive=true"))
            .method("DELETE", HttpRequest.BodyPublishers.noBody()));
  }

  public static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  /// Asks the first member that is alive, by etcd's JSON gateway.
  public JsonNode post(String path, String body) {
    int alive =
        IntStream.range(0, members.size())
            .filter(i -> members.get(i).process.isAlive())
            .findFirst()
            .orElseThrow();
    return post(alive, path, body);
  }

  /// @param token of a user, by `/v3/auth/authenticate`
  public JsonNode post(String path, String body, String token) {
    return send(
        HttpRequest.newBuilder(uri(0, path))
            .header("Authorization", token)
            .POST(HttpRequest.BodyPublishers.ofString(body)));
  }

  private JsonNode post(int member, String path, String body) {
    return send(
        HttpRequest.newBuilder(uri(member, path)).POST(HttpRequest.BodyPublishers.ofString(body)));
  }

  /// A request of the v2 keys API.
  public JsonNode v2(String method, String path, String form) {
    return send(
        HttpRequest.newBuilder(uri(0, "/v2/keys" + path))
            .header("Content-Type", "application/x-www-form-urlencoded")
            .method(method, HttpRequest.BodyPublishers.ofString(form)));
  }

  private URI uri(int member, String path) {
    return URI.create(endpoint(members.get(member)) + path);
  }

  private static JsonNode send(HttpRequest.Builder request) {
    try {
      var response =
          HTTP.send(
              request.timeout(Duration.ofSeconds(10)).build(),
              HttpResponse.BodyHandlers.ofString());
      return MAPPER.readTree(response.body());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    members.stream()
        .map(member -> member.process)
        .filter(Objects::nonNull)
        .forEach(Process::destroyForcibly);
    members.stream()
        .map(member -> member.process)
        .filter(Objects::nonNull)
        .forEach(process -> process.onExit().join());
  }
}
