package io.margay.routing;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.net.IpPrefix;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExportFilterTest {

  private final ExportFilter filter =
      new ExportFilter(
          List.of(IpPrefix.parse("10.65.3.0/26"), IpPrefix.parse("fd00:1::/122")),
          List.of(IpPrefix.parse("10.65.0.0/16"), IpPrefix.parse("fd00:1::/64")));

  @ParameterizedTest(name = "{0}: {1} ({2})")
  @CsvSource({
    "10.65.3.0/26, true, a block of ours",
    "10.65.3.5/32, false, inside a block of ours",
    "10.65.3.0/27, false, half a block of ours",
    "10.65.4.5/32, true, a borrowed address in somebody else's block",
    "10.65.4.0/26, true, a block in transit",
    "10.65.0.0/16, true, the pool itself",
    "10.64.0.0/15, false, wider than the pool",
    "192.168.40.0/24, false, a host network",
    "0.0.0.0/0, false, the default route",
    "fd00:1::/122, true, a block of ours",
    "fd00:1::5/128, false, inside a block of ours",
    "fd00:1::40/128, true, in the pool",
    "fd00:2::/64, false, outside",
  })
  void firstMatchDecides(String route, boolean exported, String why) {
    assertThat(filter.accepts(IpPrefix.parse(route))).as(why).isEqualTo(exported);
  }
}
