package io.margay.dataplane.rules;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.calc.output.ActiveRule;
import io.margay.calc.output.AskedPolicies;
import io.margay.calc.output.NodeUpdate.LocalWorkload;
import io.margay.calc.output.RuleSet;
import io.margay.dataplane.config.DataplaneConfig;
import io.margay.kernel.iptables.Chain;
import io.margay.kernel.iptables.Rule;
import io.margay.model.WorkloadEndpoint.IpNat;
import io.margay.net.IpAddress;
import io.margay.net.IpFamily;
import java.util.List;
import org.junit.jupiter.api.Test;

class PolicyAndNatChainsTest {

  private final PolicyChains policies = new PolicyChains(DataplaneConfig.DEFAULT, IpFamily.IPV4);
  private final EndpointChains endpoints = new EndpointChains(DataplaneConfig.DEFAULT.marks());

  @Test
  void aPolicyWithoutRulesHasTwoEmptyChains() {
    assertThat(policies.policy("web", new RuleSet(List.of(), List.of(), false)))
        .containsExactly(new Chain("cali-pi-web", List.of()), new Chain("cali-po-web", List.of()));
  }

  @Test
  void aRuleWithPortsOfNoProtocolMakesItsPolicyDenyRatherThanBlockTheTable() {
    ActiveRule stray = Rules.allow("dst.ports=80");
    assertThat(policies.policy("web", new RuleSet(List.of(stray), List.of(), false)))
        .allSatisfy(chain -> assertThat(bodies(chain)).containsExactly("--jump DROP"))
        .hasSize(2);
  }

  @Test
  void anEndpointOutOfServicePassesNothing() {
    LocalWorkload down =
        new LocalWorkload(
            "cali1",
            false,
            null,
            List.of(),
            List.of(),
            AskedPolicies.inBothDirections("p"),
            List.of("q"));
    assertThat(endpoints.workload(down))
        .allSatisfy(chain ->
            assertThat(bodies(chain))
                .containsExactly("-m comment --comment \"Endpoint admin disabled\" --jump DROP"))
        .hasSize(2);
  }

  @Test
  void aDirectionWithoutPoliciesGoesToTheProfilesAtOnce() {
    LocalWorkload workload =
        new LocalWorkload(
            "cali1",
            true,
            null,
            List.of(),
            List.of(),
            new AskedPolicies(List.of("p"), List.of()),
            List.of("q"));
    Chain to = endpoints.workload(workload).getFirst();
    Chain from = endpoints.workload(workload).getLast();
    assertThat(bodies(to)).contains("-m mark --mark 0/0x2000000 --jump cali-pi-p");
    assertThat(bodies(from))
        .containsExactly(
            "--jump MARK --set-mark 0/0x1000000",
            "--jump cali-pro-q",
            "-m comment --comment \"Return if profile accepted\""
                + " -m mark --mark 0x1000000/0x1000000 --jump RETURN",
            "-m comment --comment \"Drop if no profiles matched\" --jump DROP");
  }

  @Test
  void withoutPoliciesTheProfilesAreAskedInTheirOrder() {
    LocalWorkload workload =
        new LocalWorkload(
            "cali1", true, null, List.of(), List.of(), AskedPolicies.NONE, List.of("one", "two"));
    assertThat(bodies(endpoints.workload(workload).getFirst()))
        .containsExactly(
            "--jump MARK --set-mark 0/0x1000000",
            "--jump cali-pri-one",
            "-m comment --comment \"Return if profile accepted\""
                + " -m mark --mark 0x1000000/0x1000000 --jump RETURN",
            "--jump cali-pri-two",
            "-m comment --comment \"Return if profile accepted\""
                + " -m mark --mark 0x1000000/0x1000000 --jump RETURN",
            "-m comment --comment \"Drop if no profiles matched\" --jump DROP");
  }

  @Test
  void floatingAddressesLeadBothWays() {
    List<Chain> chains = NatChains.floating(List.of(nat("10.0.0.1", "1.2.3.4")), IpFamily.IPV4);
    assertThat(bodies(chains.get(0)))
        .containsExactly("--destination 1.2.3.4 --jump DNAT --to-destination 10.0.0.1");
    assertThat(bodies(chains.get(1)))
        .containsExactly(
            "--destination 10.0.0.1 --source 10.0.0.1 --jump SNAT --to-source 1.2.3.4");
  }

  @Test
  void floatingAddressesGivenTwiceGoToTheSmallerInTextWhateverTheOrder() {
    List<IpNat> nats =
        List.of(
            nat("10.0.0.9", "9.9.9.9"),
            nat("10.0.0.10", "9.9.9.9"),
            nat("10.0.0.10", "10.9.9.9"),
            nat("fd00::1", "fd00::2"));
    List<Chain> chains = NatChains.floating(nats, IpFamily.IPV4);
    assertThat(chains).isEqualTo(NatChains.floating(nats.reversed(), IpFamily.IPV4));
    assertThat(bodies(chains.get(0)))
        .containsExactly(
            "--destination 10.9.9.9 --jump DNAT --to-destination 10.0.0.10",
            "--destination 9.9.9.9 --jump DNAT --to-destination 10.0.0.10");
    assertThat(bodies(chains.get(1)))
        .containsExactly(
            "--destination 10.0.0.10 --source 10.0.0.10 --jump SNAT --to-source 10.9.9.9");
  }

  @Test
  void poolsMasqueradeTowardsWhatIsInNoPool() {
    assertThat(bodies(NatChains.outgoing(true, IpFamily.IPV6)))
        .containsExactly(
            "-m set --match-set cali6-masq-ipam-pools src"
                + " -m set ! --match-set cali6-all-ipam-pools dst --jump MASQUERADE");
    assertThat(bodies(NatChains.outgoing(false, IpFamily.IPV6))).isEmpty();
  }

  private static IpNat nat(String internal, String external) {
    return new IpNat(IpAddress.parse(internal), IpAddress.parse(external));
  }

  private static List<String> bodies(Chain chain) {
    return chain.rules().stream().map(Rule::body).toList();
  }
}
