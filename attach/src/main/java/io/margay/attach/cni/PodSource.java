package io.margay.attach.cni;

import java.util.Map;
import java.util.Optional;

/// What Kubernetes knows of pods and nodes. Calls block.
public interface PodSource {

  /// @param labels of the pod
  /// @param annotations of the pod
  record Pod(Map<String, String> labels, Map<String, String> annotations) {
    public Pod {
      labels = Map.copyOf(labels);
      annotations = Map.copyOf(annotations);
    }
  }

  /// @return empty if there is no such pod
  /// @throws io.margay.attach.AttachException if the API cannot be asked
  Optional<Pod> pod(KubernetesAccess access, String namespace, String name);

  /// The network that a node's pods have their addresses from.
  ///
  /// @return empty if there is no such node, or it has none
  /// @throws io.margay.attach.AttachException if the API cannot be asked
  Optional<String> podCidr(KubernetesAccess access, String node);
}
