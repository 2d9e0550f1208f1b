package io.margay.dataplane.rules;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.dataplane.config.DataplaneConfig;
import io.margay.dataplane.config.DataplaneConfig.EndpointToHostAction;
import io.margay.dataplane.config.DataplaneConfig.Ipip;
import io.margay.dataplane.config.DataplaneConfig.OpenStack;
import io.margay.dataplane.config.DataplaneConfig.Vxlan;
import io.margay.dataplane.config.Marks;
import io.margay.kernel.iptables.InsertMode;
import io.margay.kernel.iptables.Rule;
import io.margay.kernel.iptables.Table;
import io.margay.net.IpFamily;
import io.margay.net.Ipv4Address;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What the golden files do not show: IPv6, several prefixes, IP in IP, metadata, other marks.
class StaticChainsTest {

  private static final DataplaneConfig EVERYTHING =
      new DataplaneConfig(
          Marks.fromMask(0x000f0000),
          List.of("cali", "tap"),
          List.of(),
          List.of(179, 2379),
          EndpointToHostAction.ACCEPT,
          new OpenStack(true, Ipv4Address.parse("10.0.0.9"), 8775),
          new Ipip(true, Ipv4Address.parse("10.1.0.1"), 1440),
          new Vxlan(4096, 4789, 1410, 1390, Ipv4Address.parse("10.1.0.2"), null),
          "packet",
          InsertMode.INSERT,
          true,
          1000);

  @Test
  void ipv6ChecksTheReversePathOfWorkloadsItself() {
    assertThat(bodies(IpFamily.IPV6, Table.RAW, "cali-PREROUTING"))
        .containsExactly(
            "--jump MARK --set-mark 0/0x70000",
            "--in-interface cali+ --jump MARK --set-mark 0x40000/0x40000",
            "--in-interface tap+ --jump MARK --set-mark 0x40000/0x40000",
            "-m mark --mark 0x40000/0x40000 -m rpfilter --invert --jump DROP",
            "-m mark --mark 0/0x40000 --jump cali-from-host-endpoint",
            "-m mark --mark 0x10000/0x10000 --jump ACCEPT");
  }

  @Test
  void everyPrefixAsksPolicyBeforeAnyAccepts() {
    assertThat(bodies(IpFamily.IPV4, Table.FILTER, "cali-FORWARD"))
        .containsExactly(
            "-m mark --mark 0x10000/0x10000 -m conntrack --ctstate UNTRACKED --jump ACCEPT",
            "-m comment --comment \"Drop IPIP packets from workloads\""
                + " --in-interface cali+ -p 4 --jump DROP",
            "-m comment --comment \"Drop IPIP packets from workloads\""
                + " --in-interface tap+ -p 4 --jump DROP",
            "-m conntrack --ctstate INVALID --jump DROP",
            "-m conntrack --ctstate RELATED,ESTABLISHED --jump ACCEPT",
            "--in-interface cali+ --jump cali-from-wl-dispatch",
            "--out-interface cali+ --jump cali-to-wl-dispatch",
            "--in-interface tap+ --jump cali-from-wl-dispatch",
            "--out-interface tap+ --jump cali-to-wl-dispatch",
            "--in-interface cali+ --jump ACCEPT",
            "--out-interface cali+ --jump ACCEPT",
            "--in-interface tap+ --jump ACCEPT",
            "--out-interface tap+ --jump ACCEPT",
            "--jump MARK --set-mark 0/0x70000",
            "--jump cali-from-host-endpoint",
            "--jump cali-to-host-endpoint",
            "-m comment --comment \"Host endpoint policy accepted packet.\""
                + " -m mark --mark 0x10000/0x10000 --jump ACCEPT");
  }

  @Test
  void ipInIpIsTakenFromKnownHostsAlone() {
    String drop =
        "-m comment --comment \"Drop IPIP packets from non-Calico hosts\""
            + " -p 4 -m set ! --match-set cali4-all-hosts src --jump DROP";
    assertThat(bodies(IpFamily.IPV4, Table.FILTER, "cali-INPUT").get(1)).isEqualTo(drop);
    assertThat(bodies(IpFamily.IPV6, Table.FILTER, "cali-INPUT")).doesNotContain(drop);
    assertThat(bodies(IpFamily.IPV6, Table.FILTER, "cali-FORWARD"))
        .noneMatch(body -> body.contains("IPIP"));
  }

  @Test
  void theHostsOwnPacketsIntoTheTunnelGetTheTunnelsAddress() {
    assertThat(bodies(IpFamily.IPV4, Table.NAT, "cali-POSTROUTING"))
        .containsExactly(
            "--jump cali-fip-snat",
            "--jump cali-nat-outgoing",
            "--out-interface tunl0 -m addrtype ! --src-type LOCAL --limit-iface-out"
                + " -m addrtype --src-type LOCAL --jump MASQUERADE");
    assertThat(bodies(IpFamily.IPV6, Table.NAT, "cali-POSTROUTING"))
        .containsExactly("--jump cali-fip-snat", "--jump cali-nat-outgoing");
  }

  @Test
  void virtualMachinesReachMetadataDhcpAndDns() {
    assertThat(bodies(IpFamily.IPV4, Table.FILTER, "cali-wl-to-host"))
        .containsExactly(
            "-p tcp --destination 10.0.0.9 -m multiport --destination-ports 8775 --jump ACCEPT",
            "-p udp -m multiport --source-ports 68 -m multiport --destination-ports 67"
                + " --jump ACCEPT",
            "-p udp -m multiport --destination-ports 53 --jump ACCEPT",
            "--jump cali-from-wl-dispatch",
            "-m comment --comment \"Configured DefaultEndpointToHostAction\" --jump ACCEPT");
    assertThat(bodies(IpFamily.IPV4, Table.NAT, "cali-PREROUTING"))
        .containsExactly(
            "--jump cali-fip-dnat",
            "-p tcp -m multiport --destination-ports 80 --destination 169.254.169.254/32"
                + " --jump DNAT --to-destination 10.0.0.9:8775");
  }

  @Test
  void ipv6WorkloadsMayDiscoverTheirNeighbours() {
    assertThat(bodies(IpFamily.IPV6, Table.FILTER, "cali-wl-to-host"))
        .startsWith(
            "-p 58 -m icmp6 --icmpv6-type 130 --jump ACCEPT",
            "-p 58 -m icmp6 --icmpv6-type 131 --jump ACCEPT",
            "-p 58 -m icmp6 --icmpv6-type 132 --jump ACCEPT",
            "-p 58 -m icmp6 --icmpv6-type 133 --jump ACCEPT",
            "-p 58 -m icmp6 --icmpv6-type 135 --jump ACCEPT",
            "-p 58 -m icmp6 --icmpv6-type 136 --jump ACCEPT",
            "-p udp -m multiport --source-ports 546 -m multiport --destination-ports 547"
                + " --jump ACCEPT")
        .hasSize(10);
  }

  @Test
  void failsafePortsKeepTheirOrderAndMayBeNone() {
    assertThat(bodies(IpFamily.IPV6, Table.RAW, "cali-failsafe-in")).isEmpty();
    assertThat(bodies(IpFamily.IPV6, Table.RAW, "cali-failsafe-out"))
        .containsExactly(
            "-p tcp -m multiport --destination-ports 179 --jump ACCEPT",
            "-p tcp -m multiport --destination-ports 2379 --jump ACCEPT");
  }

  @Test
  void marksAreHandedOutFromTheLowestBit() {
    assertThat(Marks.fromMask(0xff000000)).isEqualTo(new Marks(0x1000000, 0x2000000, 0x4000000));
    assertThat(Marks.fromMask(0x80000011)).isEqualTo(new Marks(0x1, 0x10, 0x80000000));
  }

  @Test
  void vxlanIsForHostsAlone() {
    for (IpFamily family : IpFamily.values()) {
      String set = "cali%d-all-vxlan-net".formatted(family.version());
      String packets = "-p udp -m multiport --destination-ports 4789 ";
      assertThat(bodies(family, Table.FILTER, "cali-INPUT", true))
          .containsSubsequence(
              "-m comment --comment \"Allow VXLAN packets from Calico hosts\" "
                  + packets
                  + "-m set --match-set "
                  + set
                  + " src --jump ACCEPT",
              "-m comment --comment \"Drop VXLAN packets from non-Calico hosts\" "
                  + packets
                  + "--jump DROP",
              "-m conntrack --ctstate RELATED,ESTABLISHED --jump ACCEPT");
      assertThat(bodies(family, Table.FILTER, "cali-FORWARD", true))
          .containsSubsequence(
              "-m comment --comment \"Drop VXLAN packets from workloads\""
                  + " --in-interface cali+ -p udp -m multiport --destination-ports 4789 --jump DROP",
              "-m comment --comment \"Drop VXLAN packets from workloads\""
                  + " --in-interface tap+ -p udp -m multiport --destination-ports 4789 --jump DROP",
              "-m conntrack --ctstate RELATED,ESTABLISHED --jump ACCEPT");
      assertThat(bodies(family, Table.FILTER, "cali-OUTPUT", true))
          .contains(
              "-m comment --comment \"Allow VXLAN packets to Calico hosts\" "
                  + packets
                  + "-m set --match-set "
                  + set
                  + " dst --jump ACCEPT");
    }
    assertThat(bodies(IpFamily.IPV4, Table.NAT, "cali-POSTROUTING", true))
        .endsWith(
            "--out-interface vxlan.calico -m addrtype ! --src-type LOCAL --limit-iface-out"
                + " -m addrtype --src-type LOCAL --jump MASQUERADE");
    assertThat(bodies(IpFamily.IPV6, Table.NAT, "cali-POSTROUTING", true))
        .as("no tunnel address is known")
        .noneMatch(body -> body.contains("vxlan"));
  }

  private static List<String> bodies(IpFamily family, Table table, String chain) {
    return bodies(family, table, chain, false);
  }

  private static List<String> bodies(IpFamily family, Table table, String chain, boolean vxlan) {
    return new StaticChains(EVERYTHING, family, vxlan)
        .chains(table).stream()
            .filter(candidate -> candidate.name().equals(chain))
            .flatMap(found -> found.rules().stream())
            .map(Rule::body)
            .toList();
  }
}
