package io.margay.routing;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.kernel.NextHop;
import io.margay.kernel.Route;
import io.margay.net.IpAddress;
import io.margay.net.IpPrefix;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class NextHopResolverTest {

  private static final IpAddress GATEWAY = IpAddress.parse("192.168.40.1");
  private static final IpAddress NEIGHBOUR = IpAddress.parse("192.168.40.12");

  private final NextHopResolver resolver = new NextHopResolver();
  private final Route lan = route("192.168.40.0/24", NextHop.dev("eth1"));

  @BeforeEach
  void onTheLan() {
    resolver.put(lan);
  }

  @Test
  void aNeighbourOnTheLinkIsItsOwnGateway() {
    assertThat(resolver.resolve(NEIGHBOUR)).isEqualTo(NextHop.via(NEIGHBOUR, "eth1"));
  }

  @Test
  void behindARouterTheRouterIsTheGateway() {
    resolver.put(route("10.1.0.0/16", NextHop.via(GATEWAY, "eth1")));
    assertThat(resolver.resolve(IpAddress.parse("10.1.2.3")))
        .isEqualTo(NextHop.via(GATEWAY, "eth1"));
  }

  @Test
  void theLongestMatchWins() {
    resolver.put(route("0.0.0.0/0", NextHop.via(GATEWAY, "eth1")));
    resolver.put(route("192.168.40.12/32", NextHop.dev("eth2")));
    assertThat(resolver.resolve(NEIGHBOUR)).isEqualTo(NextHop.via(NEIGHBOUR, "eth2"));
    assertThat(resolver.resolve(IpAddress.parse("8.8.8.8")))
        .isEqualTo(NextHop.via(GATEWAY, "eth1"));
  }

  @Test
  void withoutAWayThereIsNone() {
    assertThat(resolver.resolve(IpAddress.parse("10.1.2.3"))).isNull();
    resolver.remove(lan);
    assertThat(resolver.resolve(NEIGHBOUR)).isNull();
  }

  private static Route route(String destination, NextHop hop) {
    return new Route(
        IpPrefix.parse(destination),
        Route.Type.UNICAST,
        Route.Protocols.KERNEL,
        Route.Scope.GLOBAL,
        0,
        List.of(hop));
  }
}
