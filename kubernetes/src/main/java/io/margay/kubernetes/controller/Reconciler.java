package io.margay.kubernetes.controller;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.margay.datastore.Datastore;
import io.margay.datastore.DatastoreException;
import io.margay.datastore.DatastoreException.DoesNotExist;
import io.margay.datastore.DatastoreException.UpdateConflict;
import io.margay.datastore.Key;
import io.margay.kubernetes.conversion.InconvertibleException;
import io.margay.kubernetes.conversion.Naming;
import io.margay.kubernetes.conversion.NetworkPolicyConversion;
import io.margay.kubernetes.conversion.NetworkPolicyConversion.Converted;
import io.margay.model.Policy;
import io.margay.model.Profile;
import io.margay.model.Resource;
import io.margay.model.ResourceKey;
import io.margay.model.ResourceKey.PolicyKey;
import io.margay.model.ResourceKey.ProfileKey;
import io.margay.model.ResourceKey.WorkloadEndpointKey;
import io.margay.model.WorkloadEndpoint;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Writes what differs between what Kubernetes makes desirable and what the datastore has. Used on
/// the controller's loop only; its writes block it.
final class Reconciler {

  private static final Logger log = LoggerFactory.getLogger(Reconciler.class);

  private final KubernetesPicture kubernetes;
  private final DatastorePicture stored;
  private final Datastore datastore;
  private final Naming naming;
  private final NetworkPolicyConversion conversion;

  private final Set<String> dirtyPolicies = new LinkedHashSet<>();
  private final Set<String> dirtyProfiles = new LinkedHashSet<>();
  private final Set<String> dirtyWorkloads = new LinkedHashSet<>();

  /// What was last said of a policy's problems, so that it is said once.
  private final Map<String, List<String>> complaints = new HashMap<>();

  Reconciler(
      KubernetesPicture kubernetes, DatastorePicture stored, Datastore datastore, Naming naming) {
    this.kubernetes = kubernetes;
    this.stored = stored;
    this.datastore = datastore;
    this.naming = naming;
    this.conversion = kubernetes.policyConversion();
  }

  void policyIsDirty(String name) {
    dirtyPolicies.add(name);
  }

  void everyPolicyIsDirty() {
    dirtyPolicies.addAll(kubernetes.policyNames());
  }

  void profileIsDirty(String name) {
    dirtyProfiles.add(name);
  }

  void workloadIsDirty(String workload) {
    dirtyWorkloads.add(workload);
  }

  void isDirty(ResourceKey key) {
    switch (key) {
      case PolicyKey(String name) -> dirtyPolicies.add(name);
      case ProfileKey(String name) -> dirtyProfiles.add(name);
      case WorkloadEndpointKey endpoint -> dirtyWorkloads.add(endpoint.workload());
      case ResourceKey _ -> {}
    }
  }

  /// All there is, on either side.
  void everythingIsDirty() {
    everyPolicyIsDirty();
    dirtyPolicies.addAll(stored.policies.keySet());
    dirtyProfiles.addAll(kubernetes.profileNames());
    dirtyProfiles.addAll(stored.profiles.keySet());
    dirtyWorkloads.addAll(stored.podEndpoints.keySet());
  }

  /// How many policies are not, or not wholly, in force as they were meant.
  int inconvertiblePolicies() {
    return complaints.size();
  }

  /// Whether something was written of which there is no news yet, or could not be written. It has
  /// to be looked at again: of a value that was made and removed by another at once there may be no
  /// news at all.
  boolean isUnsettled() {
    return !dirtyPolicies.isEmpty() || !dirtyProfiles.isEmpty() || !dirtyWorkloads.isEmpty();
  }

  /// Looks at everything dirty. What was written stays dirty until it is as it should be, and what
  /// could not be written too.
  ///
  /// @throws DatastoreException.Unavailable if the datastore cannot be asked
  void run() {
    Set<String> profiles = new HashSet<>(dirtyProfiles);
    for (String name : profiles) {
      if (isProfileRight(name)) {
        dirtyProfiles.remove(name);
      }
    }
    for (String name : List.copyOf(dirtyPolicies)) {
      if (isPolicyRight(name)) {
        dirtyPolicies.remove(name);
      }
    }
    for (String workload : List.copyOf(dirtyWorkloads)) {
      boolean right = true;
      for (WorkloadEndpointKey key : stored.podEndpoints.getOrDefault(workload, Set.of())) {
        right &= areLabelsRight(key, kubernetes.pod(workload));
      }
      if (right) {
        dirtyWorkloads.remove(workload);
      }
    }
  }

  // Each of these says whether there was nothing to write, and else writes.

  private boolean isProfileRight(String name) {
    Profile wanted = kubernetes.profile(name);
    Profile actual = stored.profiles.get(name);
    if (wanted != null) {
      return isRight(wanted, actual);
    }
    if (actual != null && naming.namespaceOfProfile(name).isPresent()) {
      delete(actual);
      return false;
    }
    return true;
  }

  private boolean isPolicyRight(String name) {
    Policy actual = stored.policies.get(name);
    NetworkPolicy source = kubernetes.policy(name);
    if (source == null) {
      complaints.remove(name);
      if (actual != null && conversion.isConverted(actual)) {
        delete(actual);
        return false;
      }
      return true;
    }
    Policy wanted = convert(name, source, actual);
    return wanted == null || isRight(wanted, actual);
  }

  /// A policy with a problem stays as it was before. One that is new is put in force without what
  /// cannot be expressed: its pods are isolated, which is the safe half of what was meant.
  private @Nullable Policy convert(String name, NetworkPolicy source, @Nullable Policy actual) {
    List<String> problems;
    Policy wanted;
    try {
      Converted converted = conversion.convert(source);
      problems = converted.problems();
      wanted = problems.isEmpty() || actual == null ? converted.policy() : null;
    } catch (InconvertibleException e) {
      problems = List.of(e.getMessage() == null ? "not readable" : e.getMessage());
      wanted = null;
    }
    if (problems.isEmpty()) {
      if (complaints.remove(name) != null) {
        log.info("NetworkPolicy {} is wholly in force now", KubernetesPicture.described(source));
      }
    } else if (!problems.equals(complaints.put(name, problems))) {
      log.warn(
          "NetworkPolicy {} cannot be expressed: {}. {} Change the policy to have all of it.",
          KubernetesPicture.described(source),
          String.join("; ", problems),
          wanted != null
              ? "The rest of it is in force, and its pods are isolated."
              : actual != null
                  ? "What was in force before stays in force."
                  : "None of it is in force.");
    }
    return wanted;
  }

  /// The endpoint belongs to the network plugin, which made it; only its labels follow the pod.
  private boolean areLabelsRight(WorkloadEndpointKey key, @Nullable Pod pod) {
    WorkloadEndpoint actual = stored.endpoints.get(key);
    if (pod == null || actual == null) {
      return true;
    }
    SortedMap<String, String> labels = kubernetes.labels(pod);
    if (labels.equals(actual.metadata().labels())) {
      return true;
    }
    Key<Resource> storedKey = new Key.ForResource(key);
    var entry = datastore.get(storedKey);
    if (entry.isPresent() && entry.get().value() instanceof WorkloadEndpoint now) {
      try {
        datastore.update(storedKey, withLabels(now, labels), entry.get().revision());
        log.info("{}: labels follow the pod", key.workload());
      } catch (UpdateConflict | DoesNotExist e) {
        // Its news is under way.
      }
    }
    return false;
  }

  private static WorkloadEndpoint withLabels(
      WorkloadEndpoint endpoint, SortedMap<String, String> labels) {
    WorkloadEndpoint.Metadata metadata = endpoint.metadata();
    return new WorkloadEndpoint(
        new WorkloadEndpoint.Metadata(
            metadata.name(), metadata.workload(), metadata.orchestrator(), metadata.node(), labels),
        endpoint.spec(),
        endpoint.state());
  }

  private boolean isRight(Resource wanted, @Nullable Resource actual) {
    if (wanted.equals(actual)) {
      return true;
    }
    datastore.apply(new Key.ForResource(wanted.key()), wanted);
    log.info("{} {}", actual == null ? "created" : "changed", wanted.key());
    return false;
  }

  private void delete(Resource actual) {
    try {
      datastore.delete(new Key.ForResource(actual.key()), null);
      log.info("deleted {}", actual.key());
    } catch (DoesNotExist e) {
      // Someone was faster.
    }
  }
}
