package io.margay.calc;

import io.margay.model.Profile;
import io.margay.model.ResourceKey;
import io.margay.model.Rule;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Finds the profiles that endpoints of this node name, whether they exist or not.
final class ActiveProfiles {

  private static final Rule DENY =
      new Rule(Rule.Action.DENY, null, null, null, null, null, Rule.Entity.ANY, Rule.Entity.ANY);

  /// Stands for a profile that does not exist: an endpoint that names it must not be open until its
  /// profile arrives.
  private static final Profile.Spec MISSING = new Profile.Spec(List.of(DENY), List.of(DENY));

  private final RuleScanner ruleScanner;

  private final Map<String, Profile.Spec> profiles = new HashMap<>();
  private final Map<ResourceKey, Set<String>> namedBy = new HashMap<>();
  private final Map<String, Integer> users = new HashMap<>();

  /// Names of profiles that may be active or not, or have other rules than the scanner knows.
  private final Set<String> unsettled = new HashSet<>();

  ActiveProfiles(RuleScanner ruleScanner) {
    this.ruleScanner = ruleScanner;
  }

  void onEndpoint(Endpoint endpoint) {
    nowNames(endpoint.key(), Set.copyOf(endpoint.profiles()));
  }

  void onEndpointGone(ResourceKey key) {
    nowNames(key, Set.of());
  }

  private void nowNames(ResourceKey endpoint, Set<String> names) {
    Set<String> before = names.isEmpty() ? namedBy.remove(endpoint) : namedBy.put(endpoint, names);
    for (String name : names) {
      users.merge(name, 1, Integer::sum);
      unsettled.add(name);
    }
    for (String name : before == null ? Set.<String>of() : before) {
      users.computeIfPresent(name, (_, count) -> count == 1 ? null : count - 1);
      unsettled.add(name);
    }
  }

  void onProfile(String name, Profile.Spec profile) {
    profiles.put(name, profile);
    unsettled.add(name);
  }

  void onProfileGone(String name) {
    profiles.remove(name);
    unsettled.add(name);
  }

  /// Tells the scanner of what has become of the profiles since the last time.
  void settle() {
    for (String name : unsettled) {
      if (users.containsKey(name)) {
        ruleScanner.onProfileActive(name, profiles.getOrDefault(name, MISSING));
      } else {
        ruleScanner.onProfileInactive(name);
      }
    }
    unsettled.clear();
  }

  int profileCount() {
    return profiles.size();
  }
}
