package io.margay.lab;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;

/// Programs that an agent calls in the place of the real ones, and that call those, unless they are
/// told to fail or to be slow.
final class FaultyPrograms {

  private static final List<String> NAMES =
      List.of(
          "iptables-save",
          "iptables-restore",
          "ip6tables-save",
          "ip6tables-restore",
          "ipset",
          "conntrack");

  private final Path directory;
  private final boolean keepsRunning;

  /// @param keepsRunning whether the agent can keep programs running, as it does where it can; if
  ///   not, each write is a call, which can fail
  FaultyPrograms(Path directory, boolean keepsRunning) throws IOException {
    this.directory = Files.createDirectories(directory);
    this.keepsRunning = keepsRunning;
    List<String> names = new ArrayList<>(NAMES);
    byte[] script;
    try (InputStream in = FaultyPrograms.class.getResourceAsStream("faulty-program.sh")) {
      script = in.readAllBytes();
    }
    for (String name : names) {
      executable(name, script);
    }
    if (!keepsRunning) {
      executable("stdbuf", "#!/bin/sh\nexit 1\n".getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }
    failAt(0);
    delay("0");
  }

  private void executable(String name, byte[] script) throws IOException {
    Path file = Files.write(directory.resolve(name), script);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  /// What runs an agent that finds these programs first.
  List<String> prefix() {
    return List.of("env", "PATH=" + directory + ":" + System.getenv("PATH"));
  }

  /// Has the n-th call from now fail, and all others not; none if it is 0.
  void failAt(int call) throws IOException {
    Files.deleteIfExists(directory.resolve("failed"));
    Files.writeString(directory.resolve("calls"), "0\n");
    Files.writeString(directory.resolve("fail"), call + "\n");
  }

  /// The call that failed; empty if it has not come to that.
  String failed() {
    try {
      Path file = directory.resolve("failed");
      return Files.exists(file) ? Files.readString(file).strip() : "";
    } catch (IOException e) {
      throw new LabException("cannot read what failed", e);
    }
  }

  void delay(String seconds) throws IOException {
    Files.writeString(directory.resolve("delay"), seconds + "\n");
  }

  @Override
  public String toString() {
    return keepsRunning ? "programs that stay" : "a program for each call";
  }
}
