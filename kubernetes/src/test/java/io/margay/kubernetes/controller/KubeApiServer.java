package io.margay.kubernetes.controller;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.margay.datastore.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/// A real kube-apiserver on loopback addresses, with etcd behind it. `build/kube-apiserver.sh`
/// makes one; the system property `kube-apiserver` says where another is.
final class KubeApiServer implements AutoCloseable {

  private static final String TOKEN = "a-token-for-tests";

  private final Path directory;
  private final Path program;
  private final String etcd;
  private final int port;
  private Process process;

  private KubeApiServer(Path directory, Path program, String etcd) {
    this.directory = directory;
    this.program = program;
    this.etcd = etcd;
    this.port = freePort();
  }

  /// The program; the test is skipped where there is none.
  static Path program() {
    Path program =
        Path.of(System.getProperty("kube-apiserver", "../target/kube-apiserver/kube-apiserver"));
    assumeTrue(
        Files.isExecutable(program),
        "there is no kube-apiserver (build/kube-apiserver.sh makes one), so it is not tested");
    return program;
  }

  /// @param etcd its URL
  static KubeApiServer start(Path directory, Path program, String etcd) throws IOException {
    Files.writeString(directory.resolve("tokens.csv"), TOKEN + ",admin,1,system:masters\n");
    Files.writeString(directory.resolve("service.key"), rsaKey());
    var server = new KubeApiServer(directory, program, etcd);
    try {
      server.start();
      return server;
    } catch (RuntimeException | Error e) {
      server.close();
      throw e;
    }
  }

  private static int freePort() {
    try (var socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String rsaKey() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(2048);
      byte[] der = generator.generateKeyPair().getPrivate().getEncoded();
      return "-----BEGIN PRIVATE KEY-----\n"
          + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der)
          + "\n-----END PRIVATE KEY-----\n";
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has RSA", e);
    }
  }

  /// Starts it, also again, and waits until it answers.
  void start() {
    String key = directory.resolve("service.key").toString();
    List<String> command = new ArrayList<>();
    if (Files.isExecutable(Path.of("/usr/bin/setpriv"))) {
      command.addAll(List.of("setpriv", "--pdeathsig", "KILL"));
    }
    command.addAll(
        List.of(
            program.toString(),
            "--etcd-servers=" + etcd,
            "--secure-port=" + port,
            "--bind-address=127.0.0.1",
            "--advertise-address=127.0.0.1",
            "--cert-dir=" + directory.resolve("certs"),
            "--service-account-issuer=https://kubernetes.default.svc",
            "--service-account-signing-key-file=" + key,
            "--service-account-key-file=" + key,
            "--token-auth-file=" + directory.resolve("tokens.csv"),
            "--authorization-mode=RBAC",
            "--service-cluster-ip-range=10.96.0.0/16",
            "--disable-admission-plugins=ServiceAccount",
            "--enable-priority-and-fairness=false",
            "--watch-cache=true"));
    try {
      process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(directory.resolve("log").toFile()))
              .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    try (KubernetesClient client = client()) {
      Await.until(() -> isReady(client), () -> "kube-apiserver is not ready: " + lastLines());
    }
  }

  /// Ready once it has made the namespaces that every cluster has.
  private boolean isReady(KubernetesClient client) {
    if (!process.isAlive()) {
      throw new AssertionError("kube-apiserver ended: " + lastLines());
    }
    try {
      return client.namespaces().withName("kube-system").get() != null
          && client.namespaces().withName("default").get() != null;
    } catch (KubernetesClientException e) {
      return false;
    }
  }

  private String lastLines() {
    try {
      List<String> lines = Files.readAllLines(directory.resolve("log"));
      return String.join("\n", lines.subList(Math.max(0, lines.size() - 10), lines.size()));
    } catch (IOException e) {
      return e.toString();
    }
  }

  KubernetesClient client() {
    return new KubernetesClientBuilder()
        .withConfig(
            new ConfigBuilder()
                .withMasterUrl("https://127.0.0.1:" + port)
                .withOauthToken(TOKEN)
                .withTrustCerts(true)
                .withDisableHostnameVerification(true)
                .withAutoConfigure(false)
                .build())
        .build();
  }

  /// Kills it without a chance to say good-bye.
  void kill() {
    if (process != null) {
      process.destroyForcibly();
      process.onExit().join();
    }
  }

  @Override
  public void close() {
    kill();
  }
}
