package io.margay.dataplane.golden;

import io.margay.calc.output.ActiveRule;
import io.margay.calc.output.AskedPolicies;
import io.margay.calc.output.NodeUpdate;
import io.margay.calc.output.NodeUpdate.IpSetActive;
import io.margay.calc.output.NodeUpdate.LocalWorkload;
import io.margay.calc.output.NodeUpdate.PolicyActive;
import io.margay.calc.output.NodeUpdate.PoolActive;
import io.margay.calc.output.NodeUpdate.ProfileActive;
import io.margay.calc.output.NodeUpdate.WorkloadEndpointActive;
import io.margay.calc.output.RuleSet;
import io.margay.dataplane.config.DataplaneConfig;
import io.margay.dataplane.config.DataplaneConfig.EndpointToHostAction;
import io.margay.dataplane.config.DataplaneConfig.OpenStack;
import io.margay.model.PortRange;
import io.margay.model.Protocol;
import io.margay.model.ResourceKey.WorkloadEndpointKey;
import io.margay.model.Rule;
import io.margay.net.IpAddress;
import io.margay.net.IpPrefix;
import io.margay.net.MacAddress;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The test environment of the guide: two frontends on slave1, a database on slave2, a policy for
/// the namespace and a profile for the database.
public final class SeedScenario {

  public static final String NAMESPACE_SET = "s:CEmFgJFwDvohR01JKvOkO8DkiTrAyhFb1aWqzw";
  public static final String FRONTEND_SET = "s:i357Nlxxj3AMBTQ4WyOllNtozrfrWF1F7EDY_A";

  /// `DefaultEndpointToHostAction=RETURN` and `MetadataAddr=None`, as Calico's node image sets
  /// them.
  public static final DataplaneConfig CONFIG =
      new DataplaneConfig(
          DataplaneConfig.DEFAULT.marks(),
          DataplaneConfig.DEFAULT.interfacePrefixes(),
          DataplaneConfig.DEFAULT.failsafeInboundPorts(),
          DataplaneConfig.DEFAULT.failsafeOutboundPorts(),
          EndpointToHostAction.RETURN,
          new OpenStack(true, null, 8775),
          DataplaneConfig.DEFAULT.ipip(),
          DataplaneConfig.DEFAULT.vxlan(),
          DataplaneConfig.DEFAULT.logPrefix(),
          DataplaneConfig.DEFAULT.insertMode(),
          DataplaneConfig.DEFAULT.ipv6(),
          DataplaneConfig.DEFAULT.maxIpSetSize());

  private static final ActiveRule.Side ANYONE = side(List.of(), List.of());
  private static final ActiveRule DENY = rule(Rule.Action.DENY, null, ANYONE, ANYONE);
  private static final ActiveRule ALLOW = rule(Rule.Action.ALLOW, null, ANYONE, ANYONE);

  public static final RuleSet NAMESPACE_DEFAULT =
      new RuleSet(
          List.of(
              DENY, rule(Rule.Action.ALLOW, null, side(List.of(NAMESPACE_SET), List.of()), ANYONE)),
          List.of(ALLOW),
          false);

  public static final RuleSet PROFILE_DATABASE =
      new RuleSet(
          List.of(
              DENY,
              rule(
                  Rule.Action.ALLOW,
                  Protocol.Named.TCP,
                  side(List.of(FRONTEND_SET), List.of()),
                  side(List.of(), List.of(PortRange.single(3306))))),
          List.of(ALLOW),
          false);

  private SeedScenario() {}

  public static WorkloadEndpointKey key(String node, String workload) {
    return new WorkloadEndpointKey(node, "orchestrator", workload, "eth0");
  }

  public static LocalWorkload workload(int number, List<String> profiles) {
    return new LocalWorkload(
        "cali0ef24b" + number,
        true,
        MacAddress.parse("ca:fe:1d:52:bb:e" + number),
        List.of(IpPrefix.parse("172.16.1." + number + "/32")),
        List.of(),
        AskedPolicies.inBothDirections("namespace-default"),
        profiles);
  }

  /// What the calculation graph tells slave1.
  public static List<NodeUpdate> slave1() {
    return List.of(
        new PoolActive(IpPrefix.parse("172.16.1.0/24"), false),
        namespaceSet(),
        new PolicyActive("namespace-default", NAMESPACE_DEFAULT),
        new WorkloadEndpointActive(key("slave1", "frontend1"), workload(1, List.of())),
        new WorkloadEndpointActive(key("slave1", "frontend2"), workload(2, List.of())));
  }

  /// What the calculation graph tells slave2.
  public static List<NodeUpdate> slave2() {
    return List.of(
        new PoolActive(IpPrefix.parse("172.16.1.0/24"), false),
        namespaceSet(),
        new IpSetActive(
            FRONTEND_SET, Set.of(IpAddress.parse("172.16.1.1"), IpAddress.parse("172.16.1.2"))),
        new PolicyActive("namespace-default", NAMESPACE_DEFAULT),
        new ProfileActive("profile-database", PROFILE_DATABASE),
        new WorkloadEndpointActive(
            key("slave2", "database"), workload(3, List.of("profile-database"))));
  }

  private static IpSetActive namespaceSet() {
    return new IpSetActive(
        NAMESPACE_SET,
        Set.of(
            IpAddress.parse("172.16.1.1"),
            IpAddress.parse("172.16.1.2"),
            IpAddress.parse("172.16.1.3")));
  }

  private static ActiveRule.Side side(List<String> sets, List<PortRange> ports) {
    return new ActiveRule.Side(null, null, sets, List.of(), ports, List.of());
  }

  private static ActiveRule rule(
      Rule.Action action,
      @Nullable Protocol protocol,
      ActiveRule.Side source,
      ActiveRule.Side destination) {
    return new ActiveRule(action, null, protocol, null, null, null, source, destination);
  }
}
