package io.margay.kubernetes.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.calc.CalculationGraph;
import io.margay.datastore.Key;
import io.margay.kubernetes.conversion.InconvertibleException;
import io.margay.kubernetes.conversion.Naming;
import io.margay.kubernetes.table.NetworkPolicyTable;
import io.margay.kubernetes.table.NetworkPolicyTable.Case;
import io.margay.kubernetes.table.NetworkPolicyTable.Place;
import io.margay.kubernetes.table.NetworkPolicyTable.Port;
import io.margay.model.Labels;
import io.margay.model.Resource;
import io.margay.model.WorkloadEndpoint;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What NetworkPolicy is documented to mean, against what our nodes make of it: for every pair of
/// places and every port, from the policy through its conversion and the calculation of both nodes
/// to the rules that a packet meets. `KubernetesPolicyIT` sends the packets.
class NetworkPolicySemanticsTest {

  private static final NetworkPolicyTable TABLE = NetworkPolicyTable.read();

  /// The pods of a namespace run on one node.
  private static final Map<String, String> NODES = Map.of("x", "node1", "y", "node2", "z", "node1");

  static Stream<Case> cases() {
    return TABLE.cases().stream();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void whatIsLetThroughIsWhatTheReferenceSays(Case policies) throws InconvertibleException {
    assertAsDocumented(policies, Naming.CALICO_2);
    assertAsDocumented(policies, Naming.CALICO_3);
  }

  private static void assertAsDocumented(Case policies, Naming naming)
      throws InconvertibleException {
    Map<String, NodeRules> nodes = calculate(policies, naming);
    List<String> wrong = new ArrayList<>();
    for (Place source : NetworkPolicyTable.PLACES) {
      for (Place target : NetworkPolicyTable.PLACES) {
        for (Port port : NetworkPolicyTable.PORTS) {
          if (!source.equals(target)) {
            boolean allowed =
                passes(nodes, source, false, source, target, port)
                    && passes(nodes, target, true, source, target, port);
            if (allowed != policies.allows(source, target, port)) {
              wrong.add(
                  "%s -> %s %s is %s"
                      .formatted(source, target, port, allowed ? "allowed" : "denied"));
            }
          }
        }
      }
    }
    assertThat(wrong).as("%s, names of %s", policies, naming).isEmpty();
  }

  /// Whether one end lets a packet through; the one outside lets everything.
  private static boolean passes(
      Map<String, NodeRules> nodes,
      Place end,
      boolean ingress,
      Place source,
      Place target,
      Port port) {
    NodeRules rules = nodes.get(NODES.getOrDefault(end.namespace(), ""));
    return rules == null
        || rules.allows(
            workload(end), ingress, new NodeRules.Packet(source.address(), target.address(), port));
  }

  private static Map<String, NodeRules> calculate(Case policies, Naming naming)
      throws InconvertibleException {
    KubernetesPicture picture = new KubernetesPicture(naming);
    List<Resource> resources = new ArrayList<>();
    for (String namespace : NetworkPolicyTable.NAMESPACES) {
      picture.put(NetworkPolicyTable.namespace(namespace));
      resources.add(picture.profile(naming.profile(namespace)));
    }
    for (Place place : NetworkPolicyTable.PLACES) {
      if (place.isPod()) {
        picture.put(NetworkPolicyTable.pod(place));
        resources.add(endpoint(place, picture, naming));
      }
    }
    for (var policy : policies.policies()) {
      resources.add(picture.policyConversion().convert(policy).policy());
    }
    Map<String, NodeRules> nodes = new HashMap<>();
    for (String node : NODES.values()) {
      if (!nodes.containsKey(node)) {
        CalculationGraph graph = new CalculationGraph(node);
        resources.forEach(
            resource -> graph.onUpdate(new Key.ForResource(resource.key()), resource));
        NodeRules rules = new NodeRules();
        graph.flush(rules::take);
        nodes.put(node, rules);
      }
    }
    return nodes;
  }

  private static String workload(Place place) {
    return place.namespace() + "." + place.name();
  }

  private static WorkloadEndpoint endpoint(Place place, KubernetesPicture picture, Naming naming) {
    return new WorkloadEndpoint(
        new WorkloadEndpoint.Metadata(
            "eth0",
            workload(place),
            Naming.ORCHESTRATOR,
            NODES.get(place.namespace()),
            Labels.copyOf(picture.labels(NetworkPolicyTable.pod(place)))),
        new WorkloadEndpoint.Spec(
            List.of(place.address().toPrefix()),
            List.of(),
            null,
            null,
            List.of(naming.profile(place.namespace())),
            "cali" + place.namespace() + place.name(),
            null));
  }

  /// That the table says something: each case but the first few denies, and allows.
  @Test
  void theTableHasBothOutcomesOfEverything() {
    assertThat(TABLE.cases()).hasSizeGreaterThan(60);
    assertThat(TABLE.cases().stream().filter(Case::packets)).hasSizeBetween(5, 12);
    long denied =
        TABLE.cases().stream()
            .flatMap(each ->
                NetworkPolicyTable.PLACES.stream()
                    .filter(place ->
                        !each.allows(
                            place,
                            NetworkPolicyTable.PLACES.getFirst(),
                            NetworkPolicyTable.PORTS.getFirst())))
            .count();
    assertThat(denied).isBetween(200L, TABLE.cases().size() * 8L);
  }
}
