package io.margay.supervisor;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.net.IpFamily;
import io.margay.net.IpPrefix;
import io.margay.supervisor.AddressDetector.Found;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AddressDetectorTest {

  /// The machine of the guide: the first interface leads out, the second to the cluster.
  private final FakeHost host =
      new FakeHost()
          .with("lo", "127.0.0.1/8", "::1/128")
          .with("eth0", "10.0.2.15/24", "fe80::1/64")
          .with("eth1", "192.168.40.2/24", "fe80::2/64", "fd00:40::2/64");

  private String told(String method, IpFamily family) {
    return new AddressDetector(host)
        .find(Detection.parse(method, family), family)
        .map(Found::told)
        .orElse("none");
  }

  private String told(String method) {
    return told(method, IpFamily.IPV4);
  }

  @Test
  void firstFoundIsOnTheLastInterface() {
    assertThat(told("first-found"))
        .isEqualTo("Using autodetected IPv4 address on interface eth1: 192.168.40.2/24");
    assertThat(told("")).isEqualTo(told("first-found"));
    assertThat(told("first-found", IpFamily.IPV6))
        .isEqualTo("Using autodetected IPv6 address on interface eth1: fd00:40::2/64");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "docker0",
        "cbr0",
        "dummy1",
        "virbr0",
        "lxcbr0",
        "veth12ab",
        "cali0ef24b1",
        "tunl0",
        "flannel.1"
      })
  void interfacesOfContainersAndTunnelsAreLeftOut(String name) {
    host.with(name, "172.17.0.1/16");
    assertThat(told("first-found")).contains("interface eth1");
  }

  @ParameterizedTest
  @ValueSource(strings = {"vlan40", "slow0", "lo1", "mydocker0", "eth-cali"})
  void namesThatOnlyHoldSuchANameAreNot(String name) {
    host.with(name, "172.30.0.1/16");
    assertThat(told("first-found")).contains("interface " + name + ":");
  }

  @Test
  void interfacesThatAreDownOrHaveNoGlobalAddressAreLeftOut() {
    host.with("eth2", "169.254.7.7/16").withDown("eth3", "172.30.0.1/16");
    assertThat(told("first-found")).contains("interface eth1");
  }

  @Test
  void anInterfaceIsChosenByAPartOfItsName() {
    assertThat(told("interface=eth0"))
        .isEqualTo("Using autodetected IPv4 address 10.0.2.15/24 on matching interface eth0");
    assertThat(told("interface=th")).contains("interface eth1");
    assertThat(told("interface=^lo$")).isEqualTo("none");
    assertThat(told("interface=wlan")).isEqualTo("none");
    assertThat(told("interface=eth0", IpFamily.IPV6)).isEqualTo("none");
  }

  @Test
  void theAddressOnTheWayToADestinationHasTheNetworkOfItsInterface() {
    host.sources.put("192.0.2.1", "10.0.2.15");
    host.sources.put("2001:db8::1", "fd00:40::2");
    assertThat(told("can-reach=192.0.2.1"))
        .isEqualTo(
            "Using autodetected IPv4 address 10.0.2.15/24, detected by connecting to 192.0.2.1");
    assertThat(told("can-reach=2001:db8::1", IpFamily.IPV6))
        .isEqualTo(
            "Using autodetected IPv6 address fd00:40::2/64, detected by connecting to 2001:db8::1");
    assertThat(told("can-reach=198.51.100.1")).isEqualTo("none");
  }

  @Test
  void anAddressIsFoundOnItsInterface() {
    AddressDetector detector = new AddressDetector(host);
    assertThat(detector.onInterface(IpPrefix.parse("10.0.2.15").address()))
        .contains(new AddressDetector.OnInterface("eth0", IpPrefix.parse("10.0.2.15/24")));
    assertThat(detector.onInterface(IpPrefix.parse("10.0.2.16").address())).isEmpty();
    assertThat(List.of(detector.host())).containsExactly(host);
  }
}
