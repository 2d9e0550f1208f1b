package io.margay.calc;

import static io.margay.calc.Resources.ACTIVE_ALLOW;
import static io.margay.calc.Resources.ACTIVE_DENY;
import static io.margay.calc.Resources.ALLOW;
import static io.margay.calc.Resources.DENY;
import static io.margay.calc.Resources.DENY_ALL;
import static io.margay.calc.Resources.activeTcpRule;
import static io.margay.calc.Resources.allowFrom;
import static io.margay.calc.Resources.allowFromSets;
import static io.margay.calc.Resources.prefixes;

import io.margay.calc.output.AskedPolicies;
import io.margay.calc.output.NodeUpdate.LocalWorkload;
import io.margay.calc.output.RuleSet;
import io.margay.model.Labels;
import io.margay.model.Policy;
import io.margay.model.Profile;
import io.margay.model.ResourceKey.PolicyKey;
import io.margay.model.ResourceKey.ProfileKey;
import io.margay.model.ResourceKey.WorkloadEndpointKey;
import io.margay.model.WorkloadEndpoint;
import io.margay.net.MacAddress;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// A tenant with two frontends on slave1 and a database on slave2, one policy for its namespace and
/// one profile for its database, as each node sees it.
final class SeedTenant {

  private SeedTenant() {}

  private static final WorkloadEndpointKey FRONTEND_1 =
      new WorkloadEndpointKey("slave1", "k8s", "frontend", "slave1-frontend1");
  private static final WorkloadEndpointKey FRONTEND_2 =
      new WorkloadEndpointKey("slave1", "k8s", "frontend", "slave1-frontend2");
  private static final WorkloadEndpointKey DATABASE =
      new WorkloadEndpointKey("slave2", "k8s", "database", "slave2-database");

  private static final String IN_NAMESPACE = "s:CEmFgJFwDvohR01JKvOkO8DkiTrAyhFb1aWqzw";
  private static final String FRONTENDS = "s:i357Nlxxj3AMBTQ4WyOllNtozrfrWF1F7EDY_A";

  private static final Policy NAMESPACE_DEFAULT =
      Resources.policy(
          "namespace-default",
          null,
          "namespace == 'default'",
          false,
          List.of(DENY, allowFrom("namespace == 'default'")),
          List.of(ALLOW));

  /// Leaves the database to its profile.
  private static final Policy WITHOUT_DATABASE =
      Resources.policy(
          "namespace-default",
          null,
          "namespace == 'default' && service != 'database'",
          false,
          List.of(allowFrom("namespace == 'default'")),
          List.of(ALLOW));

  private static final Profile PROFILE_DATABASE =
      new Profile(
          new Profile.Metadata(
              "profile-database", Labels.copyOf(Map.of("profile", "profile-database")), List.of()),
          new Profile.Spec(
              List.of(DENY, allowFrom("namespace == 'default' && service == 'frontend'", 3306)),
              List.of(ALLOW)));

  private static final RuleSet NAMESPACE_DEFAULT_RULES =
      new RuleSet(List.of(ACTIVE_DENY, allowFromSets(IN_NAMESPACE)), List.of(ACTIVE_ALLOW), false);
  private static final RuleSet WITHOUT_DATABASE_RULES =
      new RuleSet(List.of(allowFromSets(IN_NAMESPACE)), List.of(ACTIVE_ALLOW), false);
  private static final RuleSet PROFILE_DATABASE_RULES =
      new RuleSet(
          List.of(ACTIVE_DENY, activeTcpRule(FRONTENDS, 3306)), List.of(ACTIVE_ALLOW), false);

  // What was written, in steps

  private static final World ENDPOINTS =
      World.EMPTY
          .named("endpoints alone")
          .with(
              endpoint(FRONTEND_1, "frontend", 1, List.of()),
              endpoint(FRONTEND_2, "frontend", 2, List.of()),
              endpoint(DATABASE, "database", 3, List.of("profile-database")));
  private static final World WITH_POLICY =
      ENDPOINTS.named("with the policy").with(NAMESPACE_DEFAULT);
  private static final World WITH_PROFILE =
      WITH_POLICY.named("with the profile").with(PROFILE_DATABASE);
  private static final World MENDED =
      WITH_PROFILE.named("the policy leaves the database out").with(WITHOUT_DATABASE);
  private static final World ONE_FRONTEND =
      WITH_PROFILE.named("one frontend is gone").without(FRONTEND_2);
  private static final World NO_POLICY =
      WITH_PROFILE.named("the policy is gone").without(new PolicyKey("namespace-default"));
  private static final World NO_PROFILE =
      WITH_PROFILE.named("the profile is gone").without(new ProfileKey("profile-database"));

  private static WorkloadEndpoint endpoint(
      WorkloadEndpointKey key, String service, int number, List<String> profiles) {
    return new WorkloadEndpoint(
        new WorkloadEndpoint.Metadata(
            key.name(),
            key.workload(),
            key.orchestrator(),
            key.node(),
            Labels.copyOf(Map.of("service", service, "namespace", "default"))),
        new WorkloadEndpoint.Spec(
            prefixes("172.16.1." + number),
            List.of(),
            null,
            null,
            profiles,
            "cali0ef24b" + number,
            mac(number)));
  }

  private static LocalWorkload local(int number, List<String> policies, List<String> profiles) {
    return new LocalWorkload(
        "cali0ef24b" + number,
        true,
        mac(number),
        prefixes("172.16.1." + number + "/32"),
        List.of(),
        AskedPolicies.inBothDirections(policies),
        profiles);
  }

  private static MacAddress mac(int number) {
    return MacAddress.parse("ca:fe:1d:52:bb:e" + number);
  }

  // What each node makes of it

  private static World onSlave1(World world) {
    return world
        .ipSet(IN_NAMESPACE, "172.16.1.1", "172.16.1.2", "172.16.1.3")
        .policy("namespace-default", NAMESPACE_DEFAULT_RULES)
        .workload(FRONTEND_1, local(1, List.of("namespace-default"), List.of()))
        .workload(FRONTEND_2, local(2, List.of("namespace-default"), List.of()));
  }

  private static final Scenario FROM_SLAVE1 =
      Scenario.of(
          "the tenant from slave1",
          "slave1",
          ENDPOINTS
              .workload(FRONTEND_1, local(1, List.of(), List.of()))
              .workload(FRONTEND_2, local(2, List.of(), List.of())),
          onSlave1(WITH_POLICY),
          onSlave1(WITH_PROFILE),
          onSlave1(MENDED).policy("namespace-default", WITHOUT_DATABASE_RULES),
          onSlave1(ONE_FRONTEND)
              .ipSet(IN_NAMESPACE, "172.16.1.1", "172.16.1.3")
              .noWorkload(FRONTEND_2),
          NO_POLICY
              .workload(FRONTEND_1, local(1, List.of(), List.of()))
              .workload(FRONTEND_2, local(2, List.of(), List.of())));

  private static World onSlave2(World world) {
    return world
        .ipSet(IN_NAMESPACE, "172.16.1.1", "172.16.1.2", "172.16.1.3")
        .ipSet(FRONTENDS, "172.16.1.1", "172.16.1.2")
        .policy("namespace-default", NAMESPACE_DEFAULT_RULES)
        .profile("profile-database", PROFILE_DATABASE_RULES)
        .workload(DATABASE, local(3, List.of("namespace-default"), List.of("profile-database")));
  }

  private static final Scenario FROM_SLAVE2 =
      Scenario.of(
          "the tenant from slave2",
          "slave2",
          ENDPOINTS
              .profile("profile-database", DENY_ALL)
              .workload(DATABASE, local(3, List.of(), List.of("profile-database"))),
          onSlave2(WITH_POLICY).noIpSet(FRONTENDS).profile("profile-database", DENY_ALL),
          onSlave2(WITH_PROFILE),
          onSlave2(MENDED)
              .noIpSet(IN_NAMESPACE)
              .noPolicy("namespace-default")
              .workload(DATABASE, local(3, List.of(), List.of("profile-database"))),
          onSlave2(ONE_FRONTEND)
              .ipSet(IN_NAMESPACE, "172.16.1.1", "172.16.1.3")
              .ipSet(FRONTENDS, "172.16.1.1"),
          onSlave2(NO_PROFILE).noIpSet(FRONTENDS).profile("profile-database", DENY_ALL));

  private static final Scenario FROM_A_THIRD_NODE =
      Scenario.of(
          "the tenant from a node without endpoints",
          "slave3",
          ENDPOINTS,
          WITH_POLICY,
          WITH_PROFILE,
          MENDED,
          ONE_FRONTEND);

  static Stream<Scenario> all() {
    return Stream.of(FROM_SLAVE1, FROM_SLAVE2, FROM_A_THIRD_NODE);
  }
}
