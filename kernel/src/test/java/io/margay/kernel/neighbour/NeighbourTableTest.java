package io.margay.kernel.neighbour;

import static io.margay.net.IpFamily.IPV4;
import static org.assertj.core.api.Assertions.assertThat;

import io.margay.kernel.ApplyOutcome;
import io.margay.kernel.KernelMonitor;
import io.margay.kernel.Link;
import io.margay.kernel.LinkAddress;
import io.margay.kernel.Neighbour;
import io.margay.kernel.Route;
import io.margay.kernel.fake.FakeKernel;
import io.margay.net.IpAddress;
import io.margay.net.MacAddress;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class NeighbourTableTest {

  private static final Neighbour POD = neighbour("cali1", "10.65.0.1", "ee:ee:ee:ee:ee:01");
  private static final Neighbour MOVED = neighbour("cali1", "10.65.0.1", "ee:ee:ee:ee:ee:02");
  private static final Neighbour STRAY = neighbour("cali1", "10.65.0.9", "ee:ee:ee:ee:ee:09");
  private static final Neighbour ROUTER = neighbour("eth0", "192.0.2.254", "ee:ee:ee:ee:ee:fe");

  private final FakeKernel kernel = new FakeKernel();
  private final NeighbourTable<IpAddress, Neighbour> table =
      NeighbourTable.of(
          IPV4, kernel.neighbours(), neighbour -> neighbour.device().startsWith("cali"));

  @BeforeEach
  void links() {
    kernel.addLink("cali1");
    kernel.setLinkUp("cali1");
    kernel.addLink("eth0");
    kernel.setLinkUp("eth0");
  }

  @Test
  void writesMissingEntriesAndDeletesUnwantedOnesOfItsOwn() {
    givenFromOutside(STRAY, ROUTER);
    table.put(POD);

    ApplyOutcome<NeighbourChange<Neighbour>> outcome = table.apply();

    assertThat(outcome.changes())
        .containsExactly(
            new NeighbourChange.Written<>(POD, false), new NeighbourChange.Removed<>(STRAY, false));
    assertThat(kernel.neighbours().list(IPV4)).containsExactly(ROUTER, POD);
  }

  @Test
  void writesNothingWhenNothingDiffers() {
    givenFromOutside(POD);
    table.put(POD);

    assertThat(table.apply().changes()).isEmpty();
    assertThat(kernel.writes()).isEmpty();
    assertThat(table.needsApply()).isFalse();
  }

  @Test
  void overwritesAnotherHardwareAddress() {
    givenFromOutside(MOVED);
    table.put(POD);

    table.apply();

    assertThat(kernel.neighbours().list(IPV4)).containsExactly(POD);
    assertThat(kernel.writes()).hasSize(1);
  }

  @Test
  void deletesAnEntryThatIsNoLongerWanted() {
    table.put(POD);
    table.apply();

    table.remove("cali1", POD.address());
    table.apply();

    assertThat(kernel.neighbours().list(IPV4)).isEmpty();
  }

  @Test
  void waitsForItsInterface() {
    kernel.setLinkDown("cali1");
    table.put(POD);

    assertThat(table.apply().complete()).isTrue();
    assertThat(table.waiting()).containsExactly(POD);
    assertThat(table.needsApply()).isFalse();

    kernel.setLinkUp("cali1");
    table.onLink(link("cali1"));
    assertThat(table.needsApply()).isTrue();
    table.apply();

    assertThat(table.waiting()).isEmpty();
    assertThat(kernel.neighbours().list(IPV4)).containsExactly(POD);
  }

  @Test
  void restoresTheEntriesOfAnInterfaceThatWentDownAndUp() {
    table.put(POD);
    table.apply();

    kernel.setLinkDown("cali1");
    table.onLink(link("cali1"));
    kernel.setLinkUp("cali1");
    table.onLink(link("cali1"));
    table.apply();

    assertThat(kernel.neighbours().list(IPV4)).containsExactly(POD);
  }

  @Test
  void reportsAFailureAndTriesAgain() {
    kernel.failNext("ip neigh replace", "ENOMEM");
    table.put(POD);

    assertThat(table.apply().failures()).singleElement().asString().contains("ENOMEM");
    assertThat(table.apply().complete()).isTrue();
    assertThat(kernel.neighbours().list(IPV4)).containsExactly(POD);
  }

  @Test
  void looksAgainWhenToldThatSomeoneElseChangedAnEntry() {
    kernel.monitor().subscribe(feed());
    table.put(POD);
    table.apply();
    assertThat(table.needsApply()).as("our own write is no news").isFalse();

    givenFromOutside(MOVED);
    assertThat(table.needsApply()).isTrue();
    assertThat(table.apply().changes()).containsExactly(new NeighbourChange.Written<>(POD, true));

    kernel.outside(() -> kernel.neighbours().delete(POD));
    assertThat(table.needsApply()).isTrue();
    assertThat(table.apply().changes()).containsExactly(new NeighbourChange.Written<>(POD, true));

    givenFromOutside(STRAY);
    assertThat(table.needsApply()).isTrue();
    assertThat(table.apply().changes()).containsExactly(new NeighbourChange.Removed<>(STRAY, true));
    assertThat(kernel.neighbours().list(IPV4)).containsExactly(POD);
  }

  @Test
  void doesNotLookForWhatIsNoneOfItsBusiness() {
    kernel.monitor().subscribe(feed());
    table.put(POD);
    table.apply();

    givenFromOutside(ROUTER);
    kernel.outside(() -> kernel.neighbours().delete(ROUTER));

    assertThat(table.needsApply()).isFalse();
  }

  private KernelMonitor.Listener feed() {
    return new KernelMonitor.Listener() {
      @Override
      public void onLink(Link link) {}

      @Override
      public void onLinkRemoved(Link link) {}

      @Override
      public void onAddress(LinkAddress address) {}

      @Override
      public void onAddressRemoved(LinkAddress address) {}

      @Override
      public void onRoute(Route route) {}

      @Override
      public void onRouteRemoved(Route route) {}

      @Override
      public void onNeighbour(Neighbour neighbour) {
        table.onEntry(neighbour);
      }

      @Override
      public void onNeighbourRemoved(String device, IpAddress address) {
        table.onEntryRemoved(device, address);
      }

      @Override
      public void onLost(String reason) {}
    };
  }

  private void givenFromOutside(Neighbour... neighbours) {
    for (Neighbour neighbour : neighbours) {
      kernel.outside(() -> kernel.neighbours().replace(neighbour));
    }
  }

  private Link link(String name) {
    return kernel.links().list().stream()
        .filter(link -> link.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static Neighbour neighbour(String device, String address, String mac) {
    return new Neighbour(device, IpAddress.parse(address), MacAddress.parse(mac));
  }
}
