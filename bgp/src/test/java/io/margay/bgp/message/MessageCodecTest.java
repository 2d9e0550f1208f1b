package io.margay.bgp.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.margay.bgp.message.AsPath.Segment;
import io.margay.bgp.message.AsPath.SegmentType;
import io.margay.bgp.message.BgpMessage.Announcement;
import io.margay.bgp.message.BgpMessage.EndOfRib;
import io.margay.bgp.message.BgpMessage.Keepalive;
import io.margay.bgp.message.BgpMessage.Notification;
import io.margay.bgp.message.BgpMessage.Open;
import io.margay.bgp.message.BgpMessage.RouteRefresh;
import io.margay.bgp.message.BgpMessage.Update;
import io.margay.bgp.message.NotificationError.Cease;
import io.margay.net.AsNumber;
import io.margay.net.IpAddress;
import io.margay.net.IpFamily;
import io.margay.net.IpPrefix;
import io.margay.net.Ipv4Address;
import io.margay.net.Ipv6Address;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class MessageCodecTest {

  private static final Ipv4Address ID = Ipv4Address.parse("172.16.1.1");

  private static PathAttributes.Builder via(String nextHop) {
    return PathAttributes.builder().nextHop(NextHop.of(IpAddress.parse(nextHop)));
  }

  private static Update announce(PathAttributes.Builder attributes, String... prefixes) {
    List<IpPrefix> parsed = Stream.of(prefixes).map(IpPrefix::parse).toList();
    return new Update(List.of(), List.of(new Announcement(attributes.build(), parsed)));
  }

  private static Arguments row(String name, SessionCodec codec, byte[] octets, BgpMessage message) {
    return Arguments.of(name, codec, octets, message);
  }

  /// Name, session, octets, message: each row holds in both directions.
  static Stream<Arguments> messages() {
    SessionCodec internal = Messages.INTERNAL;
    return Stream.of(
        row(
            "OPEN without capabilities",
            internal,
            Messages.message(1, "04 fc00 005a ac100101 00"),
            new Open(new AsNumber(64512), 90, ID, List.of())),
        row(
            "OPEN of a node",
            internal,
            Messages.message(
                1,
                "04 fc00 005a ac100101 1e 02 1c"
                    + "0104 0001 00 01"
                    + "0104 0002 00 01"
                    + "0200"
                    + "4006 8078 0001 01 80"
                    + "4104 0000fc00"),
            new Open(
                new AsNumber(64512),
                90,
                ID,
                List.of(
                    new Capability.Multiprotocol(AfiSafi.IPV4_UNICAST),
                    new Capability.Multiprotocol(AfiSafi.IPV6_UNICAST),
                    new Capability.RouteRefresh(),
                    new Capability.GracefulRestart(
                        true,
                        false,
                        120,
                        List.of(new Capability.GracefulRestart.Family(AfiSafi.IPV4_UNICAST, true))),
                    new Capability.FourOctetAs(new AsNumber(64512))))),
        row(
            "OPEN of a large AS with an unknown capability",
            internal,
            Messages.message(1, "04 5ba0 0000 ac100101 0c 02 0a 4104 fa56ea00 4902 0102"),
            new Open(
                new AsNumber(4200000000L),
                0,
                ID,
                List.of(
                    new Capability.FourOctetAs(new AsNumber(4200000000L)),
                    new Capability.Unknown(73, Octets.parse("0102"))))),
        row(
            "OPEN of a reflector",
            internal,
            Messages.message(
                1, "04 fc00 005a ac100101 14 02 12 0600 4600 4508 0001 01 03 0002 01 01 4002 4000"),
            new Open(
                new AsNumber(64512),
                90,
                ID,
                List.of(
                    new Capability.ExtendedMessage(),
                    new Capability.EnhancedRouteRefresh(),
                    new Capability.AddPath(
                        List.of(
                            new Capability.AddPath.Directions(AfiSafi.IPV4_UNICAST, true, true),
                            new Capability.AddPath.Directions(AfiSafi.IPV6_UNICAST, true, false))),
                    new Capability.GracefulRestart(false, true, 0, List.of())))),
        row(
            "ROUTE-REFRESH begins",
            internal,
            Messages.message(5, "0001 01 01"),
            new RouteRefresh(AfiSafi.IPV4_UNICAST, RouteRefresh.BEGIN)),
        row(
            "paths to IPv4 prefixes are withdrawn",
            Messages.ADD_PATH,
            Messages.message(2, "000d 00000001 08 0a 00000102 10 0a01 0000"),
            new Update(
                List.of(IpPrefix.parse("10.0.0.0/8"), IpPrefix.parse("10.1.0.0/16")),
                PathIds.of(1, 258),
                List.of())),
        row(
            "two paths to one IPv6 prefix are withdrawn",
            Messages.ADD_PATH,
            Messages.message(2, "0000 0015 900f 0011 0002 01 00000001 10 fd80 00000002 10 fd80"),
            new Update(
                List.of(IpPrefix.parse("fd80::/16"), IpPrefix.parse("fd80::/16")),
                PathIds.of(1, 2),
                List.of())),
        row(
            "a path to an IPv4 prefix",
            Messages.ADD_PATH,
            Messages.update(
                "", "400101 00 4002 00 400304 0a000001 400504 00000064", "80000007 10 ac10"),
            new Update(
                List.of(),
                List.of(
                    new Announcement(
                        via("10.0.0.1").localPref(100L).build(),
                        List.of(IpPrefix.parse("172.16.0.0/16")),
                        PathIds.of(0x80000007))))),
        row(
            "NOTIFICATION, hard reset",
            internal,
            Messages.message(3, "06 09 06 02 03 627965"),
            Notification.hardReset(Notification.cease(Cease.ADMINISTRATIVE_SHUTDOWN, "bye"))),
        row("KEEPALIVE", internal, Messages.message(4, ""), new Keepalive()),
        row(
            "NOTIFICATION, hold timer expired",
            internal,
            Messages.message(3, "04 00"),
            new Notification(4, 0, Octets.EMPTY)),
        row(
            "NOTIFICATION, shutdown with a text",
            internal,
            Messages.message(3, "06 02 03 627965"),
            Notification.cease(Cease.ADMINISTRATIVE_SHUTDOWN, "bye")),
        row(
            "NOTIFICATION nobody knows",
            internal,
            Messages.message(3, "63 01 ff"),
            new Notification(99, 1, Octets.parse("ff"))),
        row(
            "ROUTE-REFRESH",
            internal,
            Messages.message(5, "0002 00 01"),
            new RouteRefresh(AfiSafi.IPV6_UNICAST, 0)),
        row(
            "End-of-RIB of IPv4",
            internal,
            Messages.message(2, "0000 0000"),
            new EndOfRib(IpFamily.IPV4)),
        row(
            "End-of-RIB of IPv6",
            internal,
            Messages.message(2, "0000 0006 800f03 0002 01"),
            new EndOfRib(IpFamily.IPV6)),
        row(
            "UPDATE of a block on iBGP",
            internal,
            Messages.update(
                "",
                "40 01 01 00" + "40 02 00" + "40 03 04 ac100101" + "40 05 04 00000064",
                "1a 0a410000"),
            announce(via("172.16.1.1").localPref(100L), "10.65.0.0/26")),
        row(
            "UPDATE that withdraws, the default route among others",
            internal,
            Messages.update("1a 0a410000 00 20 0a410101", "", ""),
            new Update(
                List.of(
                    IpPrefix.parse("10.65.0.0/26"),
                    IpPrefix.parse("0.0.0.0/0"),
                    IpPrefix.parse("10.65.1.1/32")),
                List.of())),
        row(
            "UPDATE on eBGP with every attribute",
            internal,
            Messages.update(
                "",
                "40 01 01 02"
                    + "40 02 10 02 02 0000fde9 fa56ea00 01 01 0000fdea"
                    + "40 03 04 0a000001"
                    + "80 04 04 ffffffff"
                    + "40 05 04 000000c8"
                    + "40 06 00"
                    + "c0 07 08 0000fdea 0a000002"
                    + "c0 08 08 ffffff01 fde90001"
                    + "80 09 04 0a000003"
                    + "80 0a 08 01000001 01000002"
                    + "c0 10 08 0002fde900000001"
                    + "c0 20 0c 0000fde9 00000001 00000002"
                    + "e0 63 01 07",
                "08 0a 10 ac10"),
            announce(
                via("10.0.0.1")
                    .origin(Origin.INCOMPLETE)
                    .asPath(
                        new AsPath(
                            List.of(
                                new Segment(
                                    SegmentType.SEQUENCE,
                                    List.of(new AsNumber(65001), new AsNumber(4200000000L))),
                                new Segment(SegmentType.SET, List.of(new AsNumber(65002))))))
                    .multiExitDisc(4294967295L)
                    .localPref(200L)
                    .atomicAggregate(true)
                    .aggregator(new Aggregator(new AsNumber(65002), Ipv4Address.parse("10.0.0.2")))
                    .communities(List.of(Community.NO_EXPORT, new Community(65001 << 16 | 1)))
                    .originatorId(Ipv4Address.parse("10.0.0.3"))
                    .clusterList(
                        List.of(Ipv4Address.parse("1.0.0.1"), Ipv4Address.parse("1.0.0.2")))
                    .others(
                        List.of(
                            new RawAttribute(0xc0, 16, Octets.parse("0002fde900000001")),
                            new RawAttribute(0xc0, 32, Octets.parse("0000fde90000000100000002")),
                            new RawAttribute(0xe0, 99, Octets.parse("07")))),
                "10.0.0.0/8",
                "172.16.0.0/16")),
        row(
            "UPDATE of IPv6",
            internal,
            Messages.update(
                "",
                "90 0e 0025 0002 01 10 fd000000000000000000000000000001 00"
                    + "40 fd80000000000001"
                    + "2f fd8000000000"
                    + "40 01 01 00"
                    + "40 02 00",
                ""),
            announce(via("fd00::1"), "fd80:0:0:1::/64", "fd80::/47")),
        row(
            "UPDATE of IPv6 with a link-local next hop beside",
            internal,
            Messages.update(
                "",
                "90 0e 0026 0002 01 20 fd000000000000000000000000000001"
                    + "fe800000000000000000000000000002 00 00"
                    + "40 01 01 00"
                    + "40 02 00",
                ""),
            announce(
                PathAttributes.builder()
                    .nextHop(
                        new NextHop(
                            IpAddress.parse("fd00::1"), (Ipv6Address) IpAddress.parse("fe80::2"))),
                "::/0")),
        row(
            "UPDATE that withdraws IPv6",
            internal,
            Messages.update("", "90 0f 000a 0002 01 2f fd8000000000", ""),
            new Update(List.of(IpPrefix.parse("fd80::/47")), List.of())),
        row(
            "UPDATE between 2-octet speakers",
            Messages.TWO_OCTET,
            Messages.update(
                "", "40 01 01 00" + "40 02 06 02 02 fde9 fdea" + "40 03 04 0a000001", "08 0a"),
            announce(via("10.0.0.1").asPath(AsPath.sequence(65001, 65002)), "10.0.0.0/8")),
        row(
            "UPDATE towards a 2-octet speaker with large ASes",
            Messages.TWO_OCTET,
            Messages.update(
                "",
                "40 01 01 00"
                    + "40 02 06 02 02 5ba0 fdea"
                    + "40 03 04 0a000001"
                    + "c0 07 06 5ba0 0a000002"
                    + "c0 11 0a 02 02 fa56ea00 0000fdea"
                    + "c0 12 08 fa56ea00 0a000002",
                "08 0a"),
            announce(
                via("10.0.0.1")
                    .asPath(AsPath.sequence(4200000000L, 65002))
                    .aggregator(
                        new Aggregator(new AsNumber(4200000000L), Ipv4Address.parse("10.0.0.2"))),
                "10.0.0.0/8")));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("messages")
  void readsWhatItWrites(String name, SessionCodec codec, byte[] octets, BgpMessage message) {
    Decoded decoded = Messages.decode(octets, codec);
    assertThat(decoded.message()).isEqualTo(message);
    assertThat(decoded.errors()).isEmpty();
    assertThat(Messages.encode(message, codec))
        .singleElement()
        .extracting(Messages::hex)
        .isEqualTo(Octets.of(octets).toString());
  }

  @Test
  void readsCapabilitiesFromSeveralParametersAndLongOnes() {
    List<Capability> capabilities =
        List.of(new Capability.RouteRefresh(), new Capability.FourOctetAs(new AsNumber(64512)));
    Open open = new Open(new AsNumber(64512), 90, ID, capabilities);
    String fixed = "04 fc00 005a ac100101 ";
    assertThat(
            Messages.decode(
                    Messages.message(1, fixed + "0c 02 02 0200 02 06 41040000fc00"),
                    Messages.INTERNAL)
                .message())
        .isEqualTo(open);
    assertThat(
            Messages.decode(
                    Messages.message(1, fixed + "ff ff 000e 02 0002 0200 02 0006 41040000fc00"),
                    Messages.INTERNAL)
                .message())
        .isEqualTo(open);
  }

  @Test
  void writesCapabilitiesOfMoreThan253OctetsTheLongWay() {
    Octets large = Octets.of(new byte[200]);
    Open open =
        new Open(
            new AsNumber(64512),
            90,
            ID,
            List.of(new Capability.Unknown(200, large), new Capability.Unknown(201, large)));
    var frame = MessageEncoder.encode(open);
    assertThat(Messages.hex(frame)).contains("ffff0197020194c8c8");
    assertThat(Messages.decode(frame.array(), Messages.INTERNAL).message()).isEqualTo(open);
  }

  @Test
  void cutsAShutdownTextBetweenCharacters() {
    Notification notification =
        Notification.cease(Cease.ADMINISTRATIVE_SHUTDOWN, "x" + "ä".repeat(200));
    assertThat(notification.data().get(0)).isEqualTo(255);
    assertThat(Notification.cease(Cease.ADMINISTRATIVE_RESET, "ä".repeat(200)).data().get(0))
        .isEqualTo(254);
    assertThat(notification.describe())
        .isEqualTo("cease, administrative shutdown: \"x" + "ä".repeat(127) + "\"");
    assertThat(new Notification(6, 2, Octets.parse("05ff")).describe())
        .as("a length that does not fit")
        .isEqualTo("cease, administrative shutdown");
    assertThat(new Notification(6, 4, Octets.parse("03ff0a61")).describe())
        .as("no UTF-8, and a line feed")
        .isEqualTo("cease, administrative reset: \"\uFFFD a\"");
    assertThat(new Notification(4, 0, Octets.EMPTY).describe()).isEqualTo("hold timer expired");
    assertThat(new Notification(99, 7, Octets.EMPTY).describe()).isEqualTo("error 99/7");
  }

  @Test
  void rebuildsThePathThatA2OctetSpeakerPassedOn() {
    record Case(String asPath, String as4Path, String result) {}
    List<Case> cases =
        List.of(
            // An old speaker, 65010, has prepended itself since.
            new Case("02 03 fdf2 5ba0 fdea", "02 02 fa56ea00 0000fdea", "65010 4200000000 65002"),
            // Longer than AS_PATH: someone has aggregated in between, no use.
            new Case("02 01 fdf2", "02 02 fa56ea00 0000fdea", "65010"),
            // Malformed: dropped.
            new Case("02 02 5ba0 fdea", "02 03 fa56ea00", "23456 65002"));
    for (Case c : cases) {
      byte[] update =
          Messages.update(
              "",
              "40010100"
                  + "4002%02x".formatted(Messages.bytes(c.asPath).length)
                  + c.asPath
                  + "4003040a000001"
                  + "c011%02x".formatted(Messages.bytes(c.as4Path).length)
                  + c.as4Path,
              "080a");
      assertThat(Messages.decode(update, Messages.TWO_OCTET).message())
          .isInstanceOfSatisfying(
              Update.class,
              u ->
                  assertThat(u.announced().getFirst().attributes().asPath()).hasToString(c.result));
    }
  }

  @Test
  void ignoresHostBitsAndPrefixesOfForeignFamilies() {
    assertThat(Messages.decode(Messages.update("0c ffff", "", ""), Messages.INTERNAL).message())
        .isEqualTo(new Update(List.of(IpPrefix.parse("255.240.0.0/12")), List.of()));
    assertThat(
            Messages.decode(Messages.update("", "800f 05 0001 80 0102", ""), Messages.INTERNAL)
                .message())
        .as("MP_UNREACH_NLRI of VPN-IPv4")
        .isEqualTo(new Update(List.of(), List.of()));
  }

  @Test
  void spreadsManyPrefixesOverMessages() {
    List<IpPrefix> prefixes =
        Stream.iterate(0, i -> i + 1)
            .limit(2000)
            .map(i -> new IpPrefix(new Ipv4Address(0x0a000000 | i), 32))
            .toList();
    for (Update update :
        List.of(
            new Update(prefixes, List.of()),
            new Update(List.of(), List.of(new Announcement(via("10.0.0.1").build(), prefixes))))) {
      var frames = Messages.encode(update, Messages.INTERNAL);
      assertThat(frames).hasSize(3).allMatch(frame -> frame.remaining() <= 4096);
      List<IpPrefix> read =
          frames.stream()
              .map(frame -> (Update) Messages.decode(frame.array(), Messages.INTERNAL).message())
              .flatMap(u ->
                  Stream.concat(
                      u.withdrawn().stream(),
                      u.announced().stream().flatMap(a -> a.prefixes().stream())))
              .toList();
      assertThat(read).isEqualTo(prefixes);
    }
  }

  @Test
  void aHardResetShowsItsTrueReason() {
    Notification shutdown = Notification.cease(Cease.ADMINISTRATIVE_SHUTDOWN, "bye");
    assertThat(Notification.hardReset(shutdown).describe())
        .isEqualTo("cease, hard reset, cease, administrative shutdown: \"bye\"");
    assertThat(Notification.of(Cease.HARD_RESET).describe()).isEqualTo("cease, hard reset");
    Notification twice = Notification.hardReset(Notification.hardReset(shutdown));
    assertThat(twice.describe()).isEqualTo("cease, hard reset, cease, hard reset");
  }

  @Test
  void extendedMessagesCarryMoreAndOthersKeepTheirLimit() {
    List<IpPrefix> prefixes =
        IntStream.range(0, 10_000)
            .mapToObj(i -> new IpPrefix(new Ipv4Address(0x0a000000 + i), 32))
            .toList();
    SessionCodec extended = new SessionCodec(true, false, true, Set.of(), Set.of());
    List<ByteBuffer> frames = new ArrayList<>();
    new UpdateEncoder(extended).announce(via("10.0.0.1").build(), prefixes, frames::add);
    assertThat(frames).singleElement().extracting(ByteBuffer::remaining).isEqualTo(50_037);
    MessageFramer framer = new MessageFramer();
    framer.use(extended);
    framer.append(frames.getFirst());
    ByteBuffer frame = framer.next();
    assertThat(frame).isNotNull();
    assertThat(MessageDecoder.decode(frame, extended).message())
        .isEqualTo(
            new Update(List.of(), List.of(new Announcement(via("10.0.0.1").build(), prefixes))));
    framer.append(ByteBuffer.wrap(Messages.bytes("ffffffffffffffffffffffffffffffff 1001 01 04")));
    assertThatExceptionOfType(MalformedMessageException.class)
        .as("OPEN of 4097 octets")
        .isThrownBy(framer::next);
  }

  @Test
  void aRefreshOfUnknownSubtypeIsReadWhateverItsLength() {
    assertThat(Messages.decode(Messages.message(5, "0001 07 01 80 00"), Messages.INTERNAL))
        .extracting(Decoded::message)
        .isEqualTo(new RouteRefresh(AfiSafi.IPV4_UNICAST, 7));
  }

  @Test
  void addPathDirectionsNobodyDefinedAreIgnored() {
    byte[] open = Messages.message(1, "04 fc00 005a ac100101 0c 02 0a 4508 0001 01 04 0002 01 02");
    assertThat(Messages.decode(open, Messages.INTERNAL).message())
        .isInstanceOfSatisfying(
            Open.class,
            message -> {
              assertThat(message.receivesPaths()).isEmpty();
              assertThat(message.sendsPaths()).containsExactly(IpFamily.IPV6);
            });
  }
}
