package io.margay.bgp.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.margay.bgp.message.AttributeError.Reaction;
import io.margay.bgp.message.BgpMessage.Notification;
import io.margay.bgp.message.BgpMessage.Update;
import io.margay.net.IpPrefix;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class MalformedMessageTest {

  private static final String ORIGIN = "40 01 01 00";
  private static final String AS_PATH = "40 02 06 02 01 0000fde9";
  private static final String NEXT_HOP = "40 03 04 0a000001";
  private static final String GOOD = ORIGIN + AS_PATH + NEXT_HOP;
  private static final String PREFIX = "18 0a0102";
  private static final String OPEN = "04 fc00 005a ac100101 ";

  private static byte[] raw(String hex) {
    return Messages.bytes(hex);
  }

  private static Arguments reset(String name, byte[] message, int code, int subcode, String data) {
    return Arguments.of(name, message, new Notification(code, subcode, Octets.parse(data)));
  }

  static Stream<Arguments> endsTheSession() {
    String marker = "ffffffffffffffffffffffffffffffff";
    return Stream.of(
        reset("marker with a zero", raw("ffffff00" + marker), 1, 1, ""),
        reset("message too short", raw(marker + "0012 04"), 1, 2, "0012"),
        reset("message too long", raw(marker + "1001 02"), 1, 2, "1001"),
        reset("KEEPALIVE with a body", Messages.message(4, "00"), 1, 2, "0014"),
        reset("OPEN too short", Messages.message(1, "04"), 1, 2, "0014"),
        reset("message of type 9", raw(marker + "0013 09"), 1, 3, "09"),
        reset("ROUTE-REFRESH of 5 octets", Messages.message(5, "0001 00 01 00"), 1, 2, "0018"),
        reset("ROUTE-REFRESH of 1 octet", Messages.message(5, "00"), 1, 2, "0014"),
        reset(
            "BoRR of 5 octets",
            Messages.message(5, "0001 01 01 00"),
            7,
            1,
            marker + "00180500010101" + "00"),
        reset("EoRR of 3 octets", Messages.message(5, "0001 02"), 7, 1, marker + "001605000102"),
        reset("BGP-3", Messages.message(1, "03 fc00 005a ac100101 00"), 2, 1, "0004"),
        reset("AS 0", Messages.message(1, "04 0000 005a ac100101 00"), 2, 2, ""),
        reset("AS 0 of 4 octets", Messages.message(1, OPEN + "08 02 06 4104 00000000"), 2, 2, ""),
        reset("identifier 0", Messages.message(1, "04 fc00 005a 00000000 00"), 2, 3, ""),
        reset("hold time 2", Messages.message(1, "04 fc00 0002 ac100101 00"), 2, 6, ""),
        reset("authentication parameter", Messages.message(1, OPEN + "03 01 01 00"), 2, 4, ""),
        reset("parameters cut off", Messages.message(1, OPEN + "05 02 03 02"), 2, 0, ""),
        reset("capability cut off", Messages.message(1, OPEN + "04 02 02 4104"), 2, 0, ""),
        reset("capability too short", Messages.message(1, OPEN + "06 02 04 0102 0001"), 2, 0, ""),
        reset("withdrawn beyond the end", Messages.message(2, "0005 0000"), 3, 1, ""),
        reset("attributes beyond the end", Messages.message(2, "0000 0001"), 3, 1, ""),
        reset("withdrawn /33", Messages.update("21 0a00000000", "", ""), 3, 10, ""),
        reset("announced /33", Messages.update("", GOOD, "21 0a00000000"), 3, 10, ""),
        reset("announced prefix cut off", Messages.update("", GOOD, "18 0a00"), 3, 10, ""),
        reset("unknown well-known", Messages.update("", GOOD + "40 63 00", PREFIX), 3, 2, ""),
        reset(
            "MP_UNREACH_NLRI twice",
            Messages.update("", "800f03000201 800f03000201", ""),
            3,
            1,
            ""),
        reset(
            "MP_REACH_NLRI too short",
            Messages.update("", GOOD + "800e 04 0002 01 00", ""),
            3,
            9,
            ""),
        reset(
            "next hop of 12 octets",
            Messages.update("", GOOD + "800e 11 0002 01 0c 000000000000000000000000 00", ""),
            3,
            9,
            ""),
        reset("IPv6 /129", Messages.update("", "800f 04 0002 01 81", ""), 3, 9, ""),
        reset("MP_UNREACH_NLRI not optional", Messages.update("", "400f03000201", ""), 3, 4, ""),
        reset("broken and without prefixes", Messages.update("", "40 01 01 07", ""), 3, 1, ""),
        reset(
            "cut off where the prefixes may be",
            Messages.update("", "800e ff 0002 01", ""),
            3,
            1,
            ""));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource
  void endsTheSession(String name, byte[] message, Notification notification) {
    assertThatExceptionOfType(MalformedMessageException.class)
        .isThrownBy(() -> Messages.decode(message, Messages.EXTERNAL))
        .extracting(MalformedMessageException::notification)
        .isEqualTo(notification);
  }

  static Stream<Arguments> treatsAsWithdraw() {
    return Stream.of(
        Arguments.of("ORIGIN 3", "40 01 01 03" + AS_PATH + NEXT_HOP),
        Arguments.of("ORIGIN of 2 octets", "40 01 02 0000" + AS_PATH + NEXT_HOP),
        Arguments.of("ORIGIN marked optional", "c0 01 01 00" + AS_PATH + NEXT_HOP),
        Arguments.of("no ORIGIN", AS_PATH + NEXT_HOP),
        Arguments.of("no AS_PATH", ORIGIN + NEXT_HOP),
        Arguments.of("no NEXT_HOP", ORIGIN + AS_PATH),
        Arguments.of("AS_PATH of type 5", ORIGIN + "40 02 06 05 01 0000fde9" + NEXT_HOP),
        Arguments.of("AS_PATH overrun", ORIGIN + "40 02 06 02 02 0000fde9" + NEXT_HOP),
        Arguments.of("AS_PATH empty segment", ORIGIN + "40 02 02 02 00" + NEXT_HOP),
        Arguments.of("AS_PATH half a header", ORIGIN + "40 02 01 02" + NEXT_HOP),
        Arguments.of("AS 0 in AS_PATH", ORIGIN + "40 02 06 02 01 00000000" + NEXT_HOP),
        Arguments.of("confederation", ORIGIN + "40 02 06 03 01 0000fde9" + NEXT_HOP),
        Arguments.of("NEXT_HOP of 16 octets", ORIGIN + AS_PATH + "40 03 02 0a00"),
        Arguments.of("MED of 3 octets", GOOD + "80 04 03 000000"),
        Arguments.of("COMMUNITIES of 3 octets", GOOD + "c0 08 03 000000"),
        Arguments.of("COMMUNITIES of none", GOOD + "c0 08 00"),
        Arguments.of("extended community of 7", GOOD + "c0 10 07 00000000000000"),
        Arguments.of("large community of 4", GOOD + "c0 20 04 00000000"),
        Arguments.of("attribute longer than the rest", GOOD + "80 04 05 00000000"),
        Arguments.of("two octets left over", GOOD + "80 04"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource
  void treatsAsWithdraw(String name, String attributes) {
    Decoded decoded =
        Messages.decode(Messages.update("08 0b", attributes, PREFIX), Messages.EXTERNAL);
    assertThat(decoded.message())
        .isEqualTo(
            new Update(
                List.of(IpPrefix.parse("11.0.0.0/8"), IpPrefix.parse("10.1.2.0/24")), List.of()));
    assertThat(decoded.errors())
        .extracting(AttributeError::reaction)
        .contains(Reaction.TREAT_AS_WITHDRAW);
  }

  static Stream<Arguments> discardsTheAttribute() {
    return Stream.of(
        Arguments.of("LOCAL_PREF from outside", "40 05 04 00000001"),
        Arguments.of("LOCAL_PREF from outside, malformed", "40 05 03 000000"),
        Arguments.of("ORIGINATOR_ID from outside", "80 09 04 00000001"),
        Arguments.of("CLUSTER_LIST from outside", "80 0a 04 00000001"),
        Arguments.of("ATOMIC_AGGREGATE with content", "40 06 01 00"),
        Arguments.of("AGGREGATOR of 6 octets", "c0 07 06 fde9 0a000001"),
        Arguments.of("AGGREGATOR in AS 0", "c0 07 08 00000000 0a000001"),
        Arguments.of("AS4_PATH from a 4-octet speaker", "c0 11 06 02 01 0000fde9"),
        Arguments.of("AS4_AGGREGATOR from a 4-octet speaker", "c0 12 08 0000fde9 0a000001"),
        Arguments.of("second ORIGIN", "40 01 01 02"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource
  void discardsTheAttribute(String name, String attribute) {
    BgpMessage without =
        Messages.decode(Messages.update("", GOOD, PREFIX), Messages.EXTERNAL).message();
    Decoded decoded =
        Messages.decode(Messages.update("", GOOD + attribute, PREFIX), Messages.EXTERNAL);
    assertThat(decoded.message()).isEqualTo(without);
    assertThat(decoded.errors())
        .singleElement()
        .extracting(AttributeError::reaction)
        .isEqualTo(Reaction.ATTRIBUTE_DISCARD);
  }

  @Test
  void insideAnAsBadReflectionAttributesWithdraw() {
    for (String attribute :
        List.of("40 05 03 000000", "80 09 03 000000", "80 0a 00", "80 0a 03 000000")) {
      Decoded decoded =
          Messages.decode(Messages.update("", GOOD + attribute, PREFIX), Messages.INTERNAL);
      assertThat(decoded.message())
          .as(attribute)
          .isEqualTo(new Update(List.of(IpPrefix.parse("10.1.2.0/24")), List.of()));
    }
  }

  @Test
  void dropsUnknownNonTransitiveAttributesWithoutAWord() {
    Decoded decoded =
        Messages.decode(Messages.update("", GOOD + "80 63 01 00", PREFIX), Messages.EXTERNAL);
    assertThat(decoded.errors()).isEmpty();
    assertThat(decoded.message())
        .isInstanceOfSatisfying(
            Update.class,
            update -> assertThat(update.announced().getFirst().attributes().others()).isEmpty());
  }

  @Test
  void ignoresThePartialBitWhereItMeansNothing() {
    Decoded decoded =
        Messages.decode(
            Messages.update("", "60 01 01 00" + AS_PATH + NEXT_HOP, PREFIX), Messages.EXTERNAL);
    assertThat(decoded.errors()).isEmpty();
  }
}
