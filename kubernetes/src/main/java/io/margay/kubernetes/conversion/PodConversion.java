package io.margay.kubernetes.conversion;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.Pod;
import io.margay.model.Labels;
import io.margay.model.Names;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// What the endpoint of a pod takes from the pod.
public final class PodConversion {

  private final Naming naming;

  public PodConversion(Naming naming) {
    this.naming = naming;
  }

  /// A port that a container calls by a name.
  ///
  /// @param protocol in small letters
  public record NamedPort(String protocol, String name, int number) {}

  /// Whether the pod has an endpoint of its own, or may get one. One in the host's network has
  /// none, and one that has ended does not keep it.
  public static boolean hasEndpoint(Pod pod) {
    boolean inHostNetwork =
        pod.getSpec() != null && Boolean.TRUE.equals(pod.getSpec().getHostNetwork());
    String phase = pod.getStatus() == null ? null : pod.getStatus().getPhase();
    return !inHostNetwork && !"Succeeded".equals(phase) && !"Failed".equals(phase);
  }

  /// The node that the pod runs on; empty text if it has none yet.
  public static String node(Pod pod) {
    String node = pod.getSpec() == null ? null : pod.getSpec().getNodeName();
    return node == null ? "" : node;
  }

  /// The labels of the pod, its namespace, and its named ports. The latter two are ours: a pod
  /// cannot claim another namespace by a label of its own.
  public SortedMap<String, String> labels(Pod pod) {
    Map<String, String> labels = new TreeMap<>();
    Map<String, String> given = pod.getMetadata().getLabels();
    if (given != null) {
      given.forEach((key, value) -> {
        if (Names.isLabelKey(key) && Names.isLabelValue(value) && !isReserved(key)) {
          labels.put(key, value);
        }
      });
    }
    for (NamedPort port : namedPorts(pod)) {
      labels.put(naming.portLabel(port.protocol(), port.name()), String.valueOf(port.number()));
    }
    labels.put(naming.namespaceLabel(), pod.getMetadata().getNamespace());
    return Labels.copyOf(labels);
  }

  private boolean isReserved(String key) {
    return key.equals(naming.namespaceLabel())
        || key.startsWith(naming.portLabelPrefix())
        || key.startsWith(naming.namespaceLabel(""));
  }

  /// The named ports of all containers; of several with one name and protocol, the first.
  public static List<NamedPort> namedPorts(Pod pod) {
    List<NamedPort> ports = new ArrayList<>();
    if (pod.getSpec() == null) {
      return ports;
    }
    for (Container container : pod.getSpec().getContainers()) {
      for (ContainerPort port : container.getPorts()) {
        if (port.getName() != null && port.getContainerPort() != null) {
          String protocol =
              port.getProtocol() == null ? "tcp" : port.getProtocol().toLowerCase(Locale.ROOT);
          if (ports.stream()
              .noneMatch(
                  it -> it.name().equals(port.getName()) && it.protocol().equals(protocol))) {
            ports.add(new NamedPort(protocol, port.getName(), port.getContainerPort()));
          }
        }
      }
    }
    return ports;
  }
}
