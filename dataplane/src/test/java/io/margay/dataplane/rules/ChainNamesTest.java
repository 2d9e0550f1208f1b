package io.margay.dataplane.rules;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.net.IpFamily;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ChainNamesTest {

  @ParameterizedTest
  @CsvSource({
    "felix, 1234, 10, felix1234",
    "felix, 12345, 10, felix12345",
    "felix, _2345, 10, felix_kMQI",
    "felix, _234, 10, felix_234",
    "felix, 12345678910, 13, felix_Y2QCZIS",
  })
  void shortensANameThatIsTooLongOrCouldBeMistaken(
      String prefix, String suffix, int maxLength, String name) {
    assertThat(ChainNames.shortened(prefix, suffix, maxLength)).isEqualTo(name);
  }

  @Test
  void aPolicyNameOfTwentyCharactersIsKept() {
    assertThat(ChainNames.policyInbound("twenty-characters-20"))
        .isEqualTo("cali-pi-twenty-characters-20")
        .hasSize(28);
  }

  @Test
  void aLongerOneIsHashed() {
    // printf %s twenty-one-characters | openssl dgst -sha256 -binary | basenc --base64url
    assertThat(ChainNames.policyInbound("twenty-one-characters"))
        .startsWith("cali-pi-_D12d0V6D5Pi1")
        .hasSize(28);
  }

  @Test
  void countsBytes() {
    assertThat(ChainNames.shortened("felix", "äää", 10)).hasSize(10).startsWith("felix_");
  }

  @ParameterizedTest
  @CsvSource({
    "s:CEmFgJFwDvohR01JKvOkO8DkiTrAyhFb1aWqzw, cali4-s:CEmFgJFwDvohR01JKvOkO8D,"
        + " cali4ts:CEmFgJFwDvohR01JKvOkO8D",
    "all-ipam-pools, cali4-all-ipam-pools, cali4tall-ipam-pools",
  })
  void namesSetsByFamilyAndId(String id, String name, String temporary) {
    assertThat(SetNames.of(IpFamily.IPV4, id)).isEqualTo(name);
    assertThat(SetNames.temporary(name)).isEqualTo(temporary);
  }

  @ParameterizedTest
  @CsvSource({
    "cali4-s:x, true",
    "cali4ts:x, true",
    "cali6-s:x, false",
    "felix-4-s:x, true",
    "felix-masq-ipam-pools, true",
    "felix-all-ipam-pools, true",
    "felix-other, false",
    "blocklist, false",
  })
  void knowsItsOwnSets(String name, boolean ours) {
    assertThat(SetNames.ours(IpFamily.IPV4).test(name)).isEqualTo(ours);
  }
}
