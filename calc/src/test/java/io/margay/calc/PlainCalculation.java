package io.margay.calc;

import io.margay.calc.output.ActiveRule;
import io.margay.calc.output.AskedPolicies;
import io.margay.calc.output.NodeUpdate.LocalHostEndpoint;
import io.margay.calc.output.NodeUpdate.LocalWorkload;
import io.margay.calc.output.RuleSet;
import io.margay.datastore.Key;
import io.margay.model.HostEndpoint;
import io.margay.model.Policy;
import io.margay.model.Profile;
import io.margay.model.Resource;
import io.margay.model.ResourceKey.HostEndpointKey;
import io.margay.model.ResourceKey.WorkloadEndpointKey;
import io.margay.model.Rule;
import io.margay.model.WorkloadEndpoint;
import io.margay.model.selector.Selector;
import io.margay.net.IpAddress;
import io.margay.net.IpPrefix;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;

/// What a node should hold, worked out from the whole state by trying everything on everything:
/// slow, without memory, and with nothing in common with the graph but the selector language.
final class PlainCalculation {

  private final String node;
  private final Map<String, Policy.Spec> policies = new TreeMap<>();
  private final Map<String, Profile> profiles = new HashMap<>();
  private final List<Resource> endpoints = new ArrayList<>();

  private final Map<String, Set<IpAddress>> ipSets = new HashMap<>();
  private final Map<String, RuleSet> activePolicies = new HashMap<>();
  private final Map<String, RuleSet> activeProfiles = new HashMap<>();
  private final Map<WorkloadEndpointKey, LocalWorkload> workloads = new HashMap<>();
  private final Map<HostEndpointKey, LocalHostEndpoint> hostEndpoints = new HashMap<>();

  private PlainCalculation(String node) {
    this.node = node;
  }

  /// @param values policies, profiles and endpoints, all of them usable
  static NodeState of(String node, Map<Key<?>, Resource> values) {
    PlainCalculation calculation = new PlainCalculation(node);
    calculation.sortOut(values.values());
    calculation.calculate();
    return new NodeState(
        calculation.ipSets,
        calculation.activePolicies,
        calculation.activeProfiles,
        calculation.workloads,
        calculation.hostEndpoints,
        Map.of(),
        Map.of(),
        Map.of());
  }

  private void sortOut(Collection<Resource> values) {
    for (Resource value : values) {
      if (value instanceof Policy policy) {
        policies.put(policy.key().name(), policy.spec());
      } else if (value instanceof Profile profile) {
        profiles.put(profile.key().name(), profile);
      } else {
        endpoints.add(value);
      }
    }
  }

  private void calculate() {
    for (Resource endpoint : endpoints) {
      if (endpoint instanceof WorkloadEndpoint workload && workload.key().node().equals(node)) {
        WorkloadEndpoint.Spec spec = workload.spec();
        workloads.put(
            workload.key(),
            new LocalWorkload(
                spec.interfaceName(),
                true,
                spec.mac(),
                spec.ipNetworks(),
                spec.ipNats(),
                asked(endpoint, policy -> !policy.doNotTrack()),
                spec.profiles(),
                spec.qosControls()));
        activate(endpoint);
      } else if (endpoint instanceof HostEndpoint host && host.key().node().equals(node)) {
        hostEndpoints.put(
            host.key(),
            new LocalHostEndpoint(
                host.spec().interfaceName(),
                host.spec().expectedIps(),
                asked(endpoint, policy -> !policy.doNotTrack()),
                asked(endpoint, Policy.Spec::doNotTrack),
                host.spec().profiles()));
        activate(endpoint);
      }
    }
  }

  private AskedPolicies asked(Resource endpoint, Predicate<Policy.Spec> wanted) {
    return new AskedPolicies(
        policiesOf(
            endpoint,
            wanted.and(
                it -> it.types().isEmpty() || it.types().contains(Policy.Direction.INGRESS))),
        policiesOf(
            endpoint,
            wanted.and(
                it -> it.types().isEmpty() || it.types().contains(Policy.Direction.EGRESS))));
  }

  private List<String> policiesOf(Resource endpoint, Predicate<Policy.Spec> wanted) {
    // The map is in the order of names, and the sort keeps that where orders are equal.
    return policies.entrySet().stream()
        .filter(policy -> wanted.test(policy.getValue()))
        .filter(policy -> selects(policy.getValue().selector(), endpoint))
        .sorted(
            Comparator.comparing(
                policy -> policy.getValue().order(),
                Comparator.nullsLast(Comparator.naturalOrder())))
        .map(Map.Entry::getKey)
        .toList();
  }

  private void activate(Resource endpoint) {
    policies.forEach((name, policy) -> {
      if (selects(policy.selector(), endpoint)) {
        activePolicies.put(
            name,
            new RuleSet(active(policy.ingress()), active(policy.egress()), policy.doNotTrack()));
      }
    });
    for (String name : profilesOf(endpoint)) {
      Profile profile = profiles.get(name);
      activeProfiles.put(
          name,
          profile == null
              ? Resources.DENY_ALL
              : new RuleSet(
                  active(profile.spec().ingress()), active(profile.spec().egress()), false));
    }
  }

  private List<ActiveRule> active(List<Rule> rules) {
    return rules.stream()
        .map(rule ->
            new ActiveRule(
                rule.action(),
                rule.ipVersion(),
                rule.protocol(),
                rule.notProtocol(),
                rule.icmp(),
                rule.notIcmp(),
                active(rule.source()),
                active(rule.destination())))
        .toList();
  }

  private ActiveRule.Side active(Rule.Entity side) {
    return new ActiveRule.Side(
        side.net(),
        side.notNet(),
        sets(side.tag(), side.selector()),
        sets(side.notTag(), side.notSelector()),
        side.ports(),
        side.notPorts());
  }

  private List<String> sets(String tag, String selector) {
    List<String> ids = new ArrayList<>();
    if (tag != null) {
      ids.add(Selector.uniqueId('t', tag));
      ipSets.put(ids.getLast(), addresses(endpoint -> hasTag(endpoint, tag)));
    }
    if (selector != null) {
      ids.add(Selector.parse(selector).uniqueId());
      ipSets.put(ids.getLast(), addresses(endpoint -> selects(selector, endpoint)));
    }
    return ids;
  }

  private Set<IpAddress> addresses(Predicate<Resource> wanted) {
    Set<IpAddress> addresses = new HashSet<>();
    for (Resource endpoint : endpoints) {
      if (!wanted.test(endpoint)) {
        continue;
      }
      if (endpoint instanceof WorkloadEndpoint workload) {
        workload.spec().ipNetworks().stream().map(IpPrefix::address).forEach(addresses::add);
      } else if (endpoint instanceof HostEndpoint host) {
        addresses.addAll(host.spec().expectedIps());
      }
    }
    return addresses;
  }

  private boolean hasTag(Resource endpoint, String tag) {
    return profilesOf(endpoint).stream()
        .map(profiles::get)
        .anyMatch(profile -> profile != null && profile.metadata().tags().contains(tag));
  }

  private boolean selects(String selector, Resource endpoint) {
    return Selector.parse(selector).matches(effectiveLabels(endpoint));
  }

  /// Own labels win; then a later profile over an earlier one; a tag is an empty label where there
  /// is no label of its name.
  private Map<String, String> effectiveLabels(Resource endpoint) {
    Map<String, String> tags = new HashMap<>();
    Map<String, String> labels = new LinkedHashMap<>();
    for (String name : profilesOf(endpoint)) {
      Profile profile = profiles.get(name);
      if (profile != null) {
        labels.putAll(profile.metadata().labels());
        profile.metadata().tags().forEach(tag -> tags.put(tag, ""));
      }
    }
    labels.putAll(
        endpoint instanceof WorkloadEndpoint workload
            ? workload.metadata().labels()
            : ((HostEndpoint) endpoint).metadata().labels());
    tags.putAll(labels);
    return tags;
  }

  private static List<String> profilesOf(Resource endpoint) {
    return endpoint instanceof WorkloadEndpoint workload
        ? workload.spec().profiles()
        : ((HostEndpoint) endpoint).spec().profiles();
  }
}
