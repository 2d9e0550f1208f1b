package io.margay.linux;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.kernel.KernelMonitor.Subscription;
import io.margay.kernel.Link;
import io.margay.kernel.Route;
import io.margay.kernel.contract.KernelMonitorContract;
import io.margay.kernel.contract.KernelWorld;
import io.margay.kernel.contract.Notices;
import io.margay.kernel.contract.Notices.Notice;
import io.margay.linux.netlink.NetlinkClient;
import io.margay.net.Ipv4Address;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(FreshNetworkNamespace.class)
class NetlinkMonitorTest extends KernelMonitorContract {

  @Override
  protected KernelWorld openWorld() {
    return new RealKernelWorld();
  }

  @Test
  void saysThatNoticesWereLostAndGoesOn() throws Exception {
    world().addLink("cali0");
    world().setLinkUp("cali0");
    Notices notices = new Notices();
    CountDownLatch listening = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    try (NetlinkClient client = NetlinkClient.open();
        Subscription subscription =
            new NetlinkMonitor(client, 4096)
                .subscribe(
                    new BlockedFirst(
                        notices,
                        () -> {
                          listening.countDown();
                          goOn.await();
                        }))) {
      assertThat(subscription).isNotNull();
      Route last = null;
      for (int i = 0; i < 1_000; i++) {
        last = Route.onLink(new Ipv4Address(0x0a000000 + i).toPrefix(), "cali0");
        world().routes().add(last);
      }
      listening.await();
      goOn.countDown();

      notices.await(notice -> notice instanceof Notice.Lost(String why) && why.contains("ENOBUFS"));
      // What fills the socket still may cost this notice too, and that would be told as well.
      Notice gone = new Notice.RouteGone(last);
      world().routes().delete(last);
      notices.await(notice -> notice instanceof Notice.Lost || notice.equals(gone));
      for (int i = 0; i < 100 && !notices.all().contains(gone); i++) {
        world().routes().add(last);
        world().routes().delete(last);
        notices.await(notice -> notice instanceof Notice.Lost || notice.equals(gone));
      }
      assertThat(notices.all()).contains(gone);
    }
  }

  @Test
  void passesTheNextNoticeToAListenerThatFailed() {
    Notices notices = new Notices();
    try (Subscription subscription =
        world()
            .monitor()
            .subscribe(
                new BlockedFirst(
                    notices,
                    () -> {
                      throw new IllegalStateException("a listener's mistake");
                    }))) {
      assertThat(subscription).isNotNull();
      world().addLink("cali0");
      world().addLink("cali1");

      notices.await(
          notice -> notice instanceof Notice.LinkCame(Link link) && link.name().equals("cali1"));
    }
  }

  @Test
  void letsAListenerEndItsOwnSubscription() throws Exception {
    Notices notices = new Notices();
    AtomicReference<Subscription> own = new AtomicReference<>();
    CountDownLatch subscribed = new CountDownLatch(1);
    CountDownLatch closed = new CountDownLatch(1);
    own.set(
        world()
            .monitor()
            .subscribe(
                new BlockedFirst(
                    notices,
                    () -> {
                      subscribed.await();
                      own.get().close();
                      closed.countDown();
                    })));
    subscribed.countDown();

    world().addLink("cali0");
    closed.await();
    own.get().close();
    world().addLink("cali1");

    assertThat(notices.all())
        .noneMatch(
            notice -> notice instanceof Notice.LinkCame(Link link) && link.name().equals("cali1"));
  }

  @Test
  void doesNotTakeALinkThatLeavesABridgeForRemoved() {
    world().addLink("port");
    IpCommand.run("link add bridge0 type bridge");
    IpCommand.run("link set port master bridge0");
    Notices notices = new Notices();
    try (Subscription subscription = world().monitor().subscribe(notices)) {
      assertThat(subscription).isNotNull();
      IpCommand.run("link set port nomaster");
      world().addLink("after");
      notices.await(
          notice -> notice instanceof Notice.LinkCame(Link link) && link.name().equals("after"));
    }

    assertThat(notices.all()).noneMatch(notice -> notice instanceof Notice.LinkGone);
  }

  @Test
  void tellsOfARenamedLinkUnderItsNewName() {
    world().addLink("before");
    world().addLink("stays");
    Notices notices = new Notices();
    try (Subscription subscription = world().monitor().subscribe(notices)) {
      assertThat(subscription).isNotNull();
      IpCommand.run("link set before name after");
      world().setLinkUp("after");
      Route route = Route.onLink(new Ipv4Address(0x0a000001).toPrefix(), "after");
      world().routes().add(route);

      notices.await(
          notice -> notice instanceof Notice.LinkCame(Link link) && link.name().equals("after"));
      notices.await(new Notice.RouteCame(route));
    }
  }
}
