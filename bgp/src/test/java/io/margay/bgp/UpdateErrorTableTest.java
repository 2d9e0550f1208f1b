package io.margay.bgp;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.bgp.Speakers.Host;
import io.margay.bgp.message.BgpMessage.Notification;
import io.margay.bgp.message.Capability;
import io.margay.bgp.session.SessionState;
import io.margay.net.AsNumber;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Each row of `update-errors.txt`, from the octets to what a speaker makes of them.
class UpdateErrorTableTest {

  private static final HexFormat HEX = HexFormat.of();
  private static final int UPDATE = 2;
  private static final String NET = "170a0102";

  private final Speakers world = new Speakers(1);
  private final Host us = world.host(1);

  static Stream<Arguments> rows() throws IOException {
    try (InputStream in = UpdateErrorTableTest.class.getResourceAsStream("update-errors.txt")) {
      if (in == null) {
        throw new IllegalStateException("no test resource update-errors.txt");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
              .lines()
              .filter(line -> !line.isBlank() && !line.startsWith("#"))
              .map(line -> Stream.of(line.split("\\|", -1)).map(String::strip).toArray())
              .map(Arguments::of)
              .toList()
              .stream();
    }
  }

  @ParameterizedTest(name = "{0} ({1}): {2}")
  @MethodSource("rows")
  void reactsToAWrongUpdate(String situation, String session, String reaction, String body) {
    AsNumber as = session.equals("int") ? Speakers.AS : RawPeer.AS;
    RawPeer peer = new RawPeer(world, us, as);
    peer.isConfigured(settings -> settings);
    if (session.equals("old")) {
      peer.establishes();
    } else {
      peer.establishes(new Capability.FourOctetAs(as));
    }
    String path = session.equals("old") ? "OLDPATH" : "PATH";
    peer.sends(update("[] [ORIGIN " + path + " 400304 0a000009] NET"));
    assertThat(us.routes()).containsExactly("10.1.2.0/23 via [10.0.0.9]");

    peer.sends(update(body));
    if (reaction.startsWith("reset ")) {
      Notification notification = peer.notification();
      assertThat(notification).as("a NOTIFICATION has come").isNotNull();
      assertThat("reset %d/%d".formatted(notification.code(), notification.subcode()))
          .isEqualTo(reaction);
      assertThat(peer.closed).isTrue();
      assertThat(us.routes()).isEmpty();
      return;
    }
    assertThat(peer.notification()).isNull();
    assertThat(peer.status().state()).isEqualTo(SessionState.ESTABLISHED);
    switch (reaction) {
      case "withdraw" -> assertThat(us.routes()).isEmpty();
      case "announce" -> assertThat(us.routes()).containsExactly("10.1.2.0/23 via [10.0.0.8]");
      case "keep" -> assertThat(us.routes()).containsExactly("10.1.2.0/23 via [10.0.0.9]");
      default -> throw new IllegalArgumentException("reaction " + reaction);
    }
  }

  /// A message around a body in the table's notation.
  private static ByteBuffer update(String body) {
    String hex =
        body.replace("GOOD", "ORIGIN PATH HOP")
            .replace("ORIGIN", "400101 00")
            .replace("OLDPATH", "4002040201 fdf1")
            .replace("PATH", "4002060201 0000fdf1")
            .replace("HOP", "400304 0a000008")
            .replace("NET", NET)
            .replace(" ", "");
    while (hex.contains("[")) {
      int from = hex.indexOf('[');
      int to = hex.indexOf(']');
      String inside = hex.substring(from + 1, to);
      String length = HEX.toHexDigits((short) (inside.length() / 2));
      hex = hex.substring(0, from) + length + inside + hex.substring(to + 1);
    }
    byte[] octets = HEX.parseHex(hex);
    ByteBuffer message = ByteBuffer.allocate(19 + octets.length);
    message.putLong(-1).putLong(-1).putShort((short) message.capacity()).put((byte) UPDATE);
    return message.put(octets).flip();
  }
}
