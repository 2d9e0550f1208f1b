package io.margay.dataplane.rules;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.dataplane.config.DataplaneConfig;
import io.margay.kernel.iptables.Rule;
import io.margay.model.Rule.Action;
import io.margay.net.IpFamily;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RuleRendererTest {

  private static final String ACCEPT = "--jump MARK --set-mark 0x1000000/0x1000000";
  private static final String RETURN_ACCEPTED = "-m mark --mark 0x1000000/0x1000000 --jump RETURN";

  private final RuleRenderer ipv4 = new RuleRenderer(DataplaneConfig.DEFAULT, IpFamily.IPV4);
  private final RuleRenderer ipv6 = new RuleRenderer(DataplaneConfig.DEFAULT, IpFamily.IPV6);

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "protocol=tcp|-p tcp",
        "protocol=6|-p 6",
        "notProtocol=udp|! -p udp",
        "src.net=10.0.20.5/24|--source 10.0.20.5/24",
        "src.net=10.0.0.1|--source 10.0.0.1/32",
        "src.notNet=10.0.0.0/8|! --source 10.0.0.0/8",
        "dst.net=10.0.0.0/8|--destination 10.0.0.0/8",
        "dst.notNet=10.0.0.0/8|! --destination 10.0.0.0/8",
        "src.sets=t:tag,s:sel"
            + "|-m set --match-set cali4-t:tag src -m set --match-set cali4-s:sel src",
        "dst.notSets=s:sel|-m set ! --match-set cali4-s:sel dst",
        "src.sets=s:5y5I3VdRZfDU01O--xXAPx2yxCQQqMf0M6IWug"
            + "|-m set --match-set cali4-s:5y5I3VdRZfDU01O--xXAPx2 src",
        "protocol=tcp src.ports=1024:65535|-p tcp -m multiport --source-ports 1024:65535",
        "protocol=udp dst.ports=53,67:67,100:200"
            + "|-p udp -m multiport --destination-ports 53,67,100:200",
        "protocol=tcp src.notPorts=80|-p tcp -m multiport ! --source-ports 80",
        "protocol=tcp dst.notPorts=80|-p tcp -m multiport ! --destination-ports 80",
        "protocol=icmp icmp=8|-p icmp -m icmp --icmp-type 8",
        "protocol=icmp icmp=0|-p icmp -m icmp --icmp-type 0",
        "protocol=icmp icmp=3/0|-p icmp -m icmp --icmp-type 3/0",
        "protocol=icmp icmp=/1|-p icmp",
        "protocol=1 notIcmp=8/0|-p 1 -m icmp ! --icmp-type 8/0",
      })
  void spellsEachConditionAsFelixDoes(String conditions, String match) {
    assertThat(bodies(ipv4, conditions)).containsExactly(match + " " + ACCEPT, RETURN_ACCEPTED);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "protocol=icmpv6 icmp=128|-p icmpv6 -m icmp6 --icmpv6-type 128",
        "protocol=58 notIcmp=128/0|-p 58 -m icmp6 ! --icmpv6-type 128/0",
        "src.net=FD00:0:0::1|--source fd00::1/128",
        "dst.net=fd00::1/64|--destination fd00::1/64",
        "src.sets=s:sel|-m set --match-set cali6-s:sel src",
      })
  void spellsConditionsOfIpv6(String conditions, String match) {
    assertThat(bodies(ipv6, conditions)).containsExactly(match + " " + ACCEPT, RETURN_ACCEPTED);
  }

  @Test
  void givesAllPositiveConditionsBeforeTheNegatedOnesSourceBeforeDestination() {
    assertThat(
            bodies(
                ipv4,
                "protocol=tcp src.net=10.0.0.0/8 src.sets=s:a src.ports=1 dst.net=11.0.0.0/8"
                    + " dst.sets=s:b dst.ports=2 src.notSets=s:c src.notPorts=3 dst.notSets=s:d"
                    + " dst.notPorts=4"))
        .first()
        .isEqualTo(
            "-p tcp --source 10.0.0.0/8 -m set --match-set cali4-s:a src -m multiport"
                + " --source-ports 1 --destination 11.0.0.0/8 -m set --match-set cali4-s:b dst -m"
                + " multiport --destination-ports 2 -m set ! --match-set cali4-s:c src -m multiport"
                + " ! --source-ports 3 -m set ! --match-set cali4-s:d dst -m multiport !"
                + " --destination-ports 4 "
                + ACCEPT);
  }

  @Test
  void rendersEachActionOfAPolicy() {
    assertThat(bodies(ipv4.ofPolicy(Rules.rule(Action.DENY, "protocol=tcp"))))
        .containsExactly("-p tcp --jump DROP");
    assertThat(bodies(ipv4.ofPolicy(Rules.rule(Action.LOG, "protocol=tcp"))))
        .containsExactly("-p tcp --jump LOG --log-prefix \"calico-packet: \" --log-level 5");
    assertThat(bodies(ipv4.ofPolicy(Rules.rule(Action.PASS, "protocol=tcp"))))
        .containsExactly(
            "-p tcp --jump MARK --set-mark 0x2000000/0x2000000",
            "-m mark --mark 0x2000000/0x2000000 --jump RETURN");
  }

  @Test
  void passInAProfileEndsThatProfileOnly() {
    assertThat(bodies(ipv4.ofProfile(Rules.rule(Action.PASS, "protocol=tcp"))))
        .containsExactly("-p tcp --jump RETURN");
  }

  @Test
  void cutsPortsToBlocksAndRendersEveryCombinationSourceFirst() {
    String sixteen =
        IntStream.rangeClosed(1, 16).mapToObj(Integer::toString).collect(Collectors.joining(","));
    String fifteen =
        IntStream.rangeClosed(1, 15).mapToObj(Integer::toString).collect(Collectors.joining(","));
    assertThat(
            bodies(
                ipv4.ofPolicy(
                    Rules.rule(
                        Action.DENY,
                        "protocol=tcp src.ports=" + sixteen + " dst.ports=" + sixteen))))
        .containsExactly(
            combination(fifteen, fifteen),
            combination(fifteen, "16"),
            combination("16", fifteen),
            combination("16", "16"));
  }

  private static String combination(String source, String destination) {
    return "-p tcp -m multiport --source-ports %s -m multiport --destination-ports %s --jump DROP"
        .formatted(source, destination);
  }

  @Test
  void putsAllBlocksOfNegatedPortsIntoOneRule() {
    String sixteen =
        IntStream.rangeClosed(1, 16).mapToObj(Integer::toString).collect(Collectors.joining(","));
    assertThat(
            bodies(ipv4.ofPolicy(Rules.rule(Action.DENY, "protocol=tcp dst.notPorts=" + sixteen))))
        .containsExactly(
            "-p tcp -m multiport ! --destination-ports 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15"
                + " -m multiport ! --destination-ports 16 --jump DROP");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      value = {
        "version=4|6",
        "version=6|4",
        "protocol=icmp|6",
        "protocol=icmpv6|4",
        "src.net=10.0.0.0/8|6",
        "src.notNet=10.0.0.0/8|6",
        "dst.net=fd00::/64|4",
        "dst.notNet=fd00::/64|4",
      })
  void leavesOutARuleForTheOtherFamily(String conditions, int leftOutIn) {
    assertThat(bodies(leftOutIn == 4 ? ipv4 : ipv6, conditions)).isEmpty();
    assertThat(bodies(leftOutIn == 4 ? ipv6 : ipv4, conditions)).hasSize(2);
  }

  @ParameterizedTest
  @CsvSource({"protocol=1", "protocol=58", "notProtocol=icmp", "notProtocol=icmpv6"})
  void aProtocolNumberOrANegatedProtocolSpeaksOfBothFamilies(String conditions) {
    assertThat(bodies(ipv4, conditions)).hasSize(2);
    assertThat(bodies(ipv6, conditions)).hasSize(2);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "protocol=tcp icmp=8",
        "protocol=58 icmp=8",
        "notProtocol=1 icmp=8",
        "notProtocol=icmp icmp=8",
        "protocol=tcp notProtocol=6",
        "protocol=icmp notProtocol=1 icmp=8",
        "src.net=10.0.0.0/24 src.notNet=10.0.0.0/8",
        "dst.net=10.0.0.0/24 dst.notNet=10.0.0.77/24",
        "src.notNet=0.0.0.0/0",
        "protocol=icmp icmp=255/3",
        "dst.notNet=1.2.3.4/0",
      })
  void leavesOutARuleThatCanNeverMatch(String conditions) {
    assertThat(bodies(ipv4, conditions)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "icmp=8|-p icmp -m icmp --icmp-type 8",
        "icmp=8 notProtocol=tcp|-p icmp -m icmp --icmp-type 8",
        "icmp=3 notIcmp=3/4|-p icmp -m icmp --icmp-type 3 -m icmp ! --icmp-type 3/4",
        "protocol=tcp notProtocol=udp|-p tcp",
        "protocol=tcp notIcmp=8|-p tcp",
        "notProtocol=1 notIcmp=8|! -p 1",
        "protocol=icmp notIcmp=255|-p icmp",
        "src.net=10.0.0.0/24 src.notNet=11.0.0.0/8|--source 10.0.0.0/24",
        "src.net=10.0.0.7/24 src.notNet=10.0.0.9/30"
            + "|--source 10.0.0.7/24 -m iprange ! --src-range 10.0.0.8-10.0.0.11",
        "dst.net=0.0.0.0/0 dst.notNet=128.0.0.0/1"
            + "|--destination 0.0.0.0/0 -m iprange ! --dst-range 128.0.0.0-255.255.255.255",
      })
  void saysInOtherWordsWhatIptablesWouldRefuse(String conditions, String match) {
    assertThat(bodies(ipv4, conditions)).containsExactly(match + " " + ACCEPT, RETURN_ACCEPTED);
  }

  @Test
  void takesTwoRulesToExcludeAnIcmpTypeOfNoProtocol() {
    assertThat(bodies(ipv4.ofPolicy(Rules.rule(Action.DENY, "notIcmp=8"))))
        .containsExactly("-p icmp -m icmp ! --icmp-type 8 --jump DROP", "! -p icmp --jump DROP");
    assertThat(bodies(ipv6.ofPolicy(Rules.rule(Action.DENY, "notIcmp=128"))))
        .containsExactly("-p 58 -m icmp6 ! --icmpv6-type 128 --jump DROP", "! -p 58 --jump DROP");
  }

  @Test
  void asksTheHeaderToExcludeAnIcmpTypeAndAnotherProtocol() {
    assertThat(bodies(ipv4.ofPolicy(Rules.rule(Action.DENY, "notIcmp=8 notProtocol=tcp"))))
        .containsExactly(
            "-p icmp -m icmp ! --icmp-type 8 --jump DROP",
            "! -p tcp -m u32 --u32 \"6&0xFF=0:0,2:255\" --jump DROP");
    assertThat(bodies(ipv6.ofPolicy(Rules.rule(Action.DENY, "notIcmp=128 notProtocol=1"))))
        .containsExactly(
            "-p 58 -m icmp6 ! --icmpv6-type 128 --jump DROP",
            "! -p 1 -m u32 --u32 \"3&0xFF=0:57,59:255\" --jump DROP");
  }

  private static List<String> bodies(RuleRenderer renderer, String conditions) {
    return bodies(renderer.ofPolicy(Rules.allow(conditions)));
  }

  private static List<String> bodies(List<Rule> rules) {
    return rules.stream().map(Rule::body).toList();
  }
}
