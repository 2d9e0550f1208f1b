package io.margay.calc;

import static io.margay.calc.Fixtures.DB;
import static io.margay.calc.Fixtures.HERE;
import static io.margay.calc.Fixtures.LOCAL_1;
import static io.margay.calc.Fixtures.LOCAL_2;
import static io.margay.calc.Fixtures.LOCAL_HOST;
import static io.margay.calc.Fixtures.ONE_LOCAL;
import static io.margay.calc.Fixtures.REMOTE_1;
import static io.margay.calc.Fixtures.REMOTE_2;
import static io.margay.calc.Fixtures.ROLE_DB;
import static io.margay.calc.Fixtures.ROLE_EITHER;
import static io.margay.calc.Fixtures.ROLE_NOT_WEB;
import static io.margay.calc.Fixtures.ROLE_WEB;
import static io.margay.calc.Fixtures.WEB;
import static io.margay.calc.Resources.ACTIVE_ALLOW;
import static io.margay.calc.Resources.ALLOW;
import static io.margay.calc.Resources.DENY_ALL;
import static io.margay.calc.Resources.NO_RULES;
import static io.margay.calc.Resources.NO_RULES_UNTRACKED;
import static io.margay.calc.Resources.allowFrom;
import static io.margay.calc.Resources.allowFromSets;
import static io.margay.calc.Resources.hostEndpoint;
import static io.margay.calc.Resources.inDirections;
import static io.margay.calc.Resources.inbound;
import static io.margay.calc.Resources.localHostEndpoint;
import static io.margay.calc.Resources.localWorkload;
import static io.margay.calc.Resources.orderedPolicy;
import static io.margay.calc.Resources.policy;
import static io.margay.calc.Resources.profile;
import static io.margay.calc.Resources.untrackedPolicy;
import static io.margay.calc.Resources.workload;

import io.margay.calc.output.AskedPolicies;
import io.margay.calc.output.NodeUpdate.LocalWorkload;
import io.margay.model.Policy;
import io.margay.model.ResourceKey.PolicyKey;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// Worlds in which policies and profiles come, go and change.
final class PolicyScenarios {

  private PolicyScenarios() {}

  static Stream<Scenario> all() {
    return Stream.of(
        POLICY_ORDER,
        UNTRACKED_POLICIES,
        POLICIES_OF_ONE_DIRECTION,
        MISSING_PROFILES,
        UNUSABLE_VALUES,
        SETS_IN_COMMON,
        NEGATED_SELECTORS);
  }

  private static World policiesOfLocal1(World world, String... policies) {
    return world.workload(
        LOCAL_1, localWorkload(LOCAL_1, List.of(policies), List.of(), "10.0.0.1"));
  }

  private static final World THREE_POLICIES =
      policiesOfLocal1(
          ONE_LOCAL
              .named("10, 20 and none")
              .with(
                  orderedPolicy("a", null, "all()"),
                  orderedPolicy("b", 20.0, "role == 'web'"),
                  orderedPolicy("c", 10.0, "has(role)"))
              .policy("a", NO_RULES)
              .policy("b", NO_RULES)
              .policy("c", NO_RULES),
          "c",
          "b",
          "a");

  private static final Scenario POLICY_ORDER =
      Scenario.of(
          "policies are asked by order, then by name",
          HERE,
          ONE_LOCAL,
          THREE_POLICIES,
          policiesOfLocal1(
              THREE_POLICIES
                  .named("negative and broken orders")
                  .with(
                      orderedPolicy("b", -1.5, "role == 'web'"),
                      orderedPolicy("c", -1.25, "has(role)")),
              "b",
              "c",
              "a"),
          policiesOfLocal1(
              THREE_POLICIES
                  .named("equal orders, zero of either sign")
                  .with(
                      orderedPolicy("a", 0.0, "all()"),
                      orderedPolicy("b", -0.0, "role == 'web'"),
                      orderedPolicy("c", 0.0, "has(role)")),
              "a",
              "b",
              "c"),
          policiesOfLocal1(
              THREE_POLICIES
                  .named("no orders; capitals before small letters")
                  .with(
                      orderedPolicy("B", null, "role == 'web'"),
                      orderedPolicy("b", null, "role == 'web'"),
                      orderedPolicy("c", null, "has(role)"))
                  .policy("B", NO_RULES),
              "B",
              "a",
              "b",
              "c"),
          policiesOfLocal1(
              THREE_POLICIES
                  .named("one no longer selects the endpoint")
                  .with(orderedPolicy("b", 20.0, "role == 'db'"))
                  .noPolicy("b"),
              "c",
              "a"),
          THREE_POLICIES
              .named("the endpoint has another role")
              .with(workload(LOCAL_1, DB, List.of(), "10.0.0.1"))
              .noPolicy("b")
              .workload(LOCAL_1, localWorkload(LOCAL_1, List.of("c", "a"), List.of(), "10.0.0.1")),
          ONE_LOCAL
              .named("empty text selects all")
              .with(orderedPolicy("e", 1.0, ""))
              .policy("e", NO_RULES)
              .workload(LOCAL_1, localWorkload(LOCAL_1, List.of("e"), List.of(), "10.0.0.1")));

  private static final World TRACKED_AND_UNTRACKED =
      World.EMPTY
          .named("a tracked and an untracked policy")
          .with(
              workload(LOCAL_1, WEB, List.of(), "10.0.0.1"),
              hostEndpoint(LOCAL_HOST, "eth0", WEB, List.of()),
              orderedPolicy("tracked", 1.0, "all()"),
              untrackedPolicy("untracked", "role == 'web'"))
          .policy("tracked", NO_RULES)
          .policy("untracked", NO_RULES_UNTRACKED)
          .workload(LOCAL_1, localWorkload(LOCAL_1, List.of("tracked"), List.of(), "10.0.0.1"))
          .hostEndpoint(
              LOCAL_HOST,
              localHostEndpoint("eth0", List.of("tracked"), List.of("untracked"), List.of()));

  private static final World ONE_POLICY_A_DIRECTION =
      World.EMPTY
          .named("one policy for each direction")
          .with(
              workload(LOCAL_1, WEB, List.of(), "10.0.0.1"),
              inDirections(orderedPolicy("in", 1.0, "all()"), Policy.Direction.INGRESS),
              inDirections(orderedPolicy("out", 2.0, "all()"), Policy.Direction.EGRESS))
          .policy("in", NO_RULES)
          .policy("out", NO_RULES)
          .workload(LOCAL_1, askedOfLocal1(List.of("in"), List.of("out")));

  private static LocalWorkload askedOfLocal1(List<String> ingress, List<String> egress) {
    LocalWorkload asked = localWorkload(LOCAL_1, List.of(), List.of(), "10.0.0.1");
    return new LocalWorkload(
        asked.interfaceName(),
        asked.active(),
        asked.mac(),
        asked.networks(),
        asked.nats(),
        new AskedPolicies(ingress, egress),
        asked.profiles());
  }

  private static final Scenario POLICIES_OF_ONE_DIRECTION =
      Scenario.of(
          "a policy is asked in the directions that it names",
          HERE,
          ONE_POLICY_A_DIRECTION,
          ONE_POLICY_A_DIRECTION
              .named("one names both")
              .with(
                  inDirections(
                      orderedPolicy("in", 1.0, "all()"),
                      Policy.Direction.INGRESS,
                      Policy.Direction.EGRESS))
              .workload(LOCAL_1, askedOfLocal1(List.of("in"), List.of("in", "out"))),
          ONE_POLICY_A_DIRECTION
              .named("one names none, which means both")
              .with(orderedPolicy("out", 2.0, "all()"))
              .workload(LOCAL_1, askedOfLocal1(List.of("in", "out"), List.of("out"))));

  private static final Scenario UNTRACKED_POLICIES =
      Scenario.of(
          "untracked policies are for host endpoints",
          HERE,
          TRACKED_AND_UNTRACKED,
          TRACKED_AND_UNTRACKED
              .named("it becomes tracked")
              .with(orderedPolicy("untracked", null, "role == 'web'"))
              .policy("untracked", NO_RULES)
              .workload(
                  LOCAL_1,
                  localWorkload(LOCAL_1, List.of("tracked", "untracked"), List.of(), "10.0.0.1"))
              .hostEndpoint(
                  LOCAL_HOST,
                  localHostEndpoint("eth0", List.of("tracked", "untracked"), List.of(), List.of())),
          TRACKED_AND_UNTRACKED
              .named("the host endpoint is gone")
              .without(LOCAL_HOST)
              .noHostEndpoint(LOCAL_HOST));

  private static final World NAMES_A_PROFILE =
      World.EMPTY
          .named("an endpoint names a profile that does not exist")
          .with(workload(LOCAL_1, WEB, List.of("p"), "10.0.0.1"))
          .profile("p", DENY_ALL)
          .workload(LOCAL_1, localWorkload(LOCAL_1, List.of(), List.of("p"), "10.0.0.1"));

  private static final World PROFILE_ARRIVES =
      NAMES_A_PROFILE
          .named("the profile arrives")
          .with(profile("p", Map.of(), List.of(), allowFrom("role == 'web'")))
          .profile("p", inbound(allowFromSets(ROLE_WEB)))
          .ipSet(ROLE_WEB, "10.0.0.1");

  private static final Scenario MISSING_PROFILES =
      Scenario.of(
          "a profile that does not exist denies",
          HERE,
          NAMES_A_PROFILE,
          PROFILE_ARRIVES,
          NAMES_A_PROFILE
              .named("the profile has no rules")
              .with(profile("p", Map.of("a", "b"), List.of()))
              .profile("p", NO_RULES),
          PROFILE_ARRIVES
              .named("another endpoint names it, twice, and one more")
              .with(workload(LOCAL_2, DB, List.of("p", "q", "p"), "10.0.0.2"))
              .profile("q", DENY_ALL)
              .workload(
                  LOCAL_2, localWorkload(LOCAL_2, List.of(), List.of("p", "q", "p"), "10.0.0.2")),
          PROFILE_ARRIVES
              .named("only a remote endpoint names it")
              .without(LOCAL_1)
              .with(workload(REMOTE_1, WEB, List.of("p"), "10.0.0.1"))
              .noIpSet(ROLE_WEB)
              .noProfile("p")
              .noWorkload(LOCAL_1),
          PROFILE_ARRIVES
              .named("the endpoint names another instead")
              .with(workload(LOCAL_1, WEB, List.of("other"), "10.0.0.1"))
              .noIpSet(ROLE_WEB)
              .noProfile("p")
              .profile("other", DENY_ALL)
              .workload(LOCAL_1, localWorkload(LOCAL_1, List.of(), List.of("other"), "10.0.0.1")));

  private static final World USABLE =
      PROFILE_ARRIVES
          .named("all values can be used")
          .with(
              policy("web", "role == 'web'", allowFrom("role == 'db'")),
              workload(REMOTE_1, DB, List.of(), "10.0.0.2"))
          .policy("web", inbound(allowFromSets(ROLE_DB)))
          .ipSet(ROLE_DB, "10.0.0.2")
          .workload(LOCAL_1, localWorkload(LOCAL_1, List.of("web"), List.of("p"), "10.0.0.1"));

  private static World withoutPolicyWeb(World world) {
    return world
        .noPolicy("web")
        .noIpSet(ROLE_DB)
        .workload(LOCAL_1, localWorkload(LOCAL_1, List.of(), List.of("p"), "10.0.0.1"));
  }

  private static final Scenario UNUSABLE_VALUES =
      Scenario.of(
          "a value that cannot be used counts as absent",
          HERE,
          USABLE,
          withoutPolicyWeb(
              USABLE
                  .named("the policy's selector is none")
                  .with(policy("web", "role = 'web'", allowFrom("role == 'db'")))),
          withoutPolicyWeb(
              USABLE
                  .named("a selector in the policy's rules is none")
                  .with(policy("web", "role == 'web'", allowFrom("role == 'db'"), allowFrom("(")))),
          withoutPolicyWeb(USABLE.named("the policy is gone").without(new PolicyKey("web"))),
          USABLE
              .named("a selector in the profile's rules is none")
              .with(profile("p", Map.of(), List.of(), allowFrom("has(")))
              .noIpSet(ROLE_WEB)
              .profile("p", DENY_ALL),
          USABLE
              .named("the remote endpoint has no interface name")
              .with(workload(REMOTE_1, null, DB, List.of(), "10.0.0.2"))
              .ipSet(ROLE_DB),
          USABLE
              .named("the local endpoint has an empty interface name")
              .with(workload(LOCAL_1, "", WEB, List.of("p"), "10.0.0.1"))
              .noIpSet(ROLE_DB)
              .noIpSet(ROLE_WEB)
              .noPolicy("web")
              .noProfile("p")
              .noWorkload(LOCAL_1));

  private static final World TWO_POLICIES_ONE_SET =
      ONE_LOCAL
          .named("two policies write one selector in two ways")
          .with(
              policy("a", "role == 'web'", allowFrom("role == \"db\"")),
              policy("b", "all()", allowFrom("(role=='db')")),
              workload(REMOTE_1, DB, List.of(), "10.0.0.2"))
          .policy("a", inbound(allowFromSets(ROLE_DB)))
          .policy("b", inbound(allowFromSets(ROLE_DB)))
          .ipSet(ROLE_DB, "10.0.0.2")
          .workload(LOCAL_1, localWorkload(LOCAL_1, List.of("a", "b"), List.of(), "10.0.0.1"));

  private static final Scenario SETS_IN_COMMON =
      Scenario.of(
          "a set lives as long as a rule that uses it",
          HERE,
          TWO_POLICIES_ONE_SET,
          TWO_POLICIES_ONE_SET
              .named("one of them is gone")
              .without(new PolicyKey("a"))
              .noPolicy("a")
              .workload(LOCAL_1, localWorkload(LOCAL_1, List.of("b"), List.of(), "10.0.0.1")),
          TWO_POLICIES_ONE_SET
              .named("the other uses another set")
              .with(policy("b", "all()", allowFrom("role == 'web'")))
              .policy("b", inbound(allowFromSets(ROLE_WEB)))
              .ipSet(ROLE_WEB, "10.0.0.1"),
          TWO_POLICIES_ONE_SET
              .named("each uses both, one of them twice")
              .with(
                  policy(
                      "a",
                      "role == 'web'",
                      allowFrom("role == 'web' || role == 'db'"),
                      allowFrom("role == 'db'"),
                      allowFrom("role == 'db'")),
                  policy(
                      "b",
                      "all()",
                      allowFrom("role == 'db'"),
                      allowFrom("role=='web'||role=='db'")))
              .policy(
                  "a",
                  inbound(
                      allowFromSets(ROLE_EITHER), allowFromSets(ROLE_DB), allowFromSets(ROLE_DB)))
              .policy("b", inbound(allowFromSets(ROLE_DB), allowFromSets(ROLE_EITHER)))
              .ipSet(ROLE_EITHER, "10.0.0.1", "10.0.0.2"),
          TWO_POLICIES_ONE_SET
              .named("no rule names anyone; empty text is as good as none")
              .with(policy("a", "role == 'web'", ALLOW), policy("b", "all()", allowFrom("")))
              .policy("a", inbound(ACTIVE_ALLOW))
              .policy("b", inbound(ACTIVE_ALLOW))
              .noIpSet(ROLE_DB));

  private static final World NOT_WEB =
      ONE_LOCAL
          .named("whoever is not known to be web")
          .with(
              policy("strict", "!has(tier)", allowFrom("role != 'web'")),
              workload(REMOTE_1, DB, List.of(), "10.0.0.2"),
              workload(REMOTE_2, Map.of(), List.of(), "10.0.0.3"))
          .policy("strict", inbound(allowFromSets(ROLE_NOT_WEB)))
          .ipSet(ROLE_NOT_WEB, "10.0.0.2", "10.0.0.3")
          .workload(LOCAL_1, localWorkload(LOCAL_1, List.of("strict"), List.of(), "10.0.0.1"));

  private static final Scenario NEGATED_SELECTORS =
      Scenario.of(
          "selectors match what has no label, too",
          HERE,
          NOT_WEB,
          NOT_WEB
              .named("one turns web")
              .with(workload(REMOTE_1, WEB, List.of(), "10.0.0.2"))
              .ipSet(ROLE_NOT_WEB, "10.0.0.3"),
          NOT_WEB
              .named("the local one loses its label")
              .with(workload(LOCAL_1, Map.of(), List.of(), "10.0.0.1"))
              .ipSet(ROLE_NOT_WEB, "10.0.0.1", "10.0.0.2", "10.0.0.3"),
          NOT_WEB
              .named("the local one gets a tier")
              .with(workload(LOCAL_1, Map.of("tier", ""), List.of(), "10.0.0.1"))
              .noPolicy("strict")
              .noIpSet(ROLE_NOT_WEB)
              .workload(LOCAL_1, localWorkload(LOCAL_1, List.of(), List.of(), "10.0.0.1")));
}
