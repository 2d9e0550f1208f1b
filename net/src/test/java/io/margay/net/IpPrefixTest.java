package io.margay.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IpPrefixTest {

  @ParameterizedTest
  @CsvSource({
    "10.0.20.5/24, 10.0.20.5/24, 10.0.20.0/24",
    "172.16.1.1, 172.16.1.1/32, 172.16.1.1/32",
    "255.255.255.255/0, 255.255.255.255/0, 0.0.0.0/0",
    "FD80:24E2:F998:72D6::/64, fd80:24e2:f998:72d6::/64, fd80:24e2:f998:72d6::/64",
    "2001:db8:0:0:1:0:0:1, 2001:db8::1:0:0:1/128, 2001:db8::1:0:0:1/128",
    "2001:db8::ff:1/100, 2001:db8::ff:1/100, 2001:db8::/100",
    "::ffff:1.2.3.4/96, ::ffff:102:304/96, ::ffff:0:0/96",
    "::/0, ::/0, ::/0",
    "1:2:3:4:5:6:0:8/128, 1:2:3:4:5:6:0:8/128, 1:2:3:4:5:6:0:8/128",
    "1::, 1::/128, 1::/128",
  })
  void readsPrintsAndMasks(String text, String printed, String masked) {
    IpPrefix prefix = IpPrefix.parse(text);
    assertThat(prefix).hasToString(printed);
    assertThat(prefix.masked()).hasToString(masked);
    assertThat(IpPrefix.parse(printed)).isEqualTo(prefix);
    assertThat(IpAddress.of(prefix.address().toBytes())).isEqualTo(prefix.address());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/",
        "1.2.3",
        "1.2.3.4.5",
        "1.2.3.256",
        "01.2.3.4",
        "1.2.3.4/33",
        "1.2.3.4/",
        "1.2.3.4/-1",
        "1.2.3.4/08",
        "::1/129",
        ":::",
        "1::2::3",
        "1:2:3:4:5:6:7",
        "1:2:3:4:5:6:7:8:9",
        "1::2:3:4:5:6:7:8",
        "g::",
        "12345::",
        "fe80::1%eth0",
        ":1:2:3:4:5:6:7"
      })
  void refusesWhatIsNoPrefix(String text) {
    assertThatThrownBy(() -> IpPrefix.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void containsOnlyItsOwnFamilyAndLongerPrefixes() {
    IpPrefix pool = IpPrefix.parse("172.16.1.0/24");
    assertThat(pool.contains(IpAddress.parse("172.16.1.255"))).isTrue();
    assertThat(pool.contains(IpAddress.parse("172.16.2.0"))).isFalse();
    assertThat(pool.contains(IpAddress.parse("::ac10:100"))).isFalse();
    assertThat(pool.contains(pool)).isTrue();
    assertThat(pool.contains(IpPrefix.parse("172.16.1.64/26"))).isTrue();
    assertThat(pool.contains(IpPrefix.parse("172.16.0.0/16"))).isFalse();
    assertThat(IpPrefix.parse("0.0.0.0/0").contains(pool)).isTrue();
  }

  @Test
  void ordersByFamilyThenAsUnsignedNumbers() {
    assertThat(IpAddress.parse("9.0.0.0")).isLessThan(IpAddress.parse("200.0.0.0"));
    assertThat(IpAddress.parse("255.0.0.0")).isLessThan(IpAddress.parse("::"));
    assertThat(IpAddress.parse("1::")).isLessThan(IpAddress.parse("ff00::"));
    assertThat(IpAddress.parse("::1")).isLessThan(IpAddress.parse("::8000:0:0:0"));
  }

  @Test
  void bitsCountFromTheMostSignificant() {
    assertThat(IpAddress.parse("128.0.0.1").bit(0)).isTrue();
    assertThat(IpAddress.parse("128.0.0.1").bit(1)).isFalse();
    assertThat(IpAddress.parse("128.0.0.1").bit(31)).isTrue();
    assertThat(IpAddress.parse("::1").bit(127)).isTrue();
    assertThat(IpAddress.parse("0:0:0:1::").bit(63)).isTrue();
  }
}
