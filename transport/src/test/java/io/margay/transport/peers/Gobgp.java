package io.margay.transport.peers;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// GoBGP, which is told its own routes by its command line client.
final class Gobgp extends Daemon {

  private static final Path GOBGPD = unpacked("gobgpd", "usr/bin/gobgpd");
  private static final Path GOBGP = unpacked("gobgpd", "usr/bin/gobgp");
  private static final Pattern ROUTE =
      Pattern.compile("(?m)^[S*> ]*([0-9a-f.:]+/\\d+)\\s+([0-9a-f.:]+)\\s");

  @Override
  List<Path> programs() {
    return List.of(GOBGPD, GOBGP);
  }

  @Override
  String configuration() {
    return "gobgp.toml";
  }

  @Override
  String passwordLine(String password) {
    return "auth-password = \"" + password + "\"";
  }

  @Override
  List<String> command(int port, boolean again) {
    List<String> command =
        new ArrayList<>(
            List.of(
                // The socket of a run that was killed is in the way.
                "sh",
                "-c",
                "rm -f gobgp.sock; exec \"$@\"",
                "sh",
                GOBGPD.toString(),
                "-f",
                "gobgp.toml",
                "-t",
                "toml",
                "--api-hosts",
                socket(),
                "--log-level",
                "info",
                "--pprof-disable"));
    if (again) {
      command.add("-r");
    }
    return command;
  }

  private String socket() {
    return "unix://" + directory() + "/gobgp.sock";
  }

  private String gobgp(String... arguments) {
    List<String> command = new ArrayList<>(List.of(GOBGP.toString(), "--target", socket()));
    command.addAll(List.of(arguments));
    return ask(command);
  }

  @Override
  void started() {
    if (isReflector()) {
      return;
    }
    gobgp("global", "rib", "add", "10.1.0.0/24", "nexthop", "10.9.0.1");
    gobgp("global", "rib", "add", "10.1.1.0/24", "nexthop", "10.9.0.1");
    gobgp("global", "rib", "add", "-a", "ipv6", "fd80:1::/64", "nexthop", "fd00::1");
  }

  @Override
  String table() {
    return Stream.of("ipv4", "ipv6")
        .map(family -> gobgp("global", "rib", "-a", family))
        .reduce("", String::concat);
  }

  @Override
  Pattern route() {
    return ROUTE;
  }

  @Override
  void withdraw() {
    gobgp("global", "rib", "del", "10.1.1.0/24", "nexthop", "10.9.0.1");
  }

  /// A soft reset works on what it has kept.
  @Override
  Optional<String> askForRefresh() {
    return Optional.of("does not ask");
  }

  /// Its routes are told to it by a client only after its start, when it may have said already that
  /// it has told all.
  @Override
  Optional<String> restartsWithoutGrace() {
    return Optional.of("told its routes after its start");
  }
}
