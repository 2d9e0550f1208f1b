package io.margay.transport.peers;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/// OpenBGPD. It forks, and drops its privileges to a user that exists only in its mount namespace.
final class OpenBgpd extends Daemon {

  private static final Path BGPD = unpacked("openbgpd", "usr/sbin/bgpd");
  private static final Path BGPCTL = unpacked("openbgpd", "usr/sbin/bgpctl");
  private static final Pattern ROUTE =
      Pattern.compile("(?m)^[A-Z*>]+\\s+[NV!]\\s+([0-9a-f.:]+/\\d+)\\s+([0-9a-f.:]+)\\s");

  @Override
  List<Path> programs() {
    return List.of(BGPD, BGPCTL);
  }

  @Override
  Optional<String> absence() {
    return "root".equals(System.getProperty("user.name"))
        ? super.absence()
        : Optional.of("OpenBGPD needs root for its mount namespace");
  }

  @Override
  String configuration() {
    return "openbgpd.conf";
  }

  @Override
  String passwordLine(String password) {
    return "tcp md5sig password \"" + password + "\"";
  }

  @Override
  List<String> command(int port, boolean again) {
    try (InputStream script = OpenBgpd.class.getResourceAsStream("/peers/openbgpd.sh")) {
      if (script == null) {
        throw new IllegalStateException("no test resource peers/openbgpd.sh");
      }
      String text = new String(script.readAllBytes(), StandardCharsets.UTF_8);
      return List.of(
          "unshare", "-m", "sh", "-c", text, "sh", BGPD.toString(), directory() + "/openbgpd.conf");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String bgpctl(String... arguments) {
    List<String> command =
        new ArrayList<>(List.of(BGPCTL.toString(), "-s", directory() + "/bgpd.sock"));
    command.addAll(List.of(arguments));
    return ask(command);
  }

  @Override
  String table() {
    return bgpctl("show", "rib");
  }

  @Override
  Pattern route() {
    return ROUTE;
  }

  @Override
  void withdraw() {
    try {
      Path file = directory().resolve("openbgpd.conf");
      String text = Files.readString(file);
      Files.writeString(file, text.replace("network 10.1.1.0/24 set nexthop 10.9.0.1", ""));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    bgpctl("reload");
  }

  @Override
  Optional<String> askForRefresh() {
    bgpctl("neighbor", ours(), "refresh");
    return Optional.empty();
  }

  /// Version 7.7 says "not negotiated" to any request, BIRD's too.
  @Override
  Optional<String> answersNoRefresh() {
    return Optional.of("says \"not negotiated\", to BIRD as well");
  }

  /// Debian's 7.7 does not take signed connections, BIRD's neither.
  @Override
  Optional<String> signsNothing() {
    return Optional.of("Debian's build takes no signed connection, of BIRD neither");
  }

  /// bgpd.conf(5), `announce restart`: it helps others, but keeps nothing itself.
  @Override
  Optional<String> restartsWithoutGrace() {
    return Optional.of("helps only");
  }
}
