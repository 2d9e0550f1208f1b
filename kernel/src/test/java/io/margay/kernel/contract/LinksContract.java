package io.margay.kernel.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.kernel.Link;
import io.margay.kernel.LinkAddress;
import io.margay.kernel.Links;
import io.margay.net.IpPrefix;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/// The contract of [Links].
public abstract class LinksContract extends KernelContract {

  @Test
  void listsALinkWithItsState() {
    world().addLink("cali0");

    assertThat(named("cali0"))
        .hasValueSatisfying(link -> {
          assertThat(link.index()).isPositive();
          assertThat(link.mtu()).isEqualTo(1500);
          assertThat(link.mac()).isNotNull();
          assertThat(link.adminUp()).isFalse();
          assertThat(link.running()).isFalse();
        });
  }

  @Test
  void showsALinkThatWasSetUpAsUpAndRunning() {
    world().addLink("cali0");

    world().setLinkUp("cali0");
    awaitRunning(true);
    assertThat(named("cali0")).hasValueSatisfying(link -> assertThat(link.adminUp()).isTrue());

    world().setLinkDown("cali0");
    awaitRunning(false);
    assertThat(named("cali0")).hasValueSatisfying(link -> assertThat(link.adminUp()).isFalse());
  }

  /// The kernel finds out about the carrier in its own time (`net/core/link_watch.c`).
  private void awaitRunning(boolean running) {
    long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (named("cali0").map(Link::running).orElse(!running) != running) {
      assertThat(System.nanoTime()).as("cali0 running: " + running).isLessThan(deadline);
      LockSupport.parkNanos(Duration.ofMillis(1).toNanos());
    }
  }

  @Test
  void showsTheLoopbackDeviceWithoutAHardwareAddress() {
    assertThat(named("lo")).hasValueSatisfying(link -> assertThat(link.mac()).isNull());
  }

  @Test
  void doesNotListALinkThatWasRemoved() {
    world().addLink("cali0");

    world().removeLink("cali0");

    assertThat(named("cali0")).isEmpty();
  }

  @Test
  void listsAddressesOfBothFamiliesWithTheirHostBits() {
    world().addLink("eth9");
    world().setLinkUp("eth9");
    world().addAddress("eth9", "192.0.2.1/24");
    world().addAddress("eth9", "2001:db8:1::1/64");
    int eth9 = named("eth9").orElseThrow().index();

    assertThat(links().addresses())
        .contains(
            new LinkAddress(eth9, IpPrefix.parse("192.0.2.1/24")),
            new LinkAddress(eth9, IpPrefix.parse("2001:db8:1::1/64")));

    world().removeAddress("eth9", "192.0.2.1/24");
    assertThat(links().addresses())
        .doesNotContain(new LinkAddress(eth9, IpPrefix.parse("192.0.2.1/24")));
  }

  private Links links() {
    return world().links();
  }

  private Optional<Link> named(String name) {
    return links().list().stream().filter(link -> link.name().equals(name)).findFirst();
  }
}
