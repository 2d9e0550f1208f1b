package io.margay.calc;

import static io.margay.calc.Resources.allowFrom;
import static io.margay.calc.Resources.allowFromSets;
import static io.margay.calc.Resources.hostEndpoint;
import static io.margay.calc.Resources.inbound;
import static io.margay.calc.Resources.localWorkload;
import static io.margay.calc.Resources.node;
import static io.margay.calc.Resources.policy;
import static io.margay.calc.Resources.pool;
import static io.margay.calc.Resources.profile;
import static io.margay.calc.Resources.workload;
import static io.margay.calc.Resources.workloadKey;
import static org.assertj.core.api.Assertions.assertThat;

import io.margay.calc.output.NodeUpdate;
import io.margay.calc.output.NodeUpdate.IpSetActive;
import io.margay.calc.output.NodeUpdate.IpSetChanged;
import io.margay.calc.output.NodeUpdate.IpSetInactive;
import io.margay.calc.output.NodeUpdate.PolicyActive;
import io.margay.calc.output.NodeUpdate.PolicyInactive;
import io.margay.calc.output.NodeUpdate.WorkloadEndpointActive;
import io.margay.calc.output.NodeUpdate.WorkloadEndpointInactive;
import io.margay.datastore.Key;
import io.margay.model.Resource;
import io.margay.model.ResourceKey;
import io.margay.model.ResourceKey.HostEndpointKey;
import io.margay.model.ResourceKey.PolicyKey;
import io.margay.model.ResourceKey.WorkloadEndpointKey;
import io.margay.net.IpAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What exactly is told, where the result alone would not show it.
class CalculationGraphTest {

  private static final WorkloadEndpointKey LOCAL = workloadKey("here", "local");
  private static final WorkloadEndpointKey REMOTE = workloadKey("there", "remote");
  private static final Map<String, String> WEB = Map.of("role", "web");
  private static final Map<String, String> DB = Map.of("role", "db");
  private static final String ROLE_DB = "s:rV61RKD1Q8wo61pyeB0j2rwE3eiBOFbx0SsYKg";
  private static final IpAddress IP_2 = IpAddress.parse("10.0.0.2");
  private static final IpAddress IP_3 = IpAddress.parse("10.0.0.3");

  private final CalculationGraph graph = new CalculationGraph("here");

  @BeforeEach
  void oneLocalEndpointWithOnePolicyThatLetsDatabasesIn() {
    put(workload(LOCAL, WEB, List.of(), "10.0.0.1"));
    put(workload(REMOTE, DB, List.of(), "10.0.0.2"));
    put(policy("web", "role == 'web'", allowFrom("role == 'db'")));
  }

  private void put(Resource resource) {
    graph.onUpdate(new Key.ForResource(resource.key()), resource);
  }

  private void remove(ResourceKey key) {
    graph.onUpdate(new Key.ForResource(key), null);
  }

  private List<NodeUpdate> flush() {
    List<NodeUpdate> updates = new ArrayList<>();
    graph.flush(updates::add);
    return updates;
  }

  @Test
  void tellsOfSetsThenPoliciesThenEndpoints() {
    assertThat(flush())
        .containsExactly(
            new IpSetActive(ROLE_DB, Set.of(IP_2)),
            new PolicyActive("web", inbound(allowFromSets(ROLE_DB))),
            new WorkloadEndpointActive(
                LOCAL, localWorkload(LOCAL, List.of("web"), List.of(), "10.0.0.1")));
  }

  @Test
  void withdrawsEndpointsThenPoliciesThenSets() {
    flush();
    remove(LOCAL);
    assertThat(flush())
        .containsExactly(
            new WorkloadEndpointInactive(LOCAL),
            new PolicyInactive("web"),
            new IpSetInactive(ROLE_DB));
  }

  @Test
  void tellsAMembersComingAndGoingAsADifference() {
    flush();
    put(workload(REMOTE, DB, List.of(), "10.0.0.3"));
    assertThat(flush()).containsExactly(new IpSetChanged(ROLE_DB, Set.of(IP_3), Set.of(IP_2)));
  }

  @Test
  void saysNothingOfWhatIsUndoneBeforeTheFlush() {
    flush();
    put(workload(REMOTE, WEB, List.of(), "10.0.0.2"));
    remove(LOCAL);
    remove(new PolicyKey("web"));
    put(workload(workloadKey("there", "other"), DB, List.of(), "10.0.0.3"));
    assertThat(graph.counts().workloadEndpoints()).isEqualTo(2);

    remove(workloadKey("there", "other"));
    put(policy("web", "role == 'web'", allowFrom("role == 'db'")));
    put(workload(LOCAL, WEB, List.of(), "10.0.0.1"));
    put(workload(REMOTE, DB, List.of(), "10.0.0.2"));
    assertThat(flush()).isEmpty();
  }

  @Test
  void keepsASetThatLosesItsPolicyAndFindsAnotherBeforeTheFlush() {
    flush();
    remove(new PolicyKey("web"));
    put(policy("other", "all()", allowFrom("role == 'db'")));
    assertThat(flush())
        .containsExactly(
            new PolicyActive("other", inbound(allowFromSets(ROLE_DB))),
            new WorkloadEndpointActive(
                LOCAL, localWorkload(LOCAL, List.of("other"), List.of(), "10.0.0.1")),
            new PolicyInactive("web"));
  }

  @Test
  void saysNothingOfUpdatesThatDoNotConcernThisNode() {
    flush();
    put(workload(workloadKey("there", "other"), WEB, List.of("p"), "10.0.0.9"));
    put(policy("nobody", "role == 'nobody'", allowFrom("has(role)")));
    put(profile("p", Map.of("role", "db"), List.of(), allowFrom("has(role)")));
    assertThat(flush()).isEmpty();
  }

  @Test
  void doesNotTellAnEndpointAgainWhoseOwnLabelsChangeWithoutEffect() {
    flush();
    put(workload(LOCAL, Map.of("role", "web", "colour", "blue"), List.of(), "10.0.0.1"));
    assertThat(flush()).isEmpty();
  }

  @Test
  void countsWhatThereIsAndWhatIsActive() {
    put(profile("p", Map.of(), List.of()));
    put(policy("nobody", "role == 'nobody'"));
    put(hostEndpoint(new HostEndpointKey("there", "eth0"), "eth0", DB, List.of(), "192.0.2.2"));
    put(workload(workloadKey("here", "second"), WEB, List.of("q"), "10.0.0.4"));
    put(node("here", "192.0.2.1/24", null));
    put(pool("10.0.0.0/8", true));
    flush();

    GraphCounts counts = graph.counts();
    assertThat(counts.workloadEndpoints()).isEqualTo(3);
    assertThat(counts.hostEndpoints()).isEqualTo(1);
    assertThat(counts.localEndpoints()).isEqualTo(2);
    assertThat(counts.policies()).isEqualTo(2);
    assertThat(counts.activePolicies()).isEqualTo(1);
    assertThat(counts.profiles()).isEqualTo(1);
    assertThat(counts.activeProfiles()).isEqualTo(1);
    assertThat(counts.ipSets()).isEqualTo(1);
    assertThat(counts.ipSetMembers()).isEqualTo(2);
    assertThat(counts.hostAddresses()).isEqualTo(1);
    assertThat(counts.pools()).isEqualTo(1);
  }
}
