package io.margay.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.margay.calicoctl.Dialogue;
import io.margay.calicoctl.Dialogue.Answer;
import io.margay.lab.Topology.Host;
import io.margay.net.IpPrefix;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Everything that the guide to a tenant network types and sees, in a network of the guide's own
/// addresses: etcd with its v2 API on one host, `calicoctl node run` on the others.
/// `-Ddialogues.rewrite=src/test/resources/dialogues` writes down what is really answered.
class SeedDialogueIT {

  private static final String ETCD = "http://192.168.40.10:2379";

  /// `compile` has a datastore of its own, as in the guide.
  private static final Topology HOSTS =
      new Topology(
          "guide",
          "the hosts of the guide, on which nothing runs yet",
          List.of(
              host("etcd", "192.168.40.10/24"),
              host("slave1", "192.168.40.11/24"),
              host("slave2", "192.168.40.12/24"),
              host("compile", "192.168.40.2/24")),
          List.of(),
          Map.of(),
          List.of());

  /// Gives a host a name, and a `/run` and `/var/log` of its own, which are those of the machine
  /// otherwise.
  private static final String ON_ITS_OWN =
      """
      set -e
      files=$1
      hostname "$2"
      shift 2
      mount --bind "$files/run" /run
      mount --bind "$files/log" /var/log
      exec "$@"
      """;

  @TempDir Path directory;

  private static Host host(String name, String address) {
    return new Host(name, IpPrefix.parse(address), false, Map.of());
  }

  @Test
  void theGuideIsTrueFromTheFirstCommandToTheLast()
      throws IOException, URISyntaxException, InterruptedException {
    assumeTrue(
        Command.run(List.of("sh", "-c", "command -v etcd"), "").exitCode() == 0,
        "there is no etcd here (package etcd-server)");
    String text =
        Files.readString(Path.of(SeedDialogueIT.class.getResource("/dialogues/guide.txt").toURI()));
    try (SeedLab lab = SeedLab.up(HOSTS)) {
      Process etcd =
          lab.startIn(
              "etcd",
              directory.resolve("etcd.log"),
              "etcd",
              "--data-dir=" + directory.resolve("etcd"),
              "--listen-client-urls=" + ETCD,
              "--advertise-client-urls=" + ETCD,
              "--enable-v2=true");
      try {
        SeedLab.awaitThat(
            () -> text(directory.resolve("etcd.log")).contains("ready to serve client requests"),
            () -> "etcd is ready: " + text(directory.resolve("etcd.log")));
        Path files = Files.createDirectory(directory.resolve("files"));
        String actual =
            Dialogue.actual(
                text,
                files,
                Map.of("{home}", Path.of(System.getProperty("margay.home"))),
                (place, words, variables, in) -> ask(lab, place, words, in));
        String rewrite = System.getProperty("dialogues.rewrite");
        if (rewrite != null) {
          Files.writeString(Path.of(rewrite, "guide.txt"), actual);
        }
        assertThat(Dialogue.meaningful(actual)).isEqualTo(Dialogue.meaningful(text));
      } finally {
        etcd.destroy();
        etcd.waitFor();
      }
    }
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return "";
    }
  }

  private Answer ask(SeedLab lab, String place, List<String> words, byte[] in) {
    if (words.equals(List.of("node", "status"))) {
      SeedLab.awaitThat(
          () -> run(lab, place, words, in).out().contains("Established"),
          () -> "the peer is up: " + run(lab, place, words, in).out());
    }
    return run(lab, place, words, in);
  }

  private Answer run(SeedLab lab, String place, List<String> words, byte[] in) {
    try {
      Path files = directory.resolve(place);
      Files.createDirectories(files.resolve("run"));
      Files.createDirectories(files.resolve("log"));
      List<String> command =
          new ArrayList<>(List.of("unshare", "--mount", "--uts", "sh", "-c", ON_ITS_OWN, "sh"));
      command.addAll(List.of(files.toString(), place, "env"));
      if (place.equals("compile")) {
        command.add("DATASTORE_TYPE=embedded");
        command.add("EMBEDDED_PATH=" + directory.resolve("compile.db"));
        command.add("CALICOCTL_CONFIG=/none");
      } else {
        command.add("CALICOCTL_CONFIG=" + directory.resolve("files/calicoctl.cfg"));
      }
      command.add(System.getProperty("margay.home") + "/bin/calicoctl");
      command.addAll(words);
      Path out = directory.resolve("out");
      Path err = directory.resolve("err");
      Process process =
          new ProcessBuilder(lab.lab.holder().enter(place, command))
              .redirectOutput(out.toFile())
              .redirectError(err.toFile())
              .start();
      try (var stdin = process.getOutputStream()) {
        stdin.write(in);
      }
      int code = process.waitFor();
      return new Answer(code, asEverywhere(Files.readString(out)), Files.readString(err));
    } catch (IOException e) {
      throw new LabException("cannot run calicoctl " + words, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LabException("interrupted in calicoctl " + words, e);
    }
  }

  /// The time since which a peer is up is another one each time, and whether modules can be loaded
  /// and the connection limit raised is the machine's affair.
  private static String asEverywhere(String output) {
    return output
        .replaceAll("\\| \\d\\d:\\d\\d:\\d\\d \\|", "| 23:30:04 |")
        .replaceAll("WARNING: (modules were not loaded|the conntrack limit).*\n", "");
  }
}
