package io.margay.routing;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.bgp.rib.InteriorCost;
import io.margay.kernel.Link;
import io.margay.kernel.NextHop;
import io.margay.kernel.Route;
import io.margay.net.IpAddress;
import io.margay.net.IpPrefix;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class NextHopResolverTest {

  private static final IpAddress GATEWAY = IpAddress.parse("192.168.40.1");
  private static final IpAddress NEIGHBOUR = IpAddress.parse("192.168.40.12");

  private final MainTable table = new MainTable(_ -> {});
  private final NextHopResolver resolver = new NextHopResolver(table);
  private final Route lan = route("192.168.40.0/24", NextHop.dev("eth1"));

  @BeforeEach
  void onTheLan() {
    table.put(lan);
  }

  @Test
  void aNeighbourOnTheLinkIsItsOwnGateway() {
    assertThat(hop(NEIGHBOUR)).isEqualTo(NextHop.via(NEIGHBOUR, "eth1"));
  }

  @Test
  void behindARouterTheRouterIsTheGateway() {
    table.put(route("10.1.0.0/16", NextHop.via(GATEWAY, "eth1")));
    assertThat(hop(IpAddress.parse("10.1.2.3"))).isEqualTo(NextHop.via(GATEWAY, "eth1"));
  }

  @Test
  void theLongestMatchWins() {
    table.put(route("0.0.0.0/0", NextHop.via(GATEWAY, "eth1")));
    table.put(route("192.168.40.12/32", NextHop.dev("eth2")));
    assertThat(hop(NEIGHBOUR)).isEqualTo(NextHop.via(NEIGHBOUR, "eth2"));
    assertThat(hop(IpAddress.parse("8.8.8.8"))).isEqualTo(NextHop.via(GATEWAY, "eth1"));
  }

  @Test
  void withoutAWayThereIsNone() {
    assertThat(resolver.resolve(IpAddress.parse("10.1.2.3"))).isNull();
    table.remove(lan);
    assertThat(resolver.resolve(NEIGHBOUR)).isNull();
  }

  @Test
  void ofTwoWaysTheOneWithTheLowerMetricWins() {
    Route wired = route("0.0.0.0/0", 100, NextHop.via(GATEWAY, "eth1"));
    Route wireless = route("0.0.0.0/0", 600, NextHop.via(NEIGHBOUR, "wlan0"));
    table.put(wired);
    table.put(wireless);
    IpAddress far = IpAddress.parse("8.8.8.8");
    assertThat(hop(far)).isEqualTo(NextHop.via(GATEWAY, "eth1"));
    table.remove(wired);
    assertThat(hop(far)).isEqualTo(NextHop.via(NEIGHBOUR, "wlan0"));
  }

  @Test
  void aGatewayOnTheLinkByDecreeStaysSo() {
    NextHop cloud = new NextHop(IpAddress.parse("169.254.0.1"), "eth0", true);
    table.put(route("0.0.0.0/0", cloud));
    assertThat(hop(IpAddress.parse("8.8.8.8"))).isEqualTo(cloud);
  }

  @Test
  void whatIsToBeDroppedLeadsNowhere() {
    table.put(route("0.0.0.0/0", NextHop.via(GATEWAY, "eth1")));
    table.put(
        new Route(
            IpPrefix.parse("10.0.0.0/8"),
            Route.Type.UNREACHABLE,
            Route.Protocols.STATIC,
            Route.Scope.GLOBAL,
            0,
            List.of()));
    assertThat(resolver.resolve(IpAddress.parse("10.1.2.3"))).isNull();
  }

  @Test
  void whatIsOnALinkIsNearestAndBehindRoutersTheMetricCounts() {
    table.put(route("10.1.0.0/16", 0, NextHop.via(GATEWAY, "eth1")));
    table.put(route("10.2.0.0/16", 20, NextHop.via(GATEWAY, "eth1")));
    table.put(route("10.3.0.0/16", 100, NextHop.dev("wlan0")));
    assertThat(resolver.of(NEIGHBOUR)).isZero();
    assertThat(resolver.of(IpAddress.parse("10.3.0.1"))).isZero();
    assertThat(resolver.of(IpAddress.parse("10.1.0.1"))).isEqualTo(1);
    assertThat(resolver.of(IpAddress.parse("10.2.0.1"))).isEqualTo(21);
    assertThat(resolver.of(IpAddress.parse("10.4.0.1"))).isEqualTo(InteriorCost.UNREACHABLE);
  }

  @Test
  void aLinkWithoutCarrierLeadsNowhere() {
    assertThat(resolver.onLink(link("eth1", false))).isTrue();
    assertThat(resolver.resolve(NEIGHBOUR)).isNull();
    assertThat(resolver.onLink(link("eth1", true))).isTrue();
    assertThat(hop(NEIGHBOUR)).isEqualTo(NextHop.via(NEIGHBOUR, "eth1"));
    assertThat(resolver.onLink(link("eth1", true))).as("that is no news").isFalse();
  }

  private static Link link(String name, boolean carrier) {
    return new Link(2, name, true, carrier, 1500, null);
  }

  private @Nullable NextHop hop(IpAddress address) {
    NextHopResolver.Way way = resolver.resolve(address);
    return way == null ? null : way.hop();
  }

  private static Route route(String destination, NextHop hop) {
    return route(destination, 0, hop);
  }

  private static Route route(String destination, int metric, NextHop hop) {
    return new Route(
        IpPrefix.parse(destination),
        Route.Type.UNICAST,
        Route.Protocols.KERNEL,
        Route.Scope.GLOBAL,
        metric,
        List.of(hop));
  }
}
