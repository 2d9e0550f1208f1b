package io.margay.calicoctl;

import io.margay.calicoctl.log.StandardErrorLog;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// Runs what operators run most, so that the JVM can write down which classes that takes, ready to
/// be mapped into memory at the next start (JEP 483, `-XX:AOTCacheOutput`). `build/start-cache.sh`
/// calls it after a build, on a datastore of its own.
public final class StartupTraining {

  private static final List<List<String>> COMMANDS =
      List.of(
          List.of("validate", "-f", "{file}"),
          List.of("apply", "-f", "{file}"),
          List.of("create", "--skip-exists", "-f", "{file}"),
          List.of("get", "node", "-o", "wide"),
          List.of("get", "bgpPeer"),
          List.of("get", "hostEndpoint", "-o", "wide"),
          List.of("get", "workloadEndpoint", "-o", "wide"),
          List.of("get", "ipPool", "-o", "wide"),
          List.of("get", "policy", "-o", "yaml"),
          List.of("get", "profile", "-o", "json"),
          List.of("get", "node", "slave1"),
          List.of(
              "get",
              "wep",
              "-o",
              "go-template={{range .}}{{range .Items}}{{.Metadata.Name}}{{end}}{{end}}"),
          List.of("config", "get", "asNumber"),
          List.of("config", "set", "logLevel", "info"),
          List.of("ipam", "show", "--ip=192.168.1.1"),
          List.of("delete", "--skip-not-exists", "-f", "{file}"),
          List.of("version"),
          List.of("--help"));

  private StartupTraining() {}

  /// @param arguments a directory for the datastore
  public static void main(String[] arguments) throws IOException {
    Path directory = Path.of(arguments[0]);
    Path file = directory.resolve("training.yaml");
    try (InputStream documents = StartupTraining.class.getResourceAsStream("training.yaml")) {
      if (documents == null) {
        throw new IllegalStateException("this build lacks training.yaml");
      }
      Files.copy(documents, file);
    }
    StandardErrorLog.choose();
    Map<String, String> environment =
        Map.of(
            "CALICOCTL_CONFIG", directory.resolve("none.cfg").toString(),
            "EMBEDDED_PATH", directory.resolve("datastore.db").toString());
    for (List<String> command : COMMANDS) {
      String[] words =
          command.stream()
              .map(word -> word.replace("{file}", file.toString()))
              .toArray(String[]::new);
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      PrintStream print = new PrintStream(out, true, StandardCharsets.UTF_8);
      int code = Calicoctl.run(words, environment, InputStream.nullInputStream(), print, print);
      if (code != 0) {
        throw new IllegalStateException(command + ": " + out.toString(StandardCharsets.UTF_8));
      }
    }
    askEtcd(directory);
  }

  /// There is none at that port, but to find out takes most of what it takes to ask one.
  private static void askEtcd(Path directory) {
    for (String type : List.of("etcdv3", "etcdv2")) {
      Map<String, String> environment =
          Map.of(
              "CALICOCTL_CONFIG",
              directory.resolve("none.cfg").toString(),
              "DATASTORE_TYPE",
              type,
              "ETCD_ENDPOINTS",
              "http://127.0.0.1:1");
      PrintStream nowhere =
          new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8);
      Calicoctl.run(
          new String[] {"get", "node"},
          environment,
          InputStream.nullInputStream(),
          nowhere,
          nowhere);
    }
  }
}
