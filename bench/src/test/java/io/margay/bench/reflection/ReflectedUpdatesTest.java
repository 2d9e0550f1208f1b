package io.margay.bench.reflection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/// Two clients of two prefixes each: client 1 is 10.1.0.2 and announces 20.0.0.128/26 and
/// 20.0.0.192/26. The octets are those of client 0's session.
class ReflectedUpdatesTest {

  private static final String ORIGIN_AND_PATH = "400101 00 400200";
  private static final String NEXT_HOP = "400304 0a010002";
  private static final String LOCAL_PREF = "400504 00000064";
  private static final String ORIGINATOR = "800904 0a010002";
  private static final String CLUSTER = "800a04 0afffffe";
  private static final String GOOD = ORIGIN_AND_PATH + NEXT_HOP + LOCAL_PREF + ORIGINATOR + CLUSTER;

  private final ReflectedUpdates updates = new ReflectedUpdates(new Plan(new BenchCase(2, 2)), 0);

  private void read(String withdrawn, String attributes, String announced) {
    String body = length(withdrawn) + withdrawn + length(attributes) + attributes + announced;
    byte[] octets = HexFormat.of().parseHex(body.replace(" ", ""));
    updates.read(octets, 0, octets.length);
  }

  private static String length(String hex) {
    return "%04x".formatted(hex.replace(" ", "").length() / 2);
  }

  @Test
  void whatIsAnnouncedIsHeldUntilItIsWithdrawn() {
    read("", GOOD, "1a14000080 1a140000c0");
    assertThat(updates.holds(2)).isTrue();
    assertThat(updates.holds(3)).isTrue();
    assertThat(updates.count()).isEqualTo(2);
    read("", GOOD, "1a14000080");
    assertThat(updates.count()).as("announced once more").isEqualTo(2);
    read("1a140000c0", "", "");
    assertThat(updates.holds(3)).isFalse();
    assertThat(updates.count()).isEqualTo(1);
  }

  @Test
  void ownRoutesThatComeBackDoNotCount() {
    String own = GOOD.replace("0a010002", "0a010001");
    read("", own, "1a14000000");
    assertThat(updates.count()).isZero();
  }

  @Test
  void whatReflectionForbidsIsSaid() {
    assertThatThrownBy(() -> read("", GOOD.replace(ORIGINATOR, ""), "1a14000080"))
        .hasMessageContaining("attributes missing");
    assertThatThrownBy(() -> read("", GOOD.replace(CLUSTER, ""), "1a14000080"))
        .hasMessageContaining("attributes missing");
    assertThatThrownBy(() -> read("", GOOD.replace(NEXT_HOP, "400304 7f000001"), "1a14000080"))
        .hasMessageContaining("next hop 127.0.0.1, expected the originator 10.1.0.2");
    assertThatThrownBy(() -> read("", GOOD.replace("00000064", "000000c8"), "1a14000080"))
        .hasMessageContaining("LOCAL_PREF is not 100");
    assertThatThrownBy(() -> read("", GOOD, "1a14000000"))
        .as("a prefix of client 0")
        .hasMessageContaining("not whoever announced this");
    assertThatThrownBy(() -> read("", GOOD, "1a14000100"))
        .as("a prefix beyond all clients")
        .hasMessageContaining("no client announced");
    assertThatThrownBy(() -> read("", GOOD + "c00804 00000001", "1a14000080"))
        .hasMessageContaining("attribute 8");
  }

  @Test
  void lengthsThatPointBeyondTheEndAreSaid() {
    assertThatThrownBy(() -> read("", GOOD, "1a140000")).hasMessageContaining("beyond its end");
    assertThatThrownBy(() -> read("", GOOD.substring(0, GOOD.length() - 2), "1a14000080"))
        .isInstanceOf(ReflectedUpdates.Wrong.class);
  }
}
