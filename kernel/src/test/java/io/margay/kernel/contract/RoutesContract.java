package io.margay.kernel.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margay.kernel.KernelException;
import io.margay.kernel.NextHop;
import io.margay.kernel.Route;
import io.margay.kernel.Route.Protocols;
import io.margay.kernel.Route.Scope;
import io.margay.kernel.Route.Type;
import io.margay.kernel.Routes;
import io.margay.net.IpAddress;
import io.margay.net.IpFamily;
import io.margay.net.IpPrefix;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The contract of [Routes]: `left` and `right` are up, each with an IPv4 and an IPv6 network.
public abstract class RoutesContract extends KernelContract {

  private static final IpPrefix POD = IpPrefix.parse("10.65.0.2/32");
  private static final IpPrefix POD6 = IpPrefix.parse("fd00:65::2/128");
  private static final IpPrefix BLOCK = IpPrefix.parse("10.66.0.0/26");
  private static final IpPrefix BLOCK6 = IpPrefix.parse("fd00:66::/122");

  private static final NextHop VIA_LEFT = via("192.0.2.7", "left");
  private static final NextHop VIA_RIGHT = via("198.51.100.7", "right");
  private static final NextHop VIA_LEFT6 = via("2001:db8:1::7", "left");
  private static final NextHop VIA_RIGHT6 = via("2001:db8:2::7", "right");

  @BeforeEach
  void twoLinksWithNetworks() {
    for (String link : List.of("left", "right")) {
      world().addLink(link);
      world().setLinkUp(link);
    }
    world().addAddress("left", "192.0.2.1/24");
    world().addAddress("left", "2001:db8:1::1/64");
    world().addAddress("right", "198.51.100.1/24");
    world().addAddress("right", "2001:db8:2::1/64");
  }

  @Test
  void listsTheConnectedNetworksAsTheKernelsOwn() {
    assertThat(to("192.0.2.0/24"))
        .containsExactly(
            new Route(
                IpPrefix.parse("192.0.2.0/24"),
                Type.UNICAST,
                Protocols.KERNEL,
                Scope.LINK,
                0,
                List.of(NextHop.dev("left"))));
    assertThat(to("2001:db8:1::/64"))
        .containsExactly(
            new Route(
                IpPrefix.parse("2001:db8:1::/64"),
                Type.UNICAST,
                Protocols.KERNEL,
                Scope.GLOBAL,
                256,
                List.of(NextHop.dev("left"))));
  }

  @Test
  void doesNotListTheHostsOwnAddressesWhichAreInTheLocalTable() {
    assertThat(to("192.0.2.1/32")).isEmpty();
    assertThat(to("2001:db8:1::1/128")).isEmpty();
  }

  @Test
  void addsAnOnLinkRouteToADevice() {
    Route route = Route.onLink(POD, "left");
    Route route6 = Route.onLink(POD6, "left");

    routes().add(route);
    routes().add(route6);

    assertThat(to(POD)).containsExactly(route);
    assertThat(to(POD6)).containsExactly(route6);
  }

  @Test
  void addsARouteThroughAGateway() {
    Route route = bird(BLOCK, VIA_LEFT);
    Route route6 = bird(BLOCK6, VIA_LEFT6);

    routes().add(route);
    routes().add(route6);

    assertThat(to(BLOCK)).containsExactly(route);
    assertThat(to(BLOCK6)).containsExactly(route6);
  }

  @Test
  void findsTheDeviceOfAGatewayByItself() {
    routes().add(bird(BLOCK, NextHop.via(IpAddress.parse("198.51.100.7"))));
    routes().add(bird(BLOCK6, NextHop.via(IpAddress.parse("2001:db8:2::7"))));

    assertThat(to(BLOCK)).containsExactly(bird(BLOCK, VIA_RIGHT));
    assertThat(to(BLOCK6)).containsExactly(bird(BLOCK6, VIA_RIGHT6));
  }

  @Test
  void addsADefaultRoute() {
    Route route = bird(IpPrefix.parse("0.0.0.0/0"), VIA_LEFT);
    Route route6 = bird(IpPrefix.parse("::/0"), VIA_LEFT6);

    routes().add(route);
    routes().add(route6);

    assertThat(to("0.0.0.0/0")).containsExactly(route);
    assertThat(to("::/0")).containsExactly(route6);
  }

  @Test
  void refusesToAddWhereOneOfTheSameMetricIs() {
    routes().add(bird(BLOCK, VIA_LEFT));
    routes().add(bird(BLOCK6, VIA_LEFT6));

    assertThatThrownBy(() -> routes().add(bird(BLOCK, VIA_RIGHT)))
        .isInstanceOf(KernelException.class)
        .hasMessageContaining("EEXIST")
        .hasMessageContaining("10.66.0.0/26");
    assertThatThrownBy(() -> routes().add(bird(BLOCK6, VIA_RIGHT6)))
        .isInstanceOf(KernelException.class)
        .hasMessageContaining("EEXIST");
    assertThat(to(BLOCK)).containsExactly(bird(BLOCK, VIA_LEFT));
    assertThat(to(BLOCK6)).containsExactly(bird(BLOCK6, VIA_LEFT6));
  }

  @Test
  void keepsRoutesOfDifferentMetricsApart() {
    Route near = bird(BLOCK, 0, VIA_LEFT);
    Route far = bird(BLOCK, 500, VIA_RIGHT);

    routes().add(near);
    routes().add(far);
    assertThat(to(BLOCK)).containsExactlyInAnyOrder(near, far);

    routes().delete(near);
    assertThat(to(BLOCK)).containsExactly(far);
  }

  @Test
  void takesNoMetricAs1024ForIpv6() {
    routes().add(bird(BLOCK6, 0, VIA_LEFT6));

    assertThat(to(BLOCK6)).extracting(Route::metric).containsExactly(1024);
    assertThat(to(BLOCK6)).containsExactly(bird(BLOCK6, 0, VIA_LEFT6));
    assertThatThrownBy(() -> routes().add(bird(BLOCK6, 1024, VIA_RIGHT6)))
        .isInstanceOf(KernelException.class)
        .hasMessageContaining("EEXIST");
  }

  @Test
  void replacesWhatHasTheSameMetricAndAddsWhereThereIsNone() {
    routes().replace(bird(BLOCK, VIA_LEFT));
    routes().replace(bird(BLOCK, VIA_RIGHT));
    routes().replace(bird(BLOCK6, VIA_LEFT6));
    routes().replace(bird(BLOCK6, VIA_RIGHT6));

    assertThat(to(BLOCK)).containsExactly(bird(BLOCK, VIA_RIGHT));
    assertThat(to(BLOCK6)).containsExactly(bird(BLOCK6, VIA_RIGHT6));
  }

  @Test
  void replacesARouteByItself() {
    routes().replace(bird(BLOCK, VIA_LEFT, VIA_RIGHT));
    routes().replace(bird(BLOCK, VIA_LEFT, VIA_RIGHT));
    routes().replace(bird(BLOCK6, VIA_LEFT6, VIA_RIGHT6));
    routes().replace(bird(BLOCK6, VIA_LEFT6, VIA_RIGHT6));

    assertThat(to(BLOCK)).containsExactly(bird(BLOCK, VIA_LEFT, VIA_RIGHT));
    assertThat(to(BLOCK6)).containsExactly(bird(BLOCK6, VIA_LEFT6, VIA_RIGHT6));
  }

  @Test
  void changesTheNumberOfNextHopsInPlace() {
    routes().replace(bird(BLOCK, VIA_LEFT));
    routes().replace(bird(BLOCK6, VIA_LEFT6));

    routes().replace(bird(BLOCK, VIA_LEFT, VIA_RIGHT));
    routes().replace(bird(BLOCK6, VIA_LEFT6, VIA_RIGHT6));
    assertThat(to(BLOCK)).containsExactly(bird(BLOCK, VIA_LEFT, VIA_RIGHT));
    assertThat(to(BLOCK6)).containsExactly(bird(BLOCK6, VIA_LEFT6, VIA_RIGHT6));

    routes().replace(bird(BLOCK, VIA_RIGHT));
    routes().replace(bird(BLOCK6, VIA_RIGHT6));
    assertThat(to(BLOCK)).containsExactly(bird(BLOCK, VIA_RIGHT));
    assertThat(to(BLOCK6)).containsExactly(bird(BLOCK6, VIA_RIGHT6));
  }

  @Test
  void turnsOneKindOfRouteIntoAnotherInPlace() {
    routes().replace(discard(BLOCK, Type.BLACKHOLE));
    routes().replace(discard(BLOCK6, Type.BLACKHOLE));
    assertThat(to(BLOCK)).containsExactly(discard(BLOCK, Type.BLACKHOLE));
    assertThat(to(BLOCK6)).containsExactly(discard(BLOCK6, Type.BLACKHOLE));

    routes().replace(discard(BLOCK, Type.UNREACHABLE));
    routes().replace(discard(BLOCK6, Type.UNREACHABLE));
    assertThat(to(BLOCK)).containsExactly(discard(BLOCK, Type.UNREACHABLE));
    assertThat(to(BLOCK6)).containsExactly(discard(BLOCK6, Type.UNREACHABLE));

    routes().replace(bird(BLOCK, VIA_LEFT, VIA_RIGHT));
    routes().replace(bird(BLOCK6, VIA_LEFT6, VIA_RIGHT6));
    assertThat(to(BLOCK)).containsExactly(bird(BLOCK, VIA_LEFT, VIA_RIGHT));
    assertThat(to(BLOCK6)).containsExactly(bird(BLOCK6, VIA_LEFT6, VIA_RIGHT6));

    routes().replace(discard(BLOCK, Type.PROHIBIT));
    routes().replace(discard(BLOCK6, Type.PROHIBIT));
    assertThat(to(BLOCK)).containsExactly(discard(BLOCK, Type.PROHIBIT));
    assertThat(to(BLOCK6)).containsExactly(discard(BLOCK6, Type.PROHIBIT));
  }

  @Test
  void takesAGatewayOutsideEveryNetworkOnlyWhenToldItIsOnTheLink() {
    IpAddress far = IpAddress.parse("203.0.113.9");
    IpAddress far6 = IpAddress.parse("2001:db8:9::9");
    Route onLink = bird(BLOCK, new NextHop(far, "left", true));
    Route onLink6 = bird(BLOCK6, new NextHop(far6, "left", true));

    assertThatThrownBy(() -> routes().add(bird(BLOCK, NextHop.via(far, "left"))))
        .isInstanceOf(KernelException.class);
    assertThatThrownBy(() -> routes().add(bird(BLOCK6, NextHop.via(far6, "left"))))
        .isInstanceOf(KernelException.class);

    routes().add(onLink);
    routes().add(onLink6);
    assertThat(to(BLOCK)).containsExactly(onLink);
    assertThat(to(BLOCK6)).containsExactly(onLink6);
  }

  @Test
  void refusesADeviceThatDoesNotExist() {
    assertThatThrownBy(() -> routes().add(Route.onLink(POD, "absent")))
        .isInstanceOf(KernelException.class)
        .hasMessageContaining("ENODEV")
        .hasMessageContaining("absent");
    assertThatThrownBy(() -> routes().replace(Route.onLink(POD6, "absent")))
        .isInstanceOf(KernelException.class)
        .hasMessageContaining("ENODEV");
  }

  @Test
  void refusesADeviceThatIsDown() {
    world().setLinkDown("left");

    assertThatThrownBy(() -> routes().add(Route.onLink(POD, "left")))
        .isInstanceOf(KernelException.class)
        .hasMessageContaining("ENETDOWN");
    assertThat(to(POD)).isEmpty();
  }

  @Test
  void losesTheRoutesOverALinkThatGoes() {
    routes().add(Route.onLink(POD, "left"));
    routes().add(Route.onLink(POD6, "left"));

    world().removeLink("left");

    assertThat(to(POD)).isEmpty();
    assertThat(to(POD6)).isEmpty();
  }

  @Test
  void deletesRoutesOfEveryKind() {
    List<Route> all =
        List.of(
            Route.onLink(POD, "left"),
            Route.onLink(POD6, "left"),
            bird(BLOCK, VIA_LEFT, VIA_RIGHT),
            bird(BLOCK6, VIA_LEFT6, VIA_RIGHT6),
            discard(IpPrefix.parse("10.67.0.0/26"), Type.BLACKHOLE),
            discard(IpPrefix.parse("fd00:67::/122"), Type.BLACKHOLE));
    all.forEach(routes()::add);
    assertThat(all).allSatisfy(route -> assertThat(to(route.destination())).containsExactly(route));

    all.forEach(routes()::delete);

    assertThat(all).allSatisfy(route -> assertThat(to(route.destination())).isEmpty());
  }

  @Test
  void countsARouteThatIsNotThereAsDeleted() {
    assertThatCode(
            () -> {
              routes().delete(Route.onLink(POD, "left"));
              routes().delete(Route.onLink(POD6, "left"));
              routes().delete(Route.onLink(POD, "absent"));
              routes().delete(bird(BLOCK, VIA_LEFT, VIA_RIGHT));
              routes().delete(discard(BLOCK6, Type.BLACKHOLE));
            })
        .doesNotThrowAnyException();
  }

  @Test
  void leavesARouteAloneThatHasMovedToAnotherDeviceOrOwner() {
    routes().add(Route.onLink(POD, "left"));
    routes().add(Route.onLink(POD6, "left"));
    routes().replace(Route.onLink(POD, "right"));
    routes().replace(Route.onLink(POD6, "right"));
    routes().add(bird(BLOCK, VIA_LEFT));

    routes().delete(Route.onLink(POD, "left"));
    routes().delete(Route.onLink(POD6, "left"));
    routes()
        .delete(
            new Route(BLOCK, Type.UNICAST, Protocols.STATIC, Scope.GLOBAL, 0, List.of(VIA_LEFT)));

    assertThat(to(POD)).containsExactly(Route.onLink(POD, "right"));
    assertThat(to(POD6)).containsExactly(Route.onLink(POD6, "right"));
    assertThat(to(BLOCK)).containsExactly(bird(BLOCK, VIA_LEFT));
  }

  private Routes routes() {
    return world().routes();
  }

  private List<Route> to(String destination) {
    return to(IpPrefix.parse(destination));
  }

  private List<Route> to(IpPrefix destination) {
    IpFamily family = destination.family();
    return routes().list(family).stream()
        .filter(route -> route.destination().equals(destination))
        .toList();
  }

  private static NextHop via(String gateway, String device) {
    return NextHop.via(IpAddress.parse(gateway), device);
  }

  private static Route bird(IpPrefix destination, NextHop... nextHops) {
    return bird(destination, 0, nextHops);
  }

  private static Route bird(IpPrefix destination, int metric, NextHop... nextHops) {
    return new Route(
        destination, Type.UNICAST, Protocols.BIRD, Scope.GLOBAL, metric, List.of(nextHops));
  }

  private static Route discard(IpPrefix destination, Type type) {
    return new Route(destination, type, Protocols.BIRD, Scope.GLOBAL, 0, List.of());
  }
}
