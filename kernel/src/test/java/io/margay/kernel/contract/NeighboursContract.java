package io.margay.kernel.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margay.kernel.KernelException;
import io.margay.kernel.Neighbour;
import io.margay.kernel.Neighbours;
import io.margay.net.IpAddress;
import io.margay.net.IpFamily;
import io.margay.net.MacAddress;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The contract of [Neighbours]: `left` and `right` are up.
public abstract class NeighboursContract extends KernelContract {

  private static final Neighbour POD = neighbour("left", "10.65.0.2", "02:00:00:00:00:02");
  private static final Neighbour POD6 = neighbour("left", "fd00:65::2", "02:00:00:00:00:02");

  @BeforeEach
  void twoLinks() {
    world().addLink("left");
    world().addLink("right");
    world().setLinkUp("left");
    world().setLinkUp("right");
  }

  @Test
  void listsThePermanentEntriesOfOneFamily() {
    neighbours().replace(POD);
    neighbours().replace(POD6);

    assertThat(neighbours().list(IpFamily.IPV4)).containsExactly(POD);
    assertThat(neighbours().list(IpFamily.IPV6)).containsExactly(POD6);
  }

  @Test
  void overwritesTheHardwareAddressOfAnEntry() {
    Neighbour moved = neighbour("left", "10.65.0.2", "02:00:00:00:00:99");

    neighbours().replace(POD);
    neighbours().replace(moved);

    assertThat(neighbours().list(IpFamily.IPV4)).containsExactly(moved);
  }

  @Test
  void keepsTheSameAddressOnTwoDevicesApart() {
    Neighbour onRight = neighbour("right", "10.65.0.2", "02:00:00:00:00:03");
    neighbours().replace(POD);
    neighbours().replace(onRight);

    neighbours().delete(POD);

    assertThat(neighbours().list(IpFamily.IPV4)).containsExactly(onRight);
  }

  @Test
  void deletesAnEntryAndCountsAMissingOneAsDeleted() {
    neighbours().replace(POD);
    neighbours().replace(POD6);

    neighbours().delete(POD);
    neighbours().delete(POD6);

    assertThat(neighbours().list(IpFamily.IPV4)).isEmpty();
    assertThat(neighbours().list(IpFamily.IPV6)).isEmpty();
    assertThatCode(
            () -> {
              neighbours().delete(POD);
              neighbours().delete(neighbour("absent", "10.65.0.2", "02:00:00:00:00:02"));
            })
        .doesNotThrowAnyException();
  }

  @Test
  void refusesADeviceThatDoesNotExist() {
    assertThatThrownBy(
            () -> neighbours().replace(neighbour("absent", "10.65.0.2", "02:00:00:00:00:02")))
        .isInstanceOf(KernelException.class)
        .hasMessageContaining("ENODEV")
        .hasMessageContaining("absent");
  }

  @Test
  void losesTheEntriesOfALinkThatGoes() {
    neighbours().replace(POD);

    world().removeLink("left");

    assertThat(neighbours().list(IpFamily.IPV4)).isEmpty();
  }

  private Neighbours neighbours() {
    return world().neighbours();
  }

  private static Neighbour neighbour(String device, String address, String mac) {
    return new Neighbour(device, IpAddress.parse(address), MacAddress.parse(mac));
  }
}
