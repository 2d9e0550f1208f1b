package io.margay.calc.bench;

import io.margay.model.Labels;
import io.margay.model.Policy;
import io.margay.model.Resource;
import io.margay.model.Rule;
import io.margay.model.Rule.Entity;
import io.margay.model.WorkloadEndpoint;
import io.margay.net.Ipv4Address;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;

/// A large cluster.
///
/// It has namespaces with ten roles each; four policies select roles in each namespace and admit
/// another role of it, so that a policy has as many namespaces as it takes. Ten policies of the
/// whole cluster have selectors that can only be tried on everything. One node, [#LOCAL], has 600
/// endpoints.
///
/// @param endpoints how many workload endpoints
/// @param policies how many policies, the ten included
record Cluster(int endpoints, int policies) {

  static final String LOCAL = "local";

  private static final int LOCAL_ENDPOINTS = 600;
  private static final int NODES = 1000;
  private static final int POLICIES_PER_NAMESPACE = 4;
  private static final int CLUSTER_POLICIES = 10;
  private static final int ROLES = 10;

  private int namespaces() {
    return (policies - CLUSTER_POLICIES) / POLICIES_PER_NAMESPACE;
  }

  /// Everything there is, as the datastore would tell of it first.
  void load(Random random, Consumer<Resource> to) {
    for (int i = 0; i < endpoints; i++) {
      to.accept(endpoint(i, random));
    }
    policies(to);
  }

  private void policies(Consumer<Resource> to) {
    for (int namespace = 0; namespace < namespaces(); namespace++) {
      String inNamespace = "namespace == 'ns-" + namespace + "' && role == 'role-";
      for (int i = 0; i < POLICIES_PER_NAMESPACE; i++) {
        to.accept(
            policy(
                "policy-" + namespace + "-" + i,
                inNamespace + i + "'",
                inNamespace + (i + 1) + "'"));
      }
    }
    for (int i = 0; i < CLUSTER_POLICIES; i++) {
      to.accept(policy("cluster-" + i, "role != 'role-" + i + "'", "!has(quarantine-" + i + ")"));
    }
  }

  private static Policy policy(String name, String selector, String from) {
    Entity source = new Entity(null, null, from, null, null, null, List.of(), List.of());
    Rule rule =
        new Rule(Rule.Action.ALLOW, null, null, null, null, null, source, Entity.ANY);
    return new Policy(
        new Policy.Metadata(name),
        new Policy.Spec(null, selector, List.of(rule), List.of(), false, List.of()));
  }

  /// One endpoint, in a random role, with one of two addresses of its own.
  Resource endpoint(int number, Random random) {
    String node =
        number % (endpoints / LOCAL_ENDPOINTS) == 0 ? LOCAL : "node-" + number % NODES;
    Map<String, String> labels =
        Map.of(
            "namespace", "ns-" + number % namespaces(),
            "role", "role-" + random.nextInt(ROLES),
            "name", "pod-" + number);
    int address = 0x0a000000 + 2 * number + random.nextInt(2);
    return new WorkloadEndpoint(
        new WorkloadEndpoint.Metadata(
            "eth0", "pod-" + number, "k8s", node, Labels.copyOf(labels)),
        new WorkloadEndpoint.Spec(
            List.of(new Ipv4Address(address).toPrefix()),
            List.of(),
            null,
            null,
            List.of(),
            "cali" + number,
            null));
  }
}
