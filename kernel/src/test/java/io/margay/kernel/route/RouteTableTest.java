package io.margay.kernel.route;

import static io.margay.net.IpFamily.IPV4;
import static io.margay.net.IpFamily.IPV6;
import static org.assertj.core.api.Assertions.assertThat;

import io.margay.kernel.ApplyOutcome;
import io.margay.kernel.KernelMonitor;
import io.margay.kernel.Link;
import io.margay.kernel.LinkAddress;
import io.margay.kernel.NextHop;
import io.margay.kernel.Route;
import io.margay.kernel.Route.Protocols;
import io.margay.kernel.Route.Scope;
import io.margay.kernel.Route.Type;
import io.margay.kernel.fake.FakeKernel;
import io.margay.net.IpAddress;
import io.margay.net.IpFamily;
import io.margay.net.IpPrefix;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RouteTableTest {

  private static final IpPrefix POD1 = IpPrefix.parse("10.65.0.1/32");
  private static final IpPrefix POD2 = IpPrefix.parse("10.65.0.2/32");
  private static final IpPrefix BLOCK = IpPrefix.parse("10.66.0.0/26");

  private final FakeKernel kernel = new FakeKernel();
  private final RouteTable workloads =
      new RouteTable(
          IPV4, kernel.routes(), RouteOwnership.onDevicesNamed(List.of("cali")), route -> false);
  private final RouteTable learned =
      new RouteTable(IPV4, kernel.routes(), RouteOwnership.ofProtocol(Protocols.BIRD));

  @BeforeEach
  void twoWorkloadsAndAnUplink() {
    for (String link : List.of("cali1", "cali2", "eth0")) {
      kernel.addLink(link);
      kernel.setLinkUp(link);
    }
    kernel.addAddress("eth0", "192.0.2.1/24");
  }

  @Test
  void addsMissingRoutesAndDeletesUnwantedOnesOfItsOwn() {
    Route stray = Route.onLink(POD2, "cali1");
    givenFromOutside(stray);
    workloads.put(Route.onLink(POD1, "cali1"));

    ApplyOutcome<RouteChange> outcome = workloads.apply();

    assertThat(outcome.complete()).isTrue();
    assertThat(outcome.changes())
        .containsExactly(
            new RouteChange.Added(Route.onLink(POD1, "cali1"), false),
            new RouteChange.Removed(stray));
    assertThat(RouteChange.destinationsLeft(outcome.changes())).containsExactly(POD2);
    assertThat(routes(POD1)).containsExactly(Route.onLink(POD1, "cali1"));
    assertThat(routes(POD2)).isEmpty();
  }

  @Test
  void leavesTheRoutesOfOthersAlone() {
    List<Route> before = kernel.routes().list(IPV4);

    workloads.apply();
    learned.apply();

    assertThat(before).isNotEmpty();
    assertThat(kernel.routes().list(IPV4)).isEqualTo(before);
    assertThat(kernel.writes()).isEmpty();
  }

  @Test
  void writesNothingWhenNothingDiffers() {
    workloads.put(Route.onLink(POD1, "cali1"));
    learned.put(viaGateway(BLOCK, "192.0.2.7"));
    workloads.apply();
    learned.apply();
    kernel.forgetWrites();

    workloads.invalidate();
    learned.invalidate();

    assertThat(workloads.apply().changes()).isEmpty();
    assertThat(learned.apply().changes()).isEmpty();
    assertThat(kernel.writes()).isEmpty();
    assertThat(workloads.needsApply()).isFalse();
    assertThat(learned.needsApply()).isFalse();
  }

  @Test
  void movesARouteToAnotherInterfaceInOneStep() {
    workloads.put(Route.onLink(POD1, "cali1"));
    workloads.apply();
    kernel.forgetWrites();

    workloads.put(Route.onLink(POD1, "cali2"));
    ApplyOutcome<RouteChange> outcome = workloads.apply();

    assertThat(kernel.writes("ip route replace")).hasSize(1);
    assertThat(kernel.writes()).hasSize(1);
    assertThat(RouteChange.destinationsLeft(outcome.changes())).containsExactly(POD1);
    assertThat(routes(POD1)).containsExactly(Route.onLink(POD1, "cali2"));
  }

  @Test
  void replacesTheNextHopOfALearnedRouteInOneStep() {
    learned.put(viaGateway(BLOCK, "192.0.2.7"));
    learned.apply();
    kernel.forgetWrites();

    learned.put(viaGateway(BLOCK, "192.0.2.8"));
    learned.apply();

    assertThat(kernel.writes()).hasSize(1);
    assertThat(routes(BLOCK))
        .extracting(route -> route.nextHops().getFirst().gateway())
        .containsExactly(IpAddress.parse("192.0.2.8"));
  }

  @Test
  void changesTheMetricByAddingFirstAndDeletingAfterwards() {
    learned.put(onEth0(BLOCK, "192.0.2.7"));
    learned.apply();
    kernel.forgetWrites();

    Route worse =
        new Route(
            BLOCK,
            Type.UNICAST,
            Protocols.BIRD,
            Scope.GLOBAL,
            32,
            List.of(NextHop.via(IpAddress.parse("192.0.2.7"), "eth0")));
    learned.put(worse);
    ApplyOutcome<RouteChange> outcome = learned.apply();

    assertThat(kernel.writes())
        .extracting(FakeKernel.Write::operation)
        .containsExactly("ip route add", "ip route delete");
    assertThat(routes(BLOCK)).containsExactly(worse);
    assertThat(RouteChange.destinationsLeft(outcome.changes())).isEmpty();
  }

  @Test
  void keepsStaleRoutesWhileDeletionsAreHeld() {
    Route stale = onEth0(BLOCK, "192.0.2.7");
    Route stale2 = onEth0(POD2, "192.0.2.7");
    givenFromOutside(stale, stale2);
    learned.holdDeletions(true);
    learned.put(onEth0(BLOCK, "192.0.2.8"));

    learned.apply();
    assertThat(routes(BLOCK)).containsExactly(onEth0(BLOCK, "192.0.2.8"));
    assertThat(routes(POD2)).containsExactly(stale2);
    assertThat(learned.needsApply()).isFalse();

    learned.holdDeletions(false);
    assertThat(learned.needsApply()).isTrue();
    learned.apply();
    assertThat(routes(POD2)).isEmpty();
  }

  @Test
  void deletesWhatIsNoLongerWantedEvenWhileDeletionsAreHeld() {
    givenFromOutside(onEth0(BLOCK, "192.0.2.7"), onEth0(POD2, "192.0.2.7"));
    learned.holdDeletions(true);
    learned.put(onEth0(BLOCK, "192.0.2.7"));
    learned.apply();

    learned.remove(BLOCK);
    assertThat(learned.needsApply()).isTrue();
    learned.apply();
    assertThat(routes(BLOCK)).isEmpty();
    assertThat(routes(POD2)).hasSize(1);
    assertThat(learned.needsApply()).isFalse();
  }

  @Test
  void waitsForARouteOfSomeoneElseToGo() {
    Route theirs = onEth0(POD1, Protocols.STATIC, "192.0.2.9");
    givenFromOutside(theirs);
    kernel.monitor().subscribe(feed(workloads));
    workloads.put(Route.onLink(POD1, "cali1"));

    ApplyOutcome<RouteChange> outcome = workloads.apply();

    assertThat(outcome.complete()).isTrue();
    assertThat(workloads.conflicts()).containsExactly(Map.entry(POD1, theirs));
    assertThat(routes(POD1)).containsExactly(theirs);
    assertThat(workloads.needsApply()).isFalse();

    kernel.outside(() -> kernel.routes().delete(theirs));
    assertThat(workloads.needsApply()).isTrue();
    workloads.apply();

    assertThat(workloads.conflicts()).isEmpty();
    assertThat(routes(POD1)).containsExactly(Route.onLink(POD1, "cali1"));
  }

  @Test
  void findsARouteOfSomeoneElseThatCameUnseen() {
    workloads.apply();
    Route theirs = onEth0(POD1, Protocols.STATIC, "192.0.2.9");
    givenFromOutside(theirs);
    workloads.put(Route.onLink(POD1, "cali1"));

    ApplyOutcome<RouteChange> outcome = workloads.apply();

    assertThat(outcome.complete()).isTrue();
    assertThat(workloads.conflicts()).containsKey(POD1);
    assertThat(routes(POD1)).containsExactly(theirs);
  }

  @Test
  void takesThePlaceOfARouteThatYields() {
    RouteTable local =
        new RouteTable(
            IPV4,
            kernel.routes(),
            RouteOwnership.onDevicesNamed(List.of("cali")),
            RouteOwnership.ofProtocol(Protocols.BIRD));
    givenFromOutside(onEth0(POD1, "192.0.2.7"));

    local.put(Route.onLink(POD1, "cali1"));
    local.apply();

    assertThat(kernel.writes()).hasSize(1);
    assertThat(routes(POD1)).containsExactly(Route.onLink(POD1, "cali1"));
  }

  @Test
  void waitsForAnInterfaceThatIsMissingOrDown() {
    kernel.monitor().subscribe(feed(workloads));
    kernel.setLinkDown("cali2");
    workloads.put(Route.onLink(POD1, "cali9"));
    workloads.put(Route.onLink(POD2, "cali2"));

    ApplyOutcome<RouteChange> outcome = workloads.apply();

    assertThat(outcome.complete()).isTrue();
    assertThat(workloads.waiting())
        .containsExactly(Route.onLink(POD1, "cali9"), Route.onLink(POD2, "cali2"));
    assertThat(workloads.needsApply()).isFalse();

    kernel.setLinkUp("cali2");
    kernel.addLink("cali9");
    kernel.setLinkUp("cali9");
    assertThat(workloads.needsApply()).isTrue();
    workloads.apply();

    assertThat(workloads.waiting()).isEmpty();
    assertThat(routes(POD1)).hasSize(1);
    assertThat(routes(POD2)).hasSize(1);
  }

  @Test
  void doesNotGoOnSendingToAnInterfaceWhileTheWantedOneIsMissing() {
    workloads.put(Route.onLink(POD1, "cali1"));
    workloads.apply();

    workloads.put(Route.onLink(POD1, "cali9"));
    ApplyOutcome<RouteChange> outcome = workloads.apply();

    assertThat(outcome.complete()).isTrue();
    assertThat(RouteChange.destinationsLeft(outcome.changes())).containsExactly(POD1);
    assertThat(routes(POD1)).isEmpty();
  }

  @Test
  void restoresTheRouteOfAnInterfaceThatWentDownAndUp() {
    kernel.monitor().subscribe(feed(workloads));
    workloads.put(Route.onLink(POD1, "cali1"));
    workloads.apply();

    kernel.setLinkDown("cali1");
    kernel.setLinkUp("cali1");
    ApplyOutcome<RouteChange> outcome = workloads.apply();

    assertThat(routes(POD1)).containsExactly(Route.onLink(POD1, "cali1"));
    assertThat(outcome.changes())
        .containsExactly(new RouteChange.Added(Route.onLink(POD1, "cali1"), false));
    assertThat(RouteChange.destinationsLeft(outcome.changes())).isEmpty();
  }

  @Test
  void restoresTheRouteOfALinkThatLostItWithoutTellingItsGatewaysDevice() {
    kernel.monitor().subscribe(feed(learned));
    learned.put(viaGateway(BLOCK, "192.0.2.7"));
    learned.apply();

    kernel.setLinkDown("eth0");
    kernel.setLinkUp("eth0");
    learned.apply();

    assertThat(routes(BLOCK)).containsExactly(onEth0(BLOCK, "192.0.2.7"));
  }

  @Test
  void tellsOfADestinationWhoseInterfaceTookItsRouteAlong() {
    kernel.monitor().subscribe(feed(workloads));
    workloads.put(Route.onLink(POD1, "cali1"));
    workloads.apply();
    kernel.forgetWrites();

    kernel.removeLink("cali1");
    workloads.remove(POD1);
    ApplyOutcome<RouteChange> outcome = workloads.apply();

    assertThat(outcome.changes())
        .containsExactly(new RouteChange.Vanished(Route.onLink(POD1, "cali1")));
    assertThat(RouteChange.destinationsLeft(outcome.changes())).containsExactly(POD1);
    assertThat(kernel.writes()).isEmpty();
    assertThat(workloads.needsApply()).isFalse();
  }

  @Test
  void putsBackARouteThatSomeoneElseTookAwayAndSaysSo() {
    kernel.monitor().subscribe(feed(workloads));
    workloads.put(Route.onLink(POD1, "cali1"));
    workloads.apply();

    kernel.outside(() -> kernel.routes().delete(Route.onLink(POD1, "cali1")));
    assertThat(workloads.needsApply()).isTrue();
    ApplyOutcome<RouteChange> outcome = workloads.apply();

    assertThat(outcome.changes())
        .containsExactly(new RouteChange.Added(Route.onLink(POD1, "cali1"), true));
    assertThat(routes(POD1)).hasSize(1);
  }

  @Test
  void putsBackARouteThatSomeoneElseChangedAndSaysSo() {
    kernel.monitor().subscribe(feed(workloads));
    workloads.put(Route.onLink(POD1, "cali1"));
    workloads.apply();

    kernel.outside(() -> kernel.routes().replace(Route.onLink(POD1, "cali2")));
    ApplyOutcome<RouteChange> outcome = workloads.apply();

    assertThat(outcome.changes())
        .containsExactly(
            new RouteChange.Replaced(
                Route.onLink(POD1, "cali2"), Route.onLink(POD1, "cali1"), true));
  }

  @Test
  void takesTheEchoOfItsOwnWritesForNoNews() {
    kernel.monitor().subscribe(feed(workloads));
    kernel.monitor().subscribe(feed(learned));
    workloads.put(Route.onLink(POD1, "cali1"));
    learned.put(viaGateway(BLOCK, "192.0.2.7"));
    workloads.apply();
    learned.apply();
    assertThat(workloads.needsApply()).isFalse();
    assertThat(learned.needsApply()).isFalse();

    workloads.remove(POD1);
    learned.remove(BLOCK);
    workloads.apply();
    learned.apply();
    assertThat(workloads.needsApply()).isFalse();
    assertThat(learned.needsApply()).isFalse();
  }

  @Test
  void reportsAFailureAndTriesAgain() {
    workloads.put(Route.onLink(POD1, "cali1"));
    workloads.put(Route.onLink(POD2, "cali2"));
    kernel.failAlways("ip route add", POD1.toString(), "ENOMEM");

    ApplyOutcome<RouteChange> outcome = workloads.apply();

    assertThat(outcome.failures()).singleElement().asString().contains("10.65.0.1", "ENOMEM");
    assertThat(routes(POD2)).hasSize(1);
    assertThat(workloads.needsApply()).isTrue();

    kernel.heal();
    assertThat(workloads.apply().complete()).isTrue();
    assertThat(routes(POD1)).hasSize(1);
  }

  @Test
  void doesNothingWhenRoutesCannotBeRead() {
    kernel.failAlways("ip route list", "", "ENOBUFS");
    workloads.put(Route.onLink(POD1, "cali1"));

    assertThat(workloads.apply().complete()).isFalse();
    assertThat(kernel.writes()).isEmpty();
  }

  @Test
  void keepsWhatIpv6PutsOnEveryInterface() {
    RouteTable ipv6 =
        new RouteTable(IPV6, kernel.routes(), RouteOwnership.onDevicesNamed(List.of("cali")));
    IpPrefix pod = IpPrefix.parse("fd00:65::1/128");
    givenFromOutside(Route.onLink(IpPrefix.parse("fd00:65::9/128"), "cali1"));
    ipv6.put(Route.onLink(pod, "cali1"));

    ipv6.apply();

    assertThat(kernel.routes().list(IPV6))
        .extracting(route -> route.destination().toString())
        .containsExactly("fe80::/64", "fe80::/64", "fe80::/64", "fd00:65::1/128");
    kernel.forgetWrites();
    ipv6.invalidate();
    assertThat(ipv6.apply().changes()).isEmpty();
    assertThat(kernel.writes()).isEmpty();
  }

  private void givenFromOutside(Route... routes) {
    for (Route route : routes) {
      kernel.outside(() -> kernel.routes().add(route));
    }
  }

  private List<Route> routes(IpPrefix destination) {
    IpFamily family = destination.family();
    return kernel.routes().list(family).stream()
        .filter(route -> route.destination().equals(destination))
        .toList();
  }

  private static Route viaGateway(IpPrefix destination, String gateway) {
    return new Route(
        destination,
        Type.UNICAST,
        Protocols.BIRD,
        Scope.GLOBAL,
        0,
        List.of(NextHop.via(IpAddress.parse(gateway))));
  }

  private static Route onEth0(IpPrefix destination, String gateway) {
    return onEth0(destination, Protocols.BIRD, gateway);
  }

  private static Route onEth0(IpPrefix destination, int protocol, String gateway) {
    return new Route(
        destination,
        Type.UNICAST,
        protocol,
        Scope.GLOBAL,
        0,
        List.of(NextHop.via(IpAddress.parse(gateway), "eth0")));
  }

  private static KernelMonitor.Listener feed(RouteTable table) {
    return new KernelMonitor.Listener() {
      @Override
      public void onLink(Link link) {
        table.onLink(link);
      }

      @Override
      public void onLinkRemoved(Link link) {
        table.onLinkRemoved(link);
      }

      @Override
      public void onAddress(LinkAddress address) {}

      @Override
      public void onAddressRemoved(LinkAddress address) {}

      @Override
      public void onRoute(Route route) {
        table.onRoute(route);
      }

      @Override
      public void onRouteRemoved(Route route) {
        table.onRouteRemoved(route);
      }

      @Override
      public void onLost(String reason) {
        table.invalidate();
      }
    };
  }
}
