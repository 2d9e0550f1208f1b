package io.margay.kernel.route;

import static io.margay.net.IpFamily.IPV4;
import static org.assertj.core.api.Assertions.assertThat;

import io.margay.kernel.KernelException;
import io.margay.kernel.KernelMonitor;
import io.margay.kernel.Link;
import io.margay.kernel.LinkAddress;
import io.margay.kernel.NextHop;
import io.margay.kernel.Route;
import io.margay.kernel.Route.Protocols;
import io.margay.kernel.Route.Scope;
import io.margay.kernel.Route.Type;
import io.margay.kernel.fake.FakeKernel;
import io.margay.net.IpPrefix;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;

/// Links come, go and flap, others write, notices are late; in the end the kernel has what is
/// wanted and possible. The number of the repetition is the seed.
class RouteTableConvergenceTest {

  private static final List<String> DEVICES = List.of("cali1", "cali2", "cali3");

  private final FakeKernel kernel = new FakeKernel();
  private final RouteTable table =
      new RouteTable(IPV4, kernel.routes(), RouteOwnership.onDevicesNamed(List.of("cali")));
  private final Map<IpPrefix, Route> wanted = new TreeMap<>();
  private final Queue<Runnable> notices = new ArrayDeque<>();
  private Random random = new Random();

  @RepeatedTest(300)
  void endsWithWhatIsWantedAndPossible(RepetitionInfo info) {
    random = new Random(info.getCurrentRepetition());
    kernel.addLink("eth0");
    kernel.setLinkUp("eth0");
    kernel.monitor().subscribe(new LateFeed());

    for (int round = 0; round < 8; round++) {
      for (int i = random.nextInt(8); i > 0; i--) {
        change();
      }
      if (random.nextBoolean()) {
        deliver(random.nextInt(notices.size() + 1));
      }
      table.apply();
    }
    List<Route> foreign = foreign();
    settle();

    assertThat(foreign()).isEqualTo(foreign);
    assertKernelHasWhatIsWanted();
    kernel.forgetWrites();
    table.invalidate();
    table.apply();
    assertThat(kernel.writes()).isEmpty();
  }

  private void change() {
    IpPrefix destination = IpPrefix.parse("10.65.0." + random.nextInt(4) + "/32");
    String device = DEVICES.get(random.nextInt(DEVICES.size()));
    switch (random.nextInt(10)) {
      case 0, 1, 2 -> {
        Route route = Route.onLink(destination, device);
        wanted.put(destination, route);
        table.put(route);
      }
      case 3 -> {
        wanted.remove(destination);
        table.remove(destination);
      }
      case 4 -> fromOutside(() -> kernel.addLink(device));
      case 5 -> fromOutside(() -> kernel.removeLink(device));
      case 6, 7 -> fromOutside(() -> kernel.setLinkUp(device));
      case 8 -> fromOutside(() -> kernel.setLinkDown(device));
      default -> meddle(destination, device);
    }
  }

  private void meddle(IpPrefix destination, String device) {
    Route theirs =
        new Route(
            destination,
            Type.UNICAST,
            Protocols.STATIC,
            Scope.LINK,
            0,
            List.of(NextHop.dev("eth0")));
    switch (random.nextInt(4)) {
      case 0 -> fromOutside(() -> kernel.routes().replace(theirs));
      case 1 -> fromOutside(() -> kernel.routes().delete(theirs));
      case 2 -> fromOutside(() -> kernel.routes().replace(Route.onLink(destination, device)));
      default -> fromOutside(() -> kernel.routes().delete(Route.onLink(destination, device)));
    }
  }

  /// What the kernel refuses, such as a link that is there already, changes nothing.
  private void fromOutside(Runnable change) {
    try {
      kernel.outside(change);
    } catch (KernelException refused) {
      assertThat(refused).hasMessageContaining(":");
    }
  }

  private void settle() {
    for (int i = 0; i < 10 && (table.needsApply() || !notices.isEmpty()); i++) {
      deliver(notices.size());
      table.apply();
    }
    assertThat(table.needsApply()).isFalse();
  }

  private void deliver(int count) {
    for (int i = 0; i < count; i++) {
      notices.remove().run();
    }
  }

  private void assertKernelHasWhatIsWanted() {
    for (Map.Entry<IpPrefix, Route> entry : wanted.entrySet()) {
      IpPrefix destination = entry.getKey();
      Route route = entry.getValue();
      boolean blocked =
          foreign().stream().anyMatch(theirs -> theirs.destination().equals(destination));
      boolean up =
          kernel.links().list().stream()
              .anyMatch(link ->
                  link.adminUp() && link.name().equals(route.nextHops().getFirst().device()));
      // The kernel looks at the device first, so that of two obstacles it may name that one alone.
      boolean conflict = table.conflicts().containsKey(destination);
      boolean waiting = table.waiting().contains(route);
      assertThat(conflict || waiting).isEqualTo(blocked || !up);
      assertThat(conflict).isIn(blocked, false);
      assertThat(waiting).isIn(!up, false);
      assertThat(kernel.routes().list(IPV4).contains(route)).isEqualTo(!blocked && up);
    }
    assertThat(kernel.routes().list(IPV4))
        .allMatch(route -> foreign().contains(route) || wanted.containsValue(route));
  }

  private List<Route> foreign() {
    return kernel.routes().list(IPV4).stream()
        .filter(route -> "eth0".equals(route.nextHops().getFirst().device()))
        .toList();
  }

  private final class LateFeed implements KernelMonitor.Listener {
    @Override
    public void onLink(Link link) {
      notices.add(() -> table.onLink(link));
    }

    @Override
    public void onLinkRemoved(Link link) {
      notices.add(() -> table.onLinkRemoved(link));
    }

    @Override
    public void onAddress(LinkAddress address) {}

    @Override
    public void onAddressRemoved(LinkAddress address) {}

    @Override
    public void onRoute(Route route) {
      notices.add(() -> table.onRoute(route));
    }

    @Override
    public void onRouteRemoved(Route route) {
      notices.add(() -> table.onRouteRemoved(route));
    }

    @Override
    public void onLost(String reason) {
      notices.add(table::invalidate);
    }
  }
}
