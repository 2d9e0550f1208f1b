package io.margay.calc;

import io.margay.calc.label.Criterion;
import io.margay.calc.label.LabelIndex;
import io.margay.model.Policy;
import io.margay.model.Profile;
import io.margay.model.ResourceKey;
import io.margay.model.selector.Selector;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/// Finds the policies that apply to endpoints of this node. Only their rules are of interest.
final class ActivePolicies {

  private final RuleScanner ruleScanner;

  private final Map<String, Policy.Spec> policies = new HashMap<>();
  private final LabelIndex<ResourceKey, String> localEndpoints;

  /// Names of policies that may be active or not, or have other rules than the scanner knows.
  private final Set<String> unsettled = new HashSet<>();

  ActivePolicies(PolicyOrder policyOrder, RuleScanner ruleScanner) {
    this.ruleScanner = ruleScanner;
    this.localEndpoints =
        new LabelIndex<>(
            new LabelIndex.Listener<>() {
              @Override
              public void matchStarted(String policy, ResourceKey endpoint) {
                unsettled.add(policy);
                policyOrder.onMatchStarted(policy, endpoint);
              }

              @Override
              public void matchStopped(String policy, ResourceKey endpoint) {
                unsettled.add(policy);
                policyOrder.onMatchStopped(policy, endpoint);
              }
            });
  }

  void onEndpoint(Endpoint endpoint) {
    localEndpoints.setItem(endpoint.key(), endpoint.labels(), endpoint.profiles());
  }

  void onEndpointGone(ResourceKey key) {
    localEndpoints.removeItem(key);
  }

  void onProfile(String name, Profile.Metadata metadata) {
    localEndpoints.setParent(name, metadata.labels(), metadata.tags());
  }

  void onProfileGone(String name) {
    localEndpoints.removeParent(name);
  }

  void onPolicy(String name, Policy.Spec policy) {
    policies.put(name, policy);
    localEndpoints.setCriterion(name, new Criterion.BySelector(Selector.parse(policy.selector())));
    unsettled.add(name);
  }

  void onPolicyGone(String name) {
    policies.remove(name);
    localEndpoints.removeCriterion(name);
    unsettled.add(name);
  }

  /// Tells the scanner of what has become of the policies since the last time.
  void settle() {
    for (String name : unsettled) {
      Policy.Spec policy = policies.get(name);
      if (policy != null && localEndpoints.isMatched(name)) {
        ruleScanner.onPolicyActive(name, policy);
      } else {
        ruleScanner.onPolicyInactive(name);
      }
    }
    unsettled.clear();
  }

  int policyCount() {
    return policies.size();
  }
}
