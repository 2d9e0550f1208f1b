package io.margay.calc;

import io.margay.datastore.Key;
import io.margay.model.Policy;
import io.margay.model.Profile;
import io.margay.model.Resource;
import io.margay.model.ResourceKey;
import io.margay.model.ResourceKey.HostEndpointKey;
import io.margay.model.ResourceKey.PolicyKey;
import io.margay.model.ResourceKey.ProfileKey;
import io.margay.model.ResourceKey.WorkloadEndpointKey;
import io.margay.model.Rule;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/// A small cluster in which anything may happen. Few names, labels and addresses, so that they
/// meet.
final class RandomCluster {

  private static final List<String> NODES = List.of("n1", "n2");
  private static final List<String> LABELS = List.of("a", "b", "c");
  private static final List<String> VALUES = List.of("", "x", "y");
  private static final List<String> PROFILES = List.of("p1", "p2", "p3");

  private final Random random;
  private final Map<Key<?>, Resource> values = new HashMap<>();

  RandomCluster(Random random) {
    this.random = random;
  }

  /// What the datastore holds now.
  Map<Key<?>, Resource> values() {
    return values;
  }

  /// Creates, changes or removes something.
  void change(CalculationGraph graph) {
    ResourceKey resourceKey = key();
    Key<?> key = new Key.ForResource(resourceKey);
    Resource value = random.nextInt(4) == 0 ? null : value(resourceKey);
    if (value == null) {
      values.remove(key);
    } else {
      values.put(key, value);
    }
    graph.onUpdate(key, value);
  }

  private ResourceKey key() {
    return switch (random.nextInt(4)) {
      case 0 -> new PolicyKey("policy" + random.nextInt(5));
      case 1 -> new ProfileKey(pick(PROFILES));
      case 2 -> new HostEndpointKey(pick(NODES), "eth" + random.nextInt(2));
      default -> new WorkloadEndpointKey(pick(NODES), "k8s", "w", "e" + random.nextInt(4));
    };
  }

  private @Nullable Resource value(ResourceKey key) {
    return switch (key) {
      case PolicyKey(String name) -> policy(name);
      case ProfileKey(String name) -> profile(name);
      case HostEndpointKey host ->
          Resources.hostEndpoint(host, "eth0", labels(), some(PROFILES, 2), ips());
      case WorkloadEndpointKey workload ->
          Resources.workload(workload, labels(), some(PROFILES, 3), ips());
      case ResourceKey other -> throw new AssertionError(other);
    };
  }

  private Policy policy(String name) {
    Double order = random.nextBoolean() ? null : Double.valueOf(random.nextInt(3));
    Policy policy =
        Resources.policy(name, order, selector(2), random.nextInt(4) == 0, rules(), rules());
    return switch (random.nextInt(4)) {
      case 0 -> Resources.inDirections(policy, Policy.Direction.INGRESS);
      case 1 -> Resources.inDirections(policy, Policy.Direction.EGRESS);
      default -> policy;
    };
  }

  private Profile profile(String name) {
    Profile profile = Resources.profile(name, labels(), some(LABELS, 2));
    return new Profile(profile.metadata(), new Profile.Spec(rules(), rules()));
  }

  private List<Rule> rules() {
    List<Rule> rules = new ArrayList<>();
    for (int i = random.nextInt(3); i > 0; i--) {
      rules.add(Resources.rule(pick(List.of(Rule.Action.values())), peers()));
    }
    return rules;
  }

  private Rule.Entity peers() {
    return new Rule.Entity(
        null,
        null,
        random.nextBoolean() ? selector(1) : null,
        random.nextInt(4) == 0 ? selector(1) : null,
        random.nextInt(4) == 0 ? pick(LABELS) : null,
        random.nextInt(4) == 0 ? pick(LABELS) : null,
        List.of(),
        List.of());
  }

  /// @param depth how deep operators may nest
  String selector(int depth) {
    String label = pick(LABELS);
    return switch (random.nextInt(depth == 0 ? 6 : 9)) {
      case 0 -> label + " == '" + pick(VALUES) + "'";
      case 1 -> label + " != '" + pick(VALUES) + "'";
      case 2 -> label + " in {'" + pick(VALUES) + "', '" + pick(VALUES) + "'}";
      case 3 -> label + " not in {'" + pick(VALUES) + "', '" + pick(VALUES) + "'}";
      case 4 -> "has(" + label + ")";
      case 5 -> random.nextInt(3) == 0 ? "all()" : "!has(" + label + ")";
      case 6 -> "!(" + selector(depth - 1) + ")";
      case 7 -> "(" + selector(depth - 1) + ") && (" + selector(depth - 1) + ")";
      default -> "(" + selector(depth - 1) + ") || (" + selector(depth - 1) + ")";
    };
  }

  Map<String, String> labels() {
    Map<String, String> labels = new HashMap<>();
    some(LABELS, 2).forEach(label -> labels.put(label, pick(VALUES)));
    return labels;
  }

  private String[] ips() {
    return some(List.of("10.0.0.1", "10.0.0.2", "10.0.0.3", "fd00::1"), 2).toArray(String[]::new);
  }

  private <T> T pick(List<T> values) {
    return values.get(random.nextInt(values.size()));
  }

  private <T> List<T> some(List<T> values, int most) {
    List<T> some = new ArrayList<>();
    for (int i = random.nextInt(most + 1); i > 0; i--) {
      some.add(pick(values));
    }
    return some;
  }
}
