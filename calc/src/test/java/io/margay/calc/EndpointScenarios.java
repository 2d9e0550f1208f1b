package io.margay.calc;

import static io.margay.calc.Fixtures.ALL;
import static io.margay.calc.Fixtures.DB;
import static io.margay.calc.Fixtures.HAS_NO_WEB;
import static io.margay.calc.Fixtures.HAS_WEB;
import static io.margay.calc.Fixtures.HERE;
import static io.margay.calc.Fixtures.LOCAL_1;
import static io.margay.calc.Fixtures.LOCAL_2;
import static io.margay.calc.Fixtures.LOCAL_HOST;
import static io.margay.calc.Fixtures.ONE_LOCAL;
import static io.margay.calc.Fixtures.REMOTE_1;
import static io.margay.calc.Fixtures.REMOTE_2;
import static io.margay.calc.Fixtures.REMOTE_HOST;
import static io.margay.calc.Fixtures.ROLE_DB;
import static io.margay.calc.Fixtures.ROLE_WEB;
import static io.margay.calc.Fixtures.TAG_WEB;
import static io.margay.calc.Fixtures.THERE;
import static io.margay.calc.Fixtures.TIER_EITHER;
import static io.margay.calc.Fixtures.WEB;
import static io.margay.calc.Resources.ACTIVE_ALLOW;
import static io.margay.calc.Resources.ALLOW;
import static io.margay.calc.Resources.DENY_ALL;
import static io.margay.calc.Resources.NO_RULES;
import static io.margay.calc.Resources.activeRule;
import static io.margay.calc.Resources.allowFrom;
import static io.margay.calc.Resources.allowFromSets;
import static io.margay.calc.Resources.allowFromTag;
import static io.margay.calc.Resources.hostEndpoint;
import static io.margay.calc.Resources.inbound;
import static io.margay.calc.Resources.localHostEndpoint;
import static io.margay.calc.Resources.localWorkload;
import static io.margay.calc.Resources.node;
import static io.margay.calc.Resources.nodeWithoutBgp;
import static io.margay.calc.Resources.policy;
import static io.margay.calc.Resources.pool;
import static io.margay.calc.Resources.prefixes;
import static io.margay.calc.Resources.profile;
import static io.margay.calc.Resources.rule;
import static io.margay.calc.Resources.workload;

import io.margay.calc.output.ActiveRule;
import io.margay.calc.output.AskedPolicies;
import io.margay.calc.output.NodeUpdate.Encapsulation;
import io.margay.calc.output.NodeUpdate.LocalWorkload;
import io.margay.datastore.Key;
import io.margay.model.IpPool;
import io.margay.model.QosControls;
import io.margay.model.ResourceKey.IpPoolKey;
import io.margay.model.ResourceKey.NodeKey;
import io.margay.model.ResourceKey.ProfileKey;
import io.margay.model.Rule;
import io.margay.model.WorkloadEndpoint;
import io.margay.net.IpAddress;
import io.margay.net.IpPrefix;
import io.margay.net.MacAddress;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Worlds in which endpoints, their labels and addresses change; and what is only passed on.
final class EndpointScenarios {

  private EndpointScenarios() {}

  static Stream<Scenario> all() {
    return Stream.of(
        INHERITED_LABELS,
        TAGS,
        SHARED_ADDRESS,
        ENDPOINT_CHANGES,
        HOST_ENDPOINTS,
        POOLS_AND_NODES,
        TUNNEL_ENDS);
  }

  /// A policy for tier back or front, which lets in the same; the endpoint has no tier of its own
  /// and names two profiles.
  private static final World TWO_PROFILES =
      World.EMPTY
          .named("the later profile's label wins")
          .with(
              workload(LOCAL_1, Map.of(), List.of("p1", "p2"), "10.0.0.1"),
              workload(REMOTE_1, WEB, List.of("p1"), "10.0.0.2"),
              profile("p1", Map.of("tier", "front"), List.of()),
              profile("p2", Map.of("tier", "other"), List.of()),
              policy("tiers", "tier in {'front', 'back'}", allowFrom("tier in {'front','back'}")))
          .profile("p1", NO_RULES)
          .profile("p2", NO_RULES)
          .workload(LOCAL_1, localWorkload(LOCAL_1, List.of(), List.of("p1", "p2"), "10.0.0.1"));

  private static World tierApplies(World world, String... members) {
    return world
        .policy("tiers", inbound(allowFromSets(TIER_EITHER)))
        .ipSet(TIER_EITHER, members)
        .workload(
            LOCAL_1, localWorkload(LOCAL_1, List.of("tiers"), List.of("p1", "p2"), "10.0.0.1"));
  }

  private static final Scenario INHERITED_LABELS =
      Scenario.of(
          "labels come from profiles, unless the endpoint has its own",
          HERE,
          TWO_PROFILES,
          tierApplies(
              TWO_PROFILES
                  .named("the later profile has no such label")
                  .with(profile("p2", Map.of(), List.of())),
              "10.0.0.1",
              "10.0.0.2"),
          tierApplies(
              TWO_PROFILES
                  .named("a later profile's tag does not win over a label")
                  .with(profile("p2", Map.of(), List.of("tier"))),
              "10.0.0.1",
              "10.0.0.2"),
          tierApplies(
              TWO_PROFILES
                  .named("the later profile says back, the earlier nothing")
                  .with(
                      profile("p1", Map.of(), List.of()),
                      profile("p2", Map.of("tier", "back"), List.of())),
              "10.0.0.1"),
          tierApplies(
              TWO_PROFILES
                  .named("a later profile's label wins over a tag")
                  .with(
                      profile("p1", Map.of(), List.of("tier")),
                      profile("p2", Map.of("tier", "back"), List.of())),
              "10.0.0.1"),
          tierApplies(
              TWO_PROFILES
                  .named("the endpoint's own label wins")
                  .with(
                      workload(LOCAL_1, Map.of("tier", "front"), List.of("p1", "p2"), "10.0.0.1"),
                      workload(REMOTE_1, Map.of("tier", "x"), List.of("p1"), "10.0.0.2")),
              "10.0.0.1"),
          tierApplies(
              TWO_PROFILES
                  .named("the later profile is gone")
                  .without(new ProfileKey("p2"))
                  .profile("p2", DENY_ALL),
              "10.0.0.1",
              "10.0.0.2"),
          TWO_PROFILES
              .named("both profiles are gone")
              .without(new ProfileKey("p1"), new ProfileKey("p2"))
              .profile("p1", DENY_ALL)
              .profile("p2", DENY_ALL),
          tierApplies(
                  TWO_PROFILES
                      .named("the order of profiles is turned round")
                      .with(workload(LOCAL_1, Map.of(), List.of("p2", "p1"), "10.0.0.1")),
                  "10.0.0.1",
                  "10.0.0.2")
              .workload(
                  LOCAL_1,
                  localWorkload(LOCAL_1, List.of("tiers"), List.of("p2", "p1"), "10.0.0.1")));

  private static final Rule FROM_TAG_AND_SELECTOR =
      rule(
          Rule.Action.ALLOW,
          new Rule.Entity(null, null, "has(web)", "!has(web)", "web", "web", List.of(), List.of()));
  private static final ActiveRule FROM_TAG_AND_SELECTOR_ACTIVE =
      activeRule(
          Rule.Action.ALLOW,
          new ActiveRule.Side(
              null,
              null,
              List.of(TAG_WEB, HAS_WEB),
              List.of(TAG_WEB, HAS_NO_WEB),
              List.of(),
              List.of()));

  private static final World FROM_TAG =
      ONE_LOCAL
          .named("a rule names a tag")
          .with(
              policy("tags", "role == 'web'", allowFromTag("web")),
              workload(REMOTE_1, Map.of(), List.of("tagged"), "10.0.0.2"),
              workload(REMOTE_2, Map.of("web", ""), List.of(), "10.0.0.3"),
              profile("tagged", Map.of(), List.of("web", "blue"), ALLOW))
          .policy("tags", inbound(allowFromSets(TAG_WEB)))
          .ipSet(TAG_WEB, "10.0.0.2")
          .workload(LOCAL_1, localWorkload(LOCAL_1, List.of("tags"), List.of(), "10.0.0.1"));

  private static final Scenario TAGS =
      Scenario.of(
          "a tag is had through a profile, and counts as a label too",
          HERE,
          FROM_TAG,
          FROM_TAG
              .named("tag and selector, the tag's set first")
              .with(policy("tags", "role == 'web'", FROM_TAG_AND_SELECTOR))
              .policy("tags", inbound(FROM_TAG_AND_SELECTOR_ACTIVE))
              .ipSet(HAS_WEB, "10.0.0.2", "10.0.0.3")
              .ipSet(HAS_NO_WEB, "10.0.0.1"),
          FROM_TAG
              .named("the profile loses the tag")
              .with(profile("tagged", Map.of("web", ""), List.of("blue"), ALLOW))
              .ipSet(TAG_WEB),
          FROM_TAG
              .named("a local endpoint has the tag, and a label of that name")
              .with(workload(LOCAL_2, Map.of("web", "no"), List.of("tagged"), "10.0.0.4"))
              .ipSet(TAG_WEB, "10.0.0.2", "10.0.0.4")
              .profile("tagged", inbound(ACTIVE_ALLOW))
              .workload(LOCAL_2, localWorkload(LOCAL_2, List.of(), List.of("tagged"), "10.0.0.4")));

  private static final World TWO_HOLD_ONE_ADDRESS =
      ONE_LOCAL
          .named("two endpoints hold one address")
          .with(
              policy("web", "role == 'web'", allowFrom("role == 'db'")),
              workload(REMOTE_1, DB, List.of(), "10.0.0.2", "10.0.0.9"),
              workload(REMOTE_2, DB, List.of(), "10.0.0.9", "fd00::9"))
          .policy("web", inbound(allowFromSets(ROLE_DB)))
          .ipSet(ROLE_DB, "10.0.0.2", "10.0.0.9", "fd00::9")
          .workload(LOCAL_1, localWorkload(LOCAL_1, List.of("web"), List.of(), "10.0.0.1"));

  private static final Scenario SHARED_ADDRESS =
      Scenario.of(
          "an address stays in a set until its last holder goes",
          HERE,
          TWO_HOLD_ONE_ADDRESS,
          TWO_HOLD_ONE_ADDRESS
              .named("one holder is gone")
              .without(REMOTE_2)
              .ipSet(ROLE_DB, "10.0.0.2", "10.0.0.9"),
          TWO_HOLD_ONE_ADDRESS
              .named("the other is gone")
              .without(REMOTE_1)
              .ipSet(ROLE_DB, "10.0.0.9", "fd00::9"),
          TWO_HOLD_ONE_ADDRESS
              .named("one holder has another role")
              .with(workload(REMOTE_1, WEB, List.of(), "10.0.0.2", "10.0.0.9"))
              .ipSet(ROLE_DB, "10.0.0.9", "fd00::9"),
          TWO_HOLD_ONE_ADDRESS
              .named("one holder gives the address up")
              .with(workload(REMOTE_2, DB, List.of(), "fd00::9"))
              .ipSet(ROLE_DB, "10.0.0.2", "10.0.0.9", "fd00::9"),
          TWO_HOLD_ONE_ADDRESS
              .named("they swap their other addresses")
              .with(
                  workload(REMOTE_1, DB, List.of(), "fd00::9", "10.0.0.9"),
                  workload(REMOTE_2, DB, List.of(), "10.0.0.9", "10.0.0.2")),
          TWO_HOLD_ONE_ADDRESS
              .named("one endpoint names an address twice")
              .without(REMOTE_2)
              .with(workload(REMOTE_1, DB, List.of(), "10.0.0.9", "10.0.0.9"))
              .ipSet(ROLE_DB, "10.0.0.9"),
          TWO_HOLD_ONE_ADDRESS.named("none is left").without(REMOTE_1, REMOTE_2).ipSet(ROLE_DB));

  private static final World ALLOWED_AMONG_ALL =
      ONE_LOCAL
          .named("all may reach the local endpoint")
          .with(policy("open", "all()", allowFrom("all()")))
          .policy("open", inbound(allowFromSets(ALL)))
          .ipSet(ALL, "10.0.0.1")
          .workload(LOCAL_1, localWorkload(LOCAL_1, List.of("open"), List.of(), "10.0.0.1"));

  private static final QosControls LIMITS =
      new QosControls(new QosControls.Limit(10_000_000, null), null);

  private static final WorkloadEndpoint FULL_ENDPOINT =
      new WorkloadEndpoint(
          workload(LOCAL_1, WEB, List.of()).metadata(),
          new WorkloadEndpoint.Spec(
              prefixes("10.0.0.7", "fd00::7"),
              List.of(
                  new WorkloadEndpoint.IpNat(
                      IpAddress.parse("10.0.0.7"), IpAddress.parse("192.0.2.7"))),
              IpAddress.parse("10.0.0.254"),
              null,
              List.of(),
              "tap7",
              MacAddress.parse("02:00:00:00:00:07"),
              LIMITS),
          "stopped");

  private static final Scenario ENDPOINT_CHANGES =
      Scenario.of(
          "an endpoint changes its address, state, place",
          HERE,
          ALLOWED_AMONG_ALL,
          ALLOWED_AMONG_ALL
              .named("everything about it is different, and it is out of service")
              .with(FULL_ENDPOINT)
              .ipSet(ALL, "10.0.0.7", "fd00::7")
              .workload(
                  LOCAL_1,
                  new LocalWorkload(
                      "tap7",
                      false,
                      MacAddress.parse("02:00:00:00:00:07"),
                      prefixes("10.0.0.7/32", "fd00::7/128"),
                      List.of(
                          new WorkloadEndpoint.IpNat(
                              IpAddress.parse("10.0.0.7"), IpAddress.parse("192.0.2.7"))),
                      AskedPolicies.inBothDirections("open"),
                      List.of(),
                      LIMITS)),
          ALLOWED_AMONG_ALL
              .named("it moved to the other node")
              .without(LOCAL_1)
              .with(workload(REMOTE_1, WEB, List.of(), "10.0.0.1"))
              .noIpSet(ALL)
              .noPolicy("open")
              .noWorkload(LOCAL_1),
          ALLOWED_AMONG_ALL
              .named("it has no address")
              .with(workload(LOCAL_1, WEB, List.of()))
              .ipSet(ALL)
              .workload(LOCAL_1, localWorkload(LOCAL_1, List.of("open"), List.of())),
          ALLOWED_AMONG_ALL
              .named("it has a neighbour")
              .with(workload(LOCAL_2, DB, List.of(), "10.0.0.2"))
              .ipSet(ALL, "10.0.0.1", "10.0.0.2")
              .workload(LOCAL_2, localWorkload(LOCAL_2, List.of("open"), List.of(), "10.0.0.2")));

  private static final World HOSTS =
      World.EMPTY
          .named("a host endpoint on either node")
          .with(
              hostEndpoint(LOCAL_HOST, null, WEB, List.of("host"), "192.0.2.1", "2001:db8::1"),
              hostEndpoint(REMOTE_HOST, "eth0", DB, List.of(), "192.0.2.2"),
              policy("web", "role == 'web'", allowFrom("role == 'db'")),
              profile("host", Map.of(), List.of(), allowFrom("role == 'web'")))
          .ipSet(ROLE_DB, "192.0.2.2")
          .ipSet(ROLE_WEB, "192.0.2.1", "2001:db8::1")
          .policy("web", inbound(allowFromSets(ROLE_DB)))
          .profile("host", inbound(allowFromSets(ROLE_WEB)))
          .hostEndpoint(
              LOCAL_HOST,
              localHostEndpoint(
                  null, List.of("web"), List.of(), List.of("host"), "192.0.2.1", "2001:db8::1"));

  private static final Scenario HOST_ENDPOINTS =
      Scenario.of(
          "host endpoints count with their expected addresses",
          HERE,
          HOSTS,
          HOSTS
              .named("the remote one expects another address")
              .with(hostEndpoint(REMOTE_HOST, "eth0", DB, List.of(), "192.0.2.3"))
              .ipSet(ROLE_DB, "192.0.2.3"),
          HOSTS
              .named("the remote one expects none")
              .with(hostEndpoint(REMOTE_HOST, "eth0", DB, List.of()))
              .ipSet(ROLE_DB),
          HOSTS
              .named("a workload shares its address")
              .with(workload(REMOTE_1, DB, List.of(), "192.0.2.2")),
          HOSTS
              .named("the local one names its interface")
              .with(hostEndpoint(LOCAL_HOST, "eth1", WEB, List.of()))
              .noIpSet(ROLE_WEB)
              .noProfile("host")
              .hostEndpoint(
                  LOCAL_HOST, localHostEndpoint("eth1", List.of("web"), List.of(), List.of())),
          HOSTS
              .named("the local one is gone")
              .without(LOCAL_HOST)
              .noIpSet(ROLE_DB)
              .noIpSet(ROLE_WEB)
              .noPolicy("web")
              .noProfile("host")
              .noHostEndpoint(LOCAL_HOST));

  /// 66 and the beginning of what sha1sum(1) says of the names.
  private static final String MAC_OF_HERE = "66:01:54:c0:da:be";

  private static final String MAC_OF_THERE = "66:49:05:28:f3:6d";

  private static final World ONE_POOL_ONE_NODE =
      World.EMPTY
          .named("one pool, one node")
          .with(pool("10.1.0.0/16", false), node(HERE, "192.0.2.1/24", null))
          .pool("10.1.0.0/16", false)
          .hostAddress(HERE, "192.0.2.1")
          .vtep(HERE, true, MAC_OF_HERE, "192.0.2.1");

  private static final Scenario POOLS_AND_NODES =
      Scenario.of(
          "pools and addresses of nodes are passed on",
          HERE,
          ONE_POOL_ONE_NODE,
          ONE_POOL_ONE_NODE
              .named("the pool is masqueraded, and there are more of both")
              .with(
                  pool("10.1.0.0/16", true),
                  pool("fd00:1::/64", true),
                  node(THERE, "192.0.2.2/24", null),
                  nodeWithoutBgp("elsewhere"))
              .pool("10.1.0.0/16", true)
              .pool("fd00:1::/64", true)
              .hostAddress(THERE, "192.0.2.2")
              .vtep(THERE, false, MAC_OF_THERE, "192.0.2.2"),
          ONE_POOL_ONE_NODE
              .named("a pool written with host bits is its network; the node's address changes")
              .without(new IpPoolKey(IpPrefix.parse("10.1.0.0/16")))
              .with(pool("10.2.0.1/16", false), node(HERE, "192.0.2.9/24", null))
              .noPool("10.1.0.0/16")
              .pool("10.2.0.0/16", false)
              .hostAddress(HERE, "192.0.2.9")
              .vtep(HERE, true, MAC_OF_HERE, "192.0.2.9"),
          ONE_POOL_ONE_NODE
              .named("the node has no IPv4 address; what the graph does not know is left alone")
              .with(node(HERE, null, "2001:db8::1/64"))
              .with(new Key.FelixSetting(null, "LogSeverityScreen"), "info")
              .with(new Key.Ready(), true)
              .noHostAddress(HERE)
              .vtep(HERE, true, MAC_OF_HERE, "2001:db8::1"),
          ONE_POOL_ONE_NODE
              .named("the node is gone")
              .without(new NodeKey(HERE))
              .noHostAddress(HERE)
              .noVtep(HERE));

  private static final World TUNNELS =
      World.EMPTY
          .named("a pool of each encapsulation, two nodes")
          .with(
              encapsulated("10.1.0.0/16", new IpPool.Ipip(true, null), null),
              encapsulated("10.2.0.0/16", null, IpPool.VxlanMode.CROSS_SUBNET),
              encapsulated("10.3.0.0/16", new IpPool.Ipip(false, null), null),
              node(HERE, "192.0.2.1/24", "2001:db8::1/64"),
              node(THERE, "192.0.2.2/24", null))
          .pool("10.1.0.0/16", false, Encapsulation.IPIP)
          .pool("10.2.0.0/16", false, Encapsulation.VXLAN)
          .pool("10.3.0.0/16", false)
          .hostAddress(HERE, "192.0.2.1")
          .hostAddress(THERE, "192.0.2.2")
          .vtep(HERE, true, MAC_OF_HERE, "192.0.2.1", "2001:db8::1")
          .vtep(THERE, false, MAC_OF_THERE, "192.0.2.2");

  private static final Scenario TUNNEL_ENDS =
      Scenario.of(
          "pools say what wraps their packets, nodes where tunnels end",
          HERE,
          TUNNELS,
          TUNNELS
              .named("a node is given a hardware address")
              .with(new Key.FelixSetting(THERE, "VXLANTunnelMACAddr"), "66:11:22:33:44:55")
              .vtep(THERE, false, "66:11:22:33:44:55", "192.0.2.2"),
          TUNNELS
              .named("one that is none counts as not given, and one for all nodes is none")
              .with(new Key.FelixSetting(THERE, "VXLANTunnelMACAddr"), "66:11")
              .with(new Key.FelixSetting(null, "VXLANTunnelMACAddr"), "66:11:22:33:44:55"));

  private static IpPool encapsulated(
      String cidr, IpPool.@Nullable Ipip ipip, IpPool.@Nullable VxlanMode vxlan) {
    return new IpPool(
        new IpPool.Metadata(IpPrefix.parse(cidr)),
        new IpPool.Spec(ipip, false, false, null, vxlan));
  }
}
