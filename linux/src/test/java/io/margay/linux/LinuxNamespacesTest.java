package io.margay.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margay.kernel.KernelException;
import io.margay.kernel.NextHop;
import io.margay.kernel.Route;
import io.margay.kernel.namespace.NetworkNamespace;
import io.margay.kernel.namespace.Veth;
import io.margay.kernel.namespace.VethEnd;
import io.margay.net.IpFamily;
import io.margay.net.IpPrefix;
import io.margay.net.MacAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/// Veth pairs into another namespace: that of a program which was started into one of its own.
@ExtendWith(FreshNetworkNamespace.class)
class LinuxNamespacesTest {

  private static final MacAddress HOST_MAC = MacAddress.parse("ee:ee:ee:ee:ee:ee");
  private static final MacAddress PEER_MAC = MacAddress.parse("02:00:00:00:00:01");
  private static final Veth VETH = new Veth("cali1", HOST_MAC, "eth0", PEER_MAC, 1400);

  private Process other;
  private LinuxNamespaces namespaces;

  @BeforeEach
  void open() throws IOException {
    other = new ProcessBuilder("unshare", "--net", "sh", "-c", "echo there; read end").start();
    assertThat(other.inputReader().readLine()).isEqualTo("there");
    namespaces = LinuxNamespaces.open();
  }

  @AfterEach
  void close() throws InterruptedException {
    namespaces.close();
    other.destroyForcibly();
    other.waitFor();
  }

  private Path file() {
    return Path.of("/proc/" + other.pid() + "/ns/net");
  }

  @Test
  void makesAPairIntoTheOtherNamespace() {
    try (NetworkNamespace inside = namespaces.open(file()).orElseThrow()) {
      assertThat(inside.isOwn()).isFalse();
      namespaces.own().veths().create(VETH, inside);
      namespaces.own().veths().setUp("cali1", "cni/id/eth0");
      inside.veths().setUp("eth0");

      VethEnd host = namespaces.own().veths().read("cali1").orElseThrow();
      VethEnd peer = inside.veths().read("eth0").orElseThrow();
      assertThat(host.isVeth()).isTrue();
      assertThat(host.alias()).isEqualTo("cni/id/eth0");
      assertThat(host.link().mac()).isEqualTo(HOST_MAC);
      assertThat(host.link().mtu()).isEqualTo(1400);
      assertThat(host.link().adminUp()).isTrue();
      assertThat(peer.link().mac()).isEqualTo(PEER_MAC);
      assertThat(peer.link().mtu()).isEqualTo(1400);
      assertThat(peer.peerIndex()).isEqualTo(host.link().index());
      assertThat(host.peerIndex()).isEqualTo(peer.link().index());
      assertThat(namespaces.own().veths().read("eth0")).isEmpty();
    }
  }

  @Test
  void configuresTheOtherNamespaceAlone() {
    try (NetworkNamespace inside = namespaces.open(file()).orElseThrow()) {
      namespaces.own().veths().create(VETH, inside);
      namespaces.own().veths().setUp("cali1");
      inside.veths().setUp("eth0");
      inside.veths().addAddress("eth0", IpPrefix.parse("10.65.0.2/32"));
      inside.veths().addAddress("eth0", IpPrefix.parse("10.65.0.2/32"));
      Route link = Route.onLink(IpPrefix.parse("169.254.1.1/32"), "eth0");
      inside.routes().add(link);
      inside.sysctls().write("net/ipv4/conf/eth0/arp_ignore", "2");

      assertThat(inside.links().addresses())
          .extracting(each -> each.address().toString())
          .contains("10.65.0.2/32");
      assertThat(inside.routes().list(IpFamily.IPV4))
          .contains(link)
          .allMatch(route -> route.nextHops().equals(java.util.List.of(NextHop.dev("eth0"))));
      assertThat(inside.sysctls().read("net/ipv4/conf/eth0/arp_ignore")).hasValue("2");
      assertThat(namespaces.own().sysctls().read("net/ipv4/conf/eth0/arp_ignore")).isEmpty();
      assertThat(namespaces.own().routes().list(IpFamily.IPV4)).isEmpty();
    }
  }

  @Test
  void bothEndsMayBeHere() {
    namespaces.own().veths().create(VETH, namespaces.own());

    assertThat(namespaces.own().veths().read("eth0")).isPresent();
    assertThatThrownBy(() -> namespaces.own().veths().create(VETH, namespaces.own()))
        .isInstanceOf(KernelException.class)
        .hasMessageContaining("EEXIST");

    namespaces.own().veths().delete("cali1");
    assertThat(namespaces.own().veths().read("eth0")).isEmpty();
    assertThatCode(() -> namespaces.own().veths().delete("cali1")).doesNotThrowAnyException();
  }

  @Test
  void itsOwnNamespaceIsKnownByAnyName() {
    Path own = Path.of("/proc/thread-self/ns/net");

    assertThat(namespaces.open(own).orElseThrow().isOwn()).isTrue();
  }

  @Test
  void whatIsNoNamespaceIsNone(@TempDir Path directory) throws IOException {
    Path unmounted = Files.writeString(directory.resolve("netns"), "");

    assertThat(namespaces.open(unmounted)).isEmpty();
    assertThat(namespaces.open(directory.resolve("missing"))).isEmpty();
    assertThat(namespaces.open(unmounted.resolve("below"))).isEmpty();
  }
}
