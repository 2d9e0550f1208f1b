package io.margay.calc;

import io.margay.calc.label.Criterion;
import io.margay.calc.output.ActiveRule;
import io.margay.calc.output.RuleSet;
import io.margay.model.Policy;
import io.margay.model.Profile;
import io.margay.model.ResourceKey;
import io.margay.model.ResourceKey.PolicyKey;
import io.margay.model.ResourceKey.ProfileKey;
import io.margay.model.Rule;
import io.margay.model.selector.Selector;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Reads the rules of active policies and profiles: replaces selectors and tags by the ids of IP
/// sets, and counts by how many policies and profiles each set is used.
final class RuleScanner {

  private final IpSetMembership ipSetMembership;
  private final EventSequencer sequencer;

  /// The sets that each active policy or profile uses, by id.
  private final Map<ResourceKey, Map<String, Criterion>> uses = new HashMap<>();

  private final Map<String, Integer> users = new HashMap<>();

  /// Sets of which the first user came or the last one went since the last settling, by id.
  private final Map<String, Criterion> unsettled = new HashMap<>();

  RuleScanner(IpSetMembership ipSetMembership, EventSequencer sequencer) {
    this.ipSetMembership = ipSetMembership;
    this.sequencer = sequencer;
  }

  void onPolicyActive(String name, Policy.Spec policy) {
    Map<String, Criterion> found = new HashMap<>();
    sequencer.policy(
        name,
        new RuleSet(
            scan(policy.ingress(), found), scan(policy.egress(), found), policy.doNotTrack()));
    nowUses(new PolicyKey(name), found);
  }

  void onPolicyInactive(String name) {
    sequencer.policyGone(name);
    nowUses(new PolicyKey(name), Map.of());
  }

  void onProfileActive(String name, Profile.Spec profile) {
    Map<String, Criterion> found = new HashMap<>();
    sequencer.profile(
        name, new RuleSet(scan(profile.ingress(), found), scan(profile.egress(), found), false));
    nowUses(new ProfileKey(name), found);
  }

  void onProfileInactive(String name) {
    sequencer.profileGone(name);
    nowUses(new ProfileKey(name), Map.of());
  }

  /// Tells the membership which sets are wanted. A set that lost its last user and found another
  /// one meanwhile is not touched.
  void settle() {
    unsettled.forEach((id, criterion) -> {
      if (users.containsKey(id)) {
        ipSetMembership.activate(criterion);
      } else {
        ipSetMembership.deactivate(id);
      }
    });
    unsettled.clear();
  }

  private void nowUses(ResourceKey owner, Map<String, Criterion> sets) {
    Map<String, Criterion> before = sets.isEmpty() ? uses.remove(owner) : uses.put(owner, sets);
    sets.forEach((id, criterion) -> {
      if (users.merge(id, 1, Integer::sum) == 1) {
        unsettled.put(id, criterion);
      }
    });
    if (before != null) {
      before.forEach((id, criterion) -> {
        if (users.computeIfPresent(id, (_, count) -> count == 1 ? null : count - 1) == null) {
          unsettled.put(id, criterion);
        }
      });
    }
  }

  private static List<ActiveRule> scan(List<Rule> rules, Map<String, Criterion> found) {
    return rules.stream().map(rule -> scan(rule, found)).toList();
  }

  private static ActiveRule scan(Rule rule, Map<String, Criterion> found) {
    return new ActiveRule(
        rule.action(),
        rule.ipVersion(),
        rule.protocol(),
        rule.notProtocol(),
        rule.icmp(),
        rule.notIcmp(),
        scan(rule.source(), found),
        scan(rule.destination(), found));
  }

  private static ActiveRule.Side scan(Rule.Entity side, Map<String, Criterion> found) {
    return new ActiveRule.Side(
        side.net(),
        side.notNet(),
        ipSetIds(side.tag(), side.selector(), found),
        ipSetIds(side.notTag(), side.notSelector(), found),
        side.ports(),
        side.notPorts());
  }

  /// Empty text asks for nothing, as if it were absent.
  private static List<String> ipSetIds(
      @Nullable String tag, @Nullable String selector, Map<String, Criterion> found) {
    List<Criterion> criteria = new ArrayList<>(2);
    if (tag != null && !tag.isEmpty()) {
      criteria.add(new Criterion.ByTag(tag));
    }
    if (selector != null && !selector.isEmpty()) {
      criteria.add(new Criterion.BySelector(Selector.parse(selector)));
    }
    criteria.forEach(criterion -> found.put(criterion.ipSetId(), criterion));
    return criteria.stream().map(Criterion::ipSetId).toList();
  }
}
