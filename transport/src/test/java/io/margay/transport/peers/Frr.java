package io.margay.transport.peers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/// FRRouting's bgpd alone, without zebra and thus without the kernel.
final class Frr extends Daemon {

  private static final Path BGPD = unpacked("frr", "usr/lib/frr/bgpd");

  /// One line for each prefix.
  private static final String ROUTE =
      "\"([0-9a-f.:]+/\\d+)\": \\[\\{.*?\"peerId\":\"%s\".*?\"nexthops\":\\[\\{\"ip\":\"([^\"]+)\"";

  @Override
  List<Path> programs() {
    return List.of(BGPD);
  }

  @Override
  String configuration() {
    return "frr.conf";
  }

  @Override
  String passwordLine(String password) {
    return "neighbor " + ours() + " password " + password;
  }

  @Override
  List<String> command(int port, boolean again) {
    String here = directory().toString();
    return List.of(
        BGPD.toString(),
        "-S",
        "-n",
        "-Z",
        "-p",
        String.valueOf(port),
        "-l",
        theirs(),
        "-P",
        "0",
        "-f",
        here + "/frr.conf",
        "-i",
        here + "/frr.pid",
        "--vty_socket",
        here,
        "-z",
        here + "/zserv.api");
  }

  @Override
  String table() {
    return vty("show bgp ipv4 unicast json") + vty("show bgp ipv6 unicast json");
  }

  @Override
  Pattern route() {
    return Pattern.compile(ROUTE.formatted(Pattern.quote(ours())));
  }

  @Override
  void withdraw() {
    vty("configure", "router bgp 64512", "address-family ipv4 unicast", "no network 10.1.1.0/24");
  }

  @Override
  Optional<String> askForRefresh() {
    vty("clear bgp ipv4 unicast " + ours() + " soft in");
    return Optional.empty();
  }

  /// Without zebra it does not claim to have kept forwarding.
  @Override
  Optional<String> restartsWithoutGrace() {
    return Optional.of("no F bit without zebra");
  }

  /// Runs commands as vtysh does: text and a zero there; text, three zeros and a status back.
  private String vty(String... commands) {
    Path path = directory().resolve("bgpd.vty");
    try (SocketChannel socket = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      socket.connect(UnixDomainSocketAddress.of(path));
      StringBuilder answers = new StringBuilder();
      command(socket, "enable");
      for (String command : commands) {
        answers.append(command(socket, command));
      }
      return answers.toString();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String command(SocketChannel socket, String command) throws IOException {
    socket.write(ByteBuffer.wrap((command + "\0").getBytes(StandardCharsets.UTF_8)));
    ByteBuffer answer = ByteBuffer.allocate(1 << 20);
    while (!isComplete(answer)) {
      if (socket.read(answer) < 0) {
        throw new IOException("bgpd closed its terminal");
      }
    }
    return new String(answer.array(), 0, answer.position() - 4, StandardCharsets.UTF_8);
  }

  private static boolean isComplete(ByteBuffer answer) {
    int end = answer.position();
    return end >= 4
        && answer.get(end - 4) == 0
        && answer.get(end - 3) == 0
        && answer.get(end - 2) == 0;
  }
}
