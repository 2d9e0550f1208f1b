package io.margay.kernel.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.kernel.FdbEntry;
import io.margay.kernel.KernelMonitor.Subscription;
import io.margay.kernel.Link;
import io.margay.kernel.LinkAddress;
import io.margay.kernel.Neighbour;
import io.margay.kernel.NextHop;
import io.margay.kernel.Route;
import io.margay.kernel.Route.Protocols;
import io.margay.kernel.Route.Scope;
import io.margay.kernel.Route.Type;
import io.margay.kernel.contract.Notices.Notice;
import io.margay.kernel.tunnel.Tunnel.Vxlan;
import io.margay.net.IpAddress;
import io.margay.net.IpPrefix;
import io.margay.net.MacAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The contract of [io.margay.kernel.KernelMonitor].
public abstract class KernelMonitorContract extends KernelContract {

  private final Notices notices = new Notices();
  private @Nullable Subscription subscription;

  @BeforeEach
  void subscribe() {
    subscription = world().monitor().subscribe(notices);
  }

  @AfterEach
  void unsubscribe() {
    if (subscription != null) {
      subscription.close();
    }
  }

  @Test
  void tellsOfALinkThatComesGoesUpGoesDownAndGoes() {
    world().addLink("cali0");
    notices.await(notice -> linkIs(notice, "cali0", false));

    world().setLinkUp("cali0");
    notices.await(notice -> linkIs(notice, "cali0", true));

    world().setLinkDown("cali0");
    notices.await(notice -> linkIs(notice, "cali0", false));

    world().removeLink("cali0");
    notices.await(
        notice -> notice instanceof Notice.LinkGone(Link link) && link.name().equals("cali0"));
  }

  @Test
  void tellsOfAddressesOfBothFamilies() {
    world().addLink("eth9");
    world().setLinkUp("eth9");
    int eth9 = index("eth9");

    for (String address : List.of("192.0.2.1/24", "2001:db8:1::1/64")) {
      LinkAddress expected = new LinkAddress(eth9, IpPrefix.parse(address));

      world().addAddress("eth9", address);
      notices.await(new Notice.AddressCame(expected));

      world().removeAddress("eth9", address);
      notices.await(new Notice.AddressGone(expected));
    }
  }

  @Test
  void tellsOfRoutesThatComeChangeAndGo() {
    world().addLink("left");
    world().setLinkUp("left");
    world().addAddress("left", "192.0.2.1/24");
    world().addAddress("left", "2001:db8:1::1/64");
    Route first = bird("10.66.0.0/26", "192.0.2.7");
    Route second = bird("10.66.0.0/26", "192.0.2.8");
    Route first6 = bird("fd00:66::/122", "2001:db8:1::7");
    Route second6 = bird("fd00:66::/122", "2001:db8:1::8");

    world().routes().add(first);
    notices.await(new Notice.RouteCame(first));
    world().routes().replace(second);
    notices.await(new Notice.RouteCame(second));
    world().routes().delete(second);
    notices.await(new Notice.RouteGone(second));

    world().routes().add(first6);
    notices.await(new Notice.RouteCame(first6));
    world().routes().replace(second6);
    notices.await(new Notice.RouteCame(second6));
    world().routes().delete(second6);
    notices.await(new Notice.RouteGone(second6));
  }

  @Test
  void tellsOfPermanentNeighboursThatComeChangeAndGo() {
    world().addLink("cali0");
    world().setLinkUp("cali0");
    for (String address : List.of("10.65.0.2", "fd00:65::2")) {
      Neighbour pod = neighbour(address, "02:00:00:00:00:02");
      Neighbour moved = neighbour(address, "02:00:00:00:00:03");

      world().neighbours().replace(pod);
      notices.await(new Notice.NeighbourCame(pod));
      world().neighbours().replace(moved);
      notices.await(new Notice.NeighbourCame(moved));
      world().neighbours().delete(moved);
      notices.await(new Notice.NeighbourGone("cali0", moved.address()));
    }
  }

  private static Neighbour neighbour(String address, String mac) {
    return new Neighbour("cali0", IpAddress.parse(address), MacAddress.parse(mac));
  }

  @Test
  void tellsOfForwardingEntriesThatComeChangeAndGo() {
    MacAddress mac = MacAddress.parse("66:00:00:00:00:01");
    world().tunnels().create(new Vxlan("vx", 1410, 4096, 4789, mac, IpAddress.parse("192.0.2.1")));
    FdbEntry first = new FdbEntry("vx", mac, IpAddress.parse("192.0.2.2"));
    FdbEntry moved = new FdbEntry("vx", mac, IpAddress.parse("192.0.2.3"));

    world().forwardingDatabase().replace(first);
    notices.await(new Notice.ForwardingCame(first));
    world().forwardingDatabase().replace(moved);
    notices.await(new Notice.ForwardingCame(moved));
    world().forwardingDatabase().delete(moved);
    notices.await(new Notice.ForwardingGone(moved));
  }

  @Test
  void namesTheDeviceOfALinkThatWasThereBefore() {
    unsubscribe();
    world().addLink("cali0");
    world().setLinkUp("cali0");
    subscribe();
    Route route = Route.onLink(IpPrefix.parse("10.65.0.2/32"), "cali0");

    world().routes().add(route);

    notices.await(new Notice.RouteCame(route));
  }

  @Test
  void keepsQuietAboutTheLocalTable() {
    world().addLink("left");
    world().setLinkUp("left");

    world().addAddress("left", "192.0.2.1/24");
    world().removeLink("left");
    notices.await(
        notice -> notice instanceof Notice.LinkGone(Link link) && link.name().equals("left"));

    assertThat(notices.all())
        .noneMatch(notice ->
            notice instanceof Notice.RouteCame(Route route)
                && route.destination().equals(IpPrefix.parse("192.0.2.1/32")));
  }

  @Test
  void tellsEverySubscriberUntilItCloses() {
    Notices others = new Notices();
    try (Subscription other = world().monitor().subscribe(others)) {
      assertThat(other).isNotNull();
      world().addLink("cali0");
      notices.await(notice -> linkIs(notice, "cali0", false));
      others.await(notice -> linkIs(notice, "cali0", false));
    }

    world().addLink("cali1");
    notices.await(notice -> linkIs(notice, "cali1", false));

    assertThat(others.all()).noneMatch(notice -> linkIs(notice, "cali1", false));
  }

  private int index(String name) {
    return world().links().list().stream()
        .filter(link -> link.name().equals(name))
        .findFirst()
        .orElseThrow()
        .index();
  }

  private static boolean linkIs(Notice notice, String name, boolean running) {
    return notice instanceof Notice.LinkCame(Link link)
        && link.name().equals(name)
        && link.running() == running;
  }

  private static Route bird(String destination, String gateway) {
    return new Route(
        IpPrefix.parse(destination),
        Type.UNICAST,
        Protocols.BIRD,
        Scope.GLOBAL,
        0,
        List.of(NextHop.via(IpAddress.parse(gateway), "left")));
  }
}
