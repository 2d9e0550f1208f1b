package io.margay.transport.peers;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/// BIRD, of either line.
abstract class AnyBird extends Daemon {

  private static final Pattern ROUTE =
      Pattern.compile(
          "(?m)^([0-9a-f.:]+/\\d+)\\s[^\\n]*(?:\\n\\t[^\\n]*)*?\\n\\tBGP.next_hop: (\\S+)");

  private final Path bird;
  private final Path birdc;

  AnyBird(Path bird, Path birdc) {
    this.bird = bird;
    this.birdc = birdc;
  }

  /// The one that Debian installs as `bird2`.
  static final class Bird2 extends AnyBird {
    Bird2() {
      super(Path.of("/usr/sbin/bird"), Path.of("/usr/sbin/birdc"));
    }

    @Override
    String configuration() {
      return "bird2.conf";
    }
  }

  /// The line that Calico ships; it has one daemon for each family.
  static final class Bird16 extends AnyBird {
    Bird16() {
      super(unpacked("bird", "usr/sbin/bird"), unpacked("bird", "usr/sbin/birdc"));
    }

    @Override
    String configuration() {
      return isOverIpv6() ? "bird16-ipv6.conf" : "bird16.conf";
    }

    @Override
    Path bird() {
      return isOverIpv6() ? unpacked("bird", "usr/sbin/bird6") : super.bird();
    }

    @Override
    boolean speaksIpv4() {
      return !isOverIpv6();
    }

    @Override
    boolean speaksIpv6() {
      return isOverIpv6();
    }
  }

  Path bird() {
    return bird;
  }

  @Override
  List<Path> programs() {
    return List.of(bird(), birdc);
  }

  @Override
  String passwordLine(String password) {
    return "password \"" + password + "\";";
  }

  @Override
  List<String> command(int port, boolean again) {
    List<String> command =
        new ArrayList<>(
            List.of(
                bird().toString(),
                "-f",
                "-c",
                configuration(),
                "-s",
                "bird.ctl",
                "-P",
                "bird.pid"));
    if (again) {
      command.add("-R");
    }
    return command;
  }

  private String birdc(String command) {
    return ask(List.of(birdc.toString(), "-s", directory() + "/bird.ctl", command));
  }

  @Override
  String table() {
    return birdc("show route all protocol margay");
  }

  @Override
  Pattern route() {
    return ROUTE;
  }

  @Override
  void withdraw() {
    birdc("disable static5");
  }

  @Override
  Optional<String> askForRefresh() {
    birdc("reload in margay");
    return Optional.empty();
  }
}
