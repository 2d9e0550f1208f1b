package io.margay.routing;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.bgp.message.PathAttributes;
import io.margay.bgp.rib.Route;
import io.margay.bgp.rib.RouteSource;
import io.margay.net.AsNumber;
import io.margay.net.IpAddress;
import io.margay.net.IpPrefix;
import io.margay.net.Ipv4Address;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExportFilterTest {

  private final ExportFilter filter =
      new ExportFilter(
          List.of(IpPrefix.parse("10.65.3.0/26"), IpPrefix.parse("fd00:1::/122")),
          List.of(IpPrefix.parse("10.65.0.0/16"), IpPrefix.parse("fd00:1::/64")),
          false);

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
    assertThat(filter.accepts(route(route, new RouteSource.Local()))).as(why).isEqualTo(exported);
  }

  @Test
  void whereOnlyOwnRoutesAreWantedThoseOfPeersAreNotPassedOn() {
    ExportFilter ownOnly = new ExportFilter(filter.blocks(), filter.pools(), true);
    RouteSource peer =
        new RouteSource.Peer(
            IpAddress.parse("10.0.0.1"), new AsNumber(65000), Ipv4Address.parse("10.0.0.1"), true);
    assertThat(filter.accepts(route("10.65.4.0/26", peer))).isTrue();
    assertThat(ownOnly.accepts(route("10.65.4.0/26", peer))).isFalse();
    assertThat(ownOnly.accepts(route("10.65.4.5/32", new RouteSource.Fallback()))).isTrue();
    assertThat(ownOnly.accepts(route("10.65.3.0/26", new RouteSource.Local()))).isTrue();
  }

  private static Route route(String prefix, RouteSource source) {
    return new Route(IpPrefix.parse(prefix), PathAttributes.local(), source);
  }
}
