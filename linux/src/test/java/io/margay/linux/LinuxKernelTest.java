package io.margay.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margay.kernel.KernelException;
import io.margay.kernel.Link;
import io.margay.kernel.NextHop;
import io.margay.kernel.Route;
import io.margay.kernel.Route.Protocols;
import io.margay.kernel.Route.Scope;
import io.margay.kernel.Route.Type;
import io.margay.kernel.iptables.Table;
import io.margay.linux.CommandIptables.Flavour;
import io.margay.net.IpAddress;
import io.margay.net.IpFamily;
import io.margay.net.IpPrefix;
import io.margay.net.Ipv4Address;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// What the contracts cannot say: how the real kernel shares itself among threads, programs and
/// ourselves.
@ExtendWith(FreshNetworkNamespace.class)
class LinuxKernelTest {

  /// A thread in the namespace that JUnit runs in.
  private static ExecutorService outside;

  private LinuxKernel kernel;

  @BeforeAll
  static void startOutside() throws Exception {
    outside = Executors.newSingleThreadExecutor();
    // A thread inherits the namespace of the one that starts it: have it start now.
    outside.submit(() -> {}).get();
  }

  @AfterAll
  static void stopOutside() {
    outside.close();
  }

  @BeforeEach
  void open() {
    kernel = LinuxKernel.open();
  }

  @AfterEach
  void close() {
    kernel.close();
  }

  @Test
  void actsInTheNamespaceOfTheThreadThatOpenedIt() throws Exception {
    IpCommand.run("link add inside type veth peer name inside-far");

    assertThat(outside.submit(() -> kernel.links().list()).get())
        .extracting(Link::name)
        .contains("inside", "inside-far");
    assertThat(outside.submit(LinuxKernelTest::linksByANewSocket).get())
        .extracting(Link::name)
        .doesNotContain("inside");
    assertThat(outside.submit(() -> IpCommand.run("-brief link")).get()).doesNotContain("inside");
  }

  @Test
  void agreesWithIpAboutRoutes() {
    IpCommand.run("link add eth9 type veth peer name eth9-far");
    IpCommand.run("link set eth9 up");
    IpCommand.run("address add 192.0.2.1/24 dev eth9");

    kernel.routes().add(Route.onLink(IpPrefix.parse("10.65.0.2/32"), "eth9"));
    IpCommand.run("route add 10.66.0.0/26 via 192.0.2.7 proto bird metric 32 onlink dev eth9");

    assertThat(IpCommand.run("route show 10.65.0.2")).startsWith("10.65.0.2 dev eth9 scope link");
    assertThat(kernel.routes().list(IpFamily.IPV4))
        .contains(
            new Route(
                IpPrefix.parse("10.66.0.0/26"),
                Type.UNICAST,
                Protocols.BIRD,
                Scope.GLOBAL,
                32,
                List.of(new NextHop(IpAddress.parse("192.0.2.7"), "eth9", true))));
  }

  @Test
  void routesIpv4ThroughAnIpv6Gateway() {
    IpCommand.run("link add eth9 type veth peer name eth9-far");
    IpCommand.run("link set eth9 up");
    IpCommand.run("address add 2001:db8:1::1/64 dev eth9 nodad");
    Route route =
        new Route(
            IpPrefix.parse("10.66.0.0/26"),
            Type.UNICAST,
            Protocols.BIRD,
            Scope.GLOBAL,
            0,
            List.of(NextHop.via(IpAddress.parse("2001:db8:1::7"), "eth9")));

    kernel.routes().add(route);

    assertThat(kernel.routes().list(IpFamily.IPV4)).containsExactly(route);
  }

  @Test
  void saysInTheKernelsOwnWordsWhyItRefused() {
    IpCommand.run("link add eth9 type veth peer name eth9-far");
    IpCommand.run("link set eth9 up");
    IpCommand.run("address add 192.0.2.1/24 dev eth9");
    Route unreachable =
        new Route(
            IpPrefix.parse("10.66.0.0/26"),
            Type.UNICAST,
            Protocols.BIRD,
            Scope.GLOBAL,
            0,
            List.of(NextHop.via(IpAddress.parse("203.0.113.9"), "eth9")));

    assertThatThrownBy(() -> kernel.routes().add(unreachable))
        .isInstanceOf(KernelException.class)
        .hasMessage(
            "cannot add route 10.66.0.0/26 via 203.0.113.9 dev eth9 proto 12 metric 0: ENETUNREACH"
                + " (Network is unreachable), \"Nexthop has invalid gateway\". Nothing was changed."
                + " Check that every gateway lies in a network of its device (ip address), or mark"
                + " it onlink.");
  }

  @Test
  void listsTenThousandRoutesThatFourThreadsAdded() throws Exception {
    IpCommand.run("link add eth9 type veth peer name eth9-far");
    IpCommand.run("link set eth9 up");
    List<Thread> threads = new ArrayList<>();
    for (int thread = 0; thread < 4; thread++) {
      int network = 0x0a000000 + (thread << 16);
      threads.add(
          Thread.ofPlatform()
              .start(() -> {
                for (int i = 0; i < 2_500; i++) {
                  IpPrefix pod = new Ipv4Address(network + i).toPrefix();
                  kernel.routes().add(Route.onLink(pod, "eth9"));
                }
              }));
    }
    for (Thread thread : threads) {
      thread.join();
    }

    assertThat(kernel.routes().list(IpFamily.IPV4))
        .filteredOn(route -> route.protocol() == Protocols.BOOT)
        .hasSize(10_000)
        .doesNotHaveDuplicates();
  }

  @Test
  void refusesEveryCallAfterItWasClosed() {
    kernel.close();

    assertThatThrownBy(() -> kernel.links().list())
        .isInstanceOf(KernelException.class)
        .hasMessageContaining("closed");
  }

  @Test
  void refusesToDestroyASetThatARuleUses() {
    Installed.assume("ipset");
    Installed.assume("iptables-restore");
    kernel.ipSets().restore("create used hash:ip family inet maxelem 9\nCOMMIT\n");
    kernel
        .iptables()
        .restore(
            IpFamily.IPV4, "*filter\n-A FORWARD -m set --match-set used src --jump DROP\nCOMMIT\n");

    assertThatThrownBy(() -> kernel.ipSets().restore("destroy used\nCOMMIT\n"))
        .isInstanceOf(KernelException.class)
        .hasMessageContaining("in use");
  }

  @Test
  void keepsTheRulesOfTheTwoFlavoursApart() {
    Installed.assumeLegacyIptables();
    Installed.assume("ip6tables-nft-restore");
    CommandIptables legacy = new CommandIptables(Flavour.LEGACY, new Programs());
    CommandIptables nft = new CommandIptables(Flavour.NFT, new Programs());

    legacy.restore(IpFamily.IPV6, "*filter\n:cali-old - -\nCOMMIT\n");
    nft.restore(IpFamily.IPV6, "*filter\n:cali-new - -\nCOMMIT\n");

    assertThat(legacy.save(IpFamily.IPV6, Table.FILTER)).contains("cali-old").doesNotContain("new");
    assertThat(nft.save(IpFamily.IPV6, Table.FILTER)).contains("cali-new").doesNotContain("old");
  }

  private static List<Link> linksByANewSocket() {
    try (LinuxKernel other = LinuxKernel.open()) {
      return other.links().list();
    }
  }
}
