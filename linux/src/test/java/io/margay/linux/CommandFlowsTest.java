package io.margay.linux;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.kernel.Flow;
import io.margay.kernel.Flow.Icmp;
import io.margay.kernel.Flow.Ports;
import io.margay.net.IpAddress;
import io.margay.net.IpFamily;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

class CommandFlowsTest {

  @Test
  void aTranslatedConnectionTellsWhereItReallyGoes() {
    assertThat(
            CommandFlows.parse(
                "tcp      6 431999 ESTABLISHED src=10.0.0.1 dst=192.0.2.1 sport=40000 dport=80"
                    + " src=10.0.0.2 dst=192.0.2.9 sport=8080 dport=50000 [ASSURED] mark=0 use=1"))
        .contains(
            new Flow(
                6,
                address("10.0.0.1"),
                address("192.0.2.1"),
                new Ports(40000, 80),
                null,
                address("10.0.0.2"),
                8080));
  }

  @Test
  void icmpHasATypeInsteadOfPorts() {
    assertThat(
            CommandFlows.parse(
                "icmpv6   58 29 src=fd00::1 dst=fd00::2 type=128 code=0 id=7 src=fd00::2 dst=fd00::1"
                    + " type=129 code=0 id=7 mark=0 use=1"))
        .contains(
            new Flow(
                58,
                address("fd00::1"),
                address("fd00::2"),
                new Ports(0, 0),
                new Icmp(128, 0, 7),
                address("fd00::2"),
                0));
    assertThat(CommandFlows.parse("conntrack v1.4.7 (conntrack-tools): 1 flow entries")).isEmpty();
  }

  /// On the real kernel: of two flows that differ in a port alone, one goes.
  @Test
  @ExtendWith(FreshNetworkNamespace.class)
  void oneOfTwoFlowsIsDeleted() throws Exception {
    Installed.assume("conntrack");
    Installed.assume("iptables");
    // A rule that asks for the state has the kernel track connections at all.
    Programs programs = new Programs(List.of(), Duration.ofSeconds(30));
    programs.run(
        List.of("iptables", "-A", "INPUT", "-m", "conntrack", "--ctstate", "NEW", "-j", "ACCEPT"),
        "");
    CommandFlows flows = new CommandFlows(programs);
    try (DatagramSocket sender = new DatagramSocket()) {
      for (int port : new int[] {1001, 1002}) {
        sender.send(new DatagramPacket(new byte[1], 1, InetAddress.getByName("127.0.0.1"), port));
      }
    }
    Flow first = find(flows, 1001);
    Flow second = find(flows, 1002);

    flows.delete(first);
    assertThat(flows.list(IpFamily.IPV4)).contains(second).doesNotContain(first);
    flows.delete(first);
    assertThat(flows.list(IpFamily.IPV4)).contains(second);
  }

  private static Flow find(CommandFlows flows, int port) {
    return flows.list(IpFamily.IPV4).stream()
        .filter(flow -> flow.protocol() == 17 && flow.ports().destination() == port)
        .findFirst()
        .orElseThrow();
  }

  private static IpAddress address(String text) {
    return IpAddress.parse(text);
  }
}
