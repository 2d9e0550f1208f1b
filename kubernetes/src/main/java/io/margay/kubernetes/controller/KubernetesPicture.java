package io.margay.kubernetes.controller;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.margay.kubernetes.conversion.NamedPorts;
import io.margay.kubernetes.conversion.NamespaceConversion;
import io.margay.kubernetes.conversion.Naming;
import io.margay.kubernetes.conversion.NetworkPolicyConversion;
import io.margay.kubernetes.conversion.PodConversion;
import io.margay.kubernetes.conversion.PodConversion.NamedPort;
import io.margay.model.Profile;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What Kubernetes has, and what it makes desirable. Used on the controller's loop only.
final class KubernetesPicture implements NamedPorts {

  private final Naming naming;
  private final NamespaceConversion namespaceConversion;
  private final PodConversion podConversion;

  /// By the names that their policies have with us.
  private final Map<String, NetworkPolicy> policies = new HashMap<>();

  /// By the names of their profiles.
  private final Map<String, Namespace> namespaces = new HashMap<>();

  /// By the workloads of their endpoints.
  private final Map<String, Pod> pods = new HashMap<>();

  private final Set<String> nodes = new HashSet<>();

  /// How many pods call a number by a name: protocol and name, then number, then pods.
  private final Map<String, SortedMap<Integer, Integer>> namedPorts = new HashMap<>();

  KubernetesPicture(Naming naming) {
    this.naming = naming;
    this.namespaceConversion = new NamespaceConversion(naming);
    this.podConversion = new PodConversion(naming);
  }

  // ---- news; each says which name is to be looked at

  String put(NetworkPolicy policy) {
    String name = nameOf(policy);
    policies.put(name, policy);
    return name;
  }

  String remove(NetworkPolicy policy) {
    String name = nameOf(policy);
    policies.remove(name);
    return name;
  }

  String put(Namespace namespace) {
    String name = naming.profile(namespace.getMetadata().getName());
    namespaces.put(name, namespace);
    return name;
  }

  String remove(Namespace namespace) {
    String name = naming.profile(namespace.getMetadata().getName());
    namespaces.remove(name);
    return name;
  }

  /// @param namedPortsChanged whether policies that name ports may mean others now
  record PodNews(String workload, boolean namedPortsChanged) {}

  PodNews put(Pod pod) {
    String workload = workloadOf(pod);
    return news(workload, pods.put(workload, pod), pod);
  }

  PodNews remove(Pod pod) {
    String workload = workloadOf(pod);
    return news(workload, pods.remove(workload), null);
  }

  private PodNews news(String workload, @Nullable Pod before, @Nullable Pod now) {
    List<NamedPort> then = before == null ? List.of() : PodConversion.namedPorts(before);
    List<NamedPort> since = now == null ? List.of() : PodConversion.namedPorts(now);
    if (then.equals(since)) {
      return new PodNews(workload, false);
    }
    since.forEach(port -> count(port, 1));
    then.forEach(port -> count(port, -1));
    return new PodNews(workload, true);
  }

  private void count(NamedPort port, int difference) {
    SortedMap<Integer, Integer> numbers =
        namedPorts.computeIfAbsent(port.protocol() + "/" + port.name(), _ -> new TreeMap<>());
    numbers.merge(port.number(), difference, (a, b) -> a + b == 0 ? null : a + b);
  }

  void putNode(String node) {
    nodes.add(node);
  }

  void removeNode(String node) {
    nodes.remove(node);
  }

  // ---- what is

  boolean hasNodes() {
    return !nodes.isEmpty();
  }

  boolean hasNode(String node) {
    return nodes.contains(node);
  }

  @Nullable Pod pod(String workload) {
    return pods.get(workload);
  }

  @Nullable NetworkPolicy policy(String name) {
    return policies.get(name);
  }

  Set<String> policyNames() {
    return Collections.unmodifiableSet(policies.keySet());
  }

  Set<String> profileNames() {
    return Collections.unmodifiableSet(namespaces.keySet());
  }

  // ---- what is desirable

  @Nullable Profile profile(String name) {
    Namespace namespace = namespaces.get(name);
    return namespace == null ? null : namespaceConversion.convert(namespace);
  }

  SortedMap<String, String> labels(Pod pod) {
    return podConversion.labels(pod);
  }

  NetworkPolicyConversion policyConversion() {
    return new NetworkPolicyConversion(naming, this);
  }

  @Override
  public SortedSet<Integer> numbers(String protocol, String name) {
    SortedMap<Integer, Integer> numbers = namedPorts.get(protocol + "/" + name);
    return numbers == null
        ? Collections.emptySortedSet()
        : Collections.unmodifiableSortedSet(
            ((TreeMap<Integer, Integer>) numbers).navigableKeySet());
  }

  private String nameOf(NetworkPolicy policy) {
    return naming.policy(policy.getMetadata().getNamespace(), policy.getMetadata().getName());
  }

  private String workloadOf(Pod pod) {
    return naming.workload(pod.getMetadata().getNamespace(), pod.getMetadata().getName());
  }

  /// `NAMESPACE/NAME`, as users of Kubernetes call it.
  static String described(HasMetadata object) {
    return object.getMetadata().getNamespace() + "/" + object.getMetadata().getName();
  }
}
