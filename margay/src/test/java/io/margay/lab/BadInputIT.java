package io.margay.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.margay.calicoctl.Dialogue;
import io.margay.calicoctl.Dialogue.Answer;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What calicoctl as it is shipped says to input that cannot be: files, flags, configuration,
/// permissions, datastores that are away, full or read-only. One text has every case, its message
/// and its exit code. `-Ddialogues.rewrite=src/test/resources/dialogues` writes down what is really
/// answered.
class BadInputIT {

  /// `full` has room for a new datastore and little else; `readonly` has one that nobody may
  /// change.
  private static final String DISKS =
      """
      set -e
      cd "$1"
      ip link set lo up
      mkdir full readonly
      mount -t tmpfs -o size=600k tmpfs full
      mount -t tmpfs -o size=10m tmpfs readonly
      env DATASTORE_TYPE=embedded EMBEDDED_PATH=full/datastore.db "$2" get node
      env DATASTORE_TYPE=embedded EMBEDDED_PATH=readonly/datastore.db "$2" get node
      head -c 10m /dev/zero >full/rest 2>/dev/null || true
      mount -o remount,ro readonly
      """;

  @TempDir Path directory;

  private Path files;
  private Holder holder;

  @BeforeEach
  void makeDisks() throws IOException {
    assumeTrue(SeedLab.canMakeNamespaces(), "this machine does not let us make namespaces");
    for (Path each : List.of(directory, Files.createDirectory(directory.resolve("files")))) {
      Files.setPosixFilePermissions(each, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
    files = directory.resolve("files");
    holder = Holder.start(directory.resolve("holder.log"));
    Command.run(holder.enter(List.of("sh", "-c", DISKS, "sh", files.toString(), calicoctl())), "")
        .orThrow("making disks");
  }

  @AfterEach
  void removeDisks() {
    if (holder != null) {
      holder.stop();
    }
  }

  private static String calicoctl() {
    return Path.of(System.getProperty("margay.home"), "bin", "calicoctl").toString();
  }

  @Test
  void everyMessageSaysWhatIsWrongWhereAndWhatToDo() throws IOException, URISyntaxException {
    assumeTrue(
        ask("nobody", List.of("version"), Map.of(), new byte[0]).code() == 0,
        "this machine does not let us be another user who can read the installation");
    Path secret = Files.writeString(files.resolve("secret.yaml"), "kind: policy\n");
    Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("---------"));
    Files.createDirectories(files.resolve("nothing"));
    Files.write(files.resolve("binary.yaml"), new byte[] {'a', ':', ' ', (byte) 0xff, '\n'});
    String text =
        Files.readString(Path.of(BadInputIT.class.getResource("/dialogues/bad-input.txt").toURI()));
    String actual = Dialogue.actual(text, files, Map.of(), this::ask);
    String rewrite = System.getProperty("dialogues.rewrite");
    if (rewrite != null) {
      Files.writeString(Path.of(rewrite, "bad-input.txt"), actual);
    }
    assertThat(Dialogue.meaningful(actual)).isEqualTo(Dialogue.meaningful(text));
  }

  private Answer ask(String place, List<String> words, Map<String, String> variables, byte[] in) {
    List<String> command = new ArrayList<>();
    if (place.equals("nobody")) {
      command.addAll(List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"));
    }
    command.addAll(List.of("env", "HOME=/", "CALICOCTL_CONFIG=/none"));
    if (!variables.containsKey("ETCD_ENDPOINTS")) {
      command.add("EMBEDDED_PATH=" + files.resolve("datastore.db"));
    }
    variables.forEach((name, value) -> command.add(name + "=" + value));
    command.add(calicoctl());
    command.addAll(words);
    try {
      Path out = directory.resolve("out");
      Path err = directory.resolve("err");
      Process process =
          new ProcessBuilder(holder.enter(command))
              .redirectOutput(out.toFile())
              .redirectError(err.toFile())
              .start();
      try (var stdin = process.getOutputStream()) {
        stdin.write(in);
      }
      int code = process.waitFor();
      return new Answer(code, Files.readString(out), Files.readString(err));
    } catch (IOException e) {
      throw new LabException("cannot run " + command, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LabException("interrupted in " + command, e);
    }
  }
}
