package io.margay.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `margay lab` as people type it, each command a process of its own.
class LabCommandIT {

  private static final Path HOME = Path.of(System.getProperty("margay.home"));
  private static final String NOBODY = "65534";

  @TempDir private Path directory;

  @Test
  void laterCommandsFindTheLabAndDownRemovesAllOfIt() {
    playThrough(List.of());
  }

  @Test
  void allOfItWorksWithoutRoot() throws IOException {
    assumeTrue(
        "root".equals(System.getProperty("user.name")), "not root, so the other test has shown it");
    List<String> asNobody =
        List.of("setpriv", "--reuid=" + NOBODY, "--regid=" + NOBODY, "--clear-groups");
    Files.setAttribute(directory, "unix:uid", Integer.parseInt(NOBODY));
    for (String needed : List.of("bin/margay", "margay/target/lib", "examples/tenant")) {
      assumeTrue(
          run(asNobody, "test", "-r", HOME.resolve(needed).toString()).exitCode() == 0,
          "another user may not read " + HOME.resolve(needed));
    }
    assumeTrue(
        run(asNobody, "unshare", "--user", "--map-root-user", "--net", "true").exitCode() == 0,
        "this machine does not let users make namespaces");
    playThrough(asNobody);
  }

  private void playThrough(List<String> prefix) {
    assertThat(margay(prefix, "lab", "show"))
        .isEqualTo(
            new Command(
                1, "margay lab: no lab is up. Build one: margay lab up seed [lab-failed]\n"));
    assertThat(margay(prefix, "lab", "up", "mesh-of-dreams"))
        .isEqualTo(
            new Command(
                1,
                "margay lab: there is no topology 'mesh-of-dreams'. These exist: seed [lab-failed]\n"));
    try {
      Command up = margay(prefix, "lab", "up", "seed");
      assertThat(up.output()).contains("agents: margay node on slave1, slave2 ... done");
      assertThat(up.exitCode()).isZero();

      assertThat(margay(prefix, "lab", "up").output()).contains("lab 'seed' is up already");
      assertThat(margay(prefix, "lab", "exec", "slave1", "--", "calicoctl", "get", "node").output())
          .contains("slave1", "slave2");
      assertThat(margay(prefix, "lab", "exec", "slave2", "--", "sh", "-c", "exit 7").exitCode())
          .isEqualTo(7);
      assertThat(margay(prefix, "lab", "exec", "slave3", "--", "true"))
          .satisfies(command -> assertThat(command.exitCode()).isEqualTo(1))
          .satisfies(
              command -> assertThat(command.output()).contains("there is no place 'slave3'"));
      assertThat(margay(prefix, "lab", "show", "--reach").output())
          .containsPattern("slave1-frontend1 +- +- +- +- +- +- +icmp");
    } finally {
      assertThat(margay(prefix, "lab", "down").output()).isEqualTo("The lab is removed.\n");
    }
    assertThat(directory.resolve("lab")).doesNotExist();
    assertThat(margay(prefix, "lab", "down").output()).isEqualTo("No lab is up.\n");
  }

  @Test
  void aLabThatCannotBeFinishedIsRemoved() throws IOException {
    Path home = Files.createDirectory(directory.resolve("home"));
    Files.createSymbolicLink(home.resolve("bin"), HOME.resolve("bin"));
    LabDirectory files = new LabDirectory(directory.resolve("lab"));
    ByteArrayOutputStream told = new ByteArrayOutputStream();
    Progress progress = new Progress(new PrintStream(told, true), new Style(false));
    assumeTrue(
        run(List.of(), "unshare", "--net", "true").exitCode() == 0
            || run(List.of(), "unshare", "--user", "--map-root-user", "--net", "true").exitCode()
                == 0,
        "this machine does not let us make namespaces");

    assertThatThrownBy(
            () -> Lab.up(SeedTopology.TOPOLOGY, new LabDatastore.Embedded(), files, home, progress))
        .isInstanceOf(LabException.class)
        .hasMessageContaining("calicoctl create")
        .hasMessageContaining("pools.yaml");

    assertThat(told.toString()).contains("resources: calicoctl create ... failed");
    assertThat(files.root()).doesNotExist();
    String root = files.root().toString();
    assertThat(
            ProcessHandle.allProcesses()
                .map(process -> process.info().commandLine().orElse(""))
                .filter(command -> command.contains(root)))
        .as("agents of the lab")
        .isEmpty();
  }

  private Command margay(List<String> prefix, String... arguments) {
    List<String> words = new ArrayList<>(List.of("env"));
    words.add("MARGAY_LAB_DIR=" + directory.resolve("lab"));
    words.add("HOME=" + directory);
    words.add(HOME.resolve("bin").resolve("margay").toString());
    words.addAll(List.of(arguments));
    return run(prefix, words.toArray(String[]::new));
  }

  private static Command run(List<String> prefix, String... command) {
    List<String> words = new ArrayList<>(prefix);
    words.addAll(List.of(command));
    return Command.run(words, "");
  }
}
