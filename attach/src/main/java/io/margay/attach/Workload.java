package io.margay.attach;

import org.jspecify.annotations.Nullable;

/// What is attached.
///
/// @param orchestrator `cni` or `k8s`
/// @param id the workload as its endpoints name it: the container's id, or `namespace.pod`
/// @param container the container's id
/// @param hostName what the host's end of its veth is called
public record Workload(String orchestrator, String id, String container, String hostName) {

  /// The orchestrator of containers that belong to nothing else.
  public static final String CNI = "cni";

  public static final String KUBERNETES = "k8s";

  /// A container that belongs to nothing else.
  public static Workload container(String id) {
    return new Workload(CNI, id, id, InterfaceName.ofContainer(id));
  }

  /// A pod of Kubernetes, whose container may be replaced by another.
  public static Workload pod(String namespace, String name, String container) {
    return new Workload(
        KUBERNETES, namespace + "." + name, container, InterfaceName.ofPod(namespace, name));
  }

  /// Whether several containers may be this workload, one after the other.
  public boolean isPod() {
    return orchestrator.equals(KUBERNETES);
  }

  @Nullable String instance() {
    return isPod() ? container : null;
  }
}
