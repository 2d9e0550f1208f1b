package io.margay.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `calicoctl` as a process of its own: what a test inside its JVM cannot see.
class ProgramIT {

  private static final Path HOME = Path.of(System.getProperty("margay.home"));

  @TempDir Path directory;

  private Path installation;

  /// An installation with the same programs, whose cache is its own.
  @BeforeEach
  void install() throws IOException {
    installation = directory.resolve("margay home");
    Path target = Files.createDirectories(installation.resolve("margay/target"));
    Files.createSymbolicLink(target.resolve("lib"), HOME.resolve("margay/target/lib"));
    for (String programs : List.of("bin", "build")) {
      Files.createDirectory(installation.resolve(programs));
      try (Stream<Path> files = Files.list(HOME.resolve(programs))) {
        for (Path file : files.toList()) {
          Path copy = installation.resolve(programs).resolve(file.getFileName().toString());
          Files.copy(file, copy);
          Files.setPosixFilePermissions(copy, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
      }
    }
  }

  private Path cache() {
    return installation.resolve("margay/target/calicoctl.aot");
  }

  private Command calicoctl(String variable, String... arguments) {
    List<String> words = new ArrayList<>(List.of("env", variable));
    words.add("CALICOCTL_CONFIG=" + directory.resolve("none.cfg"));
    words.add(installation.resolve("bin/calicoctl").toString());
    words.addAll(List.of(arguments));
    return Command.run(words, "");
  }

  private Command getNodes() {
    return calicoctl("EMBEDDED_PATH=" + directory.resolve("datastore.db"), "get", "node");
  }

  @Test
  void aCacheOfClassesChangesNothingButTheTime() throws IOException {
    Command listing = new Command(0, "NAME   \n\n");
    assertThat(getNodes()).as("without a cache").isEqualTo(listing);

    assertThat(Command.run(List.of(installation.resolve("build/start-cache.sh").toString()), ""))
        .isEqualTo(new Command(0, ""));
    assertThat(cache()).isNotEmptyFile();
    assertThat(getNodes()).as("with a cache").isEqualTo(listing);

    Files.writeString(cache(), "This is no cache.");
    assertThat(getNodes()).as("with what is no cache").isEqualTo(listing);
  }

  @Test
  void aDatastoreThatCannotBeReachedIsNamed() {
    for (String type : List.of("etcdv2", "etcdv3")) {
      List<String> words = new ArrayList<>(List.of("env", "DATASTORE_TYPE=" + type));
      words.addAll(List.of("ETCD_ENDPOINTS=http://127.0.0.1:1", "CALICOCTL_CONFIG=/none"));
      words.addAll(List.of(installation.resolve("bin/calicoctl").toString(), "get", "node"));
      Command refused = Command.run(words, "");
      assertThat(refused.output())
          .startsWith("Failed to ")
          .contains(type + " at http://127.0.0.1:1 ", "Check that etcd runs and listens there")
          .endsWith("\n[etcd-unreachable] See docs/errors.md.\n")
          .hasLineCount(2);
      assertThat(refused.exitCode()).isEqualTo(1);
    }
  }

  @Test
  void filesThatMayNotBeReadAreNamed() throws IOException {
    Path secret = Files.writeString(directory.resolve("secret.yaml"), "kind: policy\n");
    Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("---------"));
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    assertRefused(
        "Failed to execute command: cannot read '%s': permission denied. Run calicoctl as a user who may read the file",
        secret, "apply", "-f", secret.toString());
    assertRefused(
        "Failed to create Calico API client: cannot read the config file %s: permission denied. ",
        secret, "get", "node", "--config=" + secret);
  }

  /// As a user to whom permissions apply.
  private void assertRefused(String message, Path file, String... arguments) {
    Command refused = asNobody(Map.of("HOME", "/"), arguments);
    assertThat(refused.output()).contains(message.formatted(file));
    assertThat(refused.exitCode()).isEqualTo(1);
  }

  private Command asNobody(Map<String, String> environment, String... arguments) {
    List<String> words = new ArrayList<>(List.of("setpriv", "--reuid=65534", "--clear-groups"));
    words.add("env");
    environment.forEach((name, value) -> words.add(name + "=" + value));
    words.add(installation.resolve("bin/calicoctl").toString());
    assumeTrue(
        Command.run(Stream.concat(words.stream(), Stream.of("version")).toList(), "").exitCode()
            == 0,
        "this machine does not let us be another user who can read the installation");
    words.addAll(List.of(arguments));
    return Command.run(words, "");
  }

  /// sqlite-jdbc leaves its library behind in a process that ends at once.
  @Test
  void whoHasNoHomeLeavesNothingBehind() throws IOException {
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxrwx"));
    Path temporary = Files.createDirectory(directory.resolve("tmp"));
    Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rwxrwxrwx"));
    Command listing =
        asNobody(
            Map.of(
                "HOME",
                "/",
                "EMBEDDED_PATH",
                directory.resolve("new.db").toString(),
                "JAVA_TOOL_OPTIONS",
                "-Djava.io.tmpdir=" + temporary),
            "get",
            "node");
    assertThat(listing.output()).contains("NAME");
    assertThat(listing.exitCode()).isZero();
    assertThat(temporary).isEmptyDirectory();
  }

  @Test
  void outputThatCannotBeWrittenIsAFailure() {
    assumeTrue(Files.exists(Path.of("/dev/full")), "there is no /dev/full here");
    Command full =
        Command.run(
            List.of(
                "sh",
                "-c",
                "'%s' version >/dev/full".formatted(installation.resolve("bin/calicoctl"))),
            "");
    assertThat(full.output()).startsWith("Not all of the output could be written.");
    assertThat(full.exitCode()).isEqualTo(1);
  }

  @Test
  void coloursAreForTerminalsAlone() {
    assumeTrue(
        Command.run(List.of("sh", "-c", "command -v script"), "").exitCode() == 0,
        "there is no script(1) here (package bsdutils)");
    String failing =
        "env CALICOCTL_CONFIG=/none EMBEDDED_PATH='%s' '%s' delete policy q"
            .formatted(
                directory.resolve("datastore.db"),
                installation.resolve("bin/calicoctl").toString());
    String message = "Failed to delete 'policy' resource: resource does not exist: Policy(name=q)";
    assertThat(Command.run(List.of("sh", "-c", failing), "").output()).startsWith(message + "\n");
    assertThat(onATerminal("TERM=xterm " + failing)).contains("\u001b[31m" + message + "\u001b[0m");
    assertThat(onATerminal("TERM=xterm NO_COLOR=1 " + failing)).startsWith(message);
    assertThat(onATerminal("TERM=dumb " + failing)).startsWith(message);
  }

  private static String onATerminal(String command) {
    return Command.run(List.of("script", "--quiet", "--command", command, "/dev/null"), "")
        .output();
  }
}
