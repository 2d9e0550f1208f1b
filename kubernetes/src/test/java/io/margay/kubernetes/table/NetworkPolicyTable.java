package io.margay.kubernetes.table;

import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.margay.net.IpAddress;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Network policies and who reaches whom under them: the resource `network-policies.txt`, which
/// says what its lines mean. For tests of the calculation, and of packets.
public record NetworkPolicyTable(List<Case> cases) {

  /// Where packets come from and go to.
  ///
  /// @param namespace empty for the one outside
  public record Place(String namespace, String name, IpAddress address) {
    public boolean isPod() {
      return !namespace.isEmpty();
    }

    @Override
    public String toString() {
      return isPod() ? namespace + "/" + name : name;
    }
  }

  public static final Place OUTSIDE = new Place("", "outside", IpAddress.parse("192.168.40.10"));

  /// All pods, and the one outside.
  public static final List<Place> PLACES = places();

  public static final List<String> NAMESPACES = List.of("x", "y", "z");

  /// Protocol and number of all that is tried.
  public record Port(String protocol, int number) {
    @Override
    public String toString() {
      return number + "/" + protocol;
    }
  }

  public static final List<Port> PORTS =
      List.of(new Port("tcp", 80), new Port("tcp", 81), new Port("udp", 80), new Port("udp", 81));

  /// A line that says what passes.
  private record Line(boolean allows, List<String> from, List<String> to, List<String> ports) {
    boolean speaksOf(Place source, Place target, Port port) {
      return names(from, source)
          && names(to, target)
          && (ports.isEmpty() || ports.contains(port.toString()));
    }

    private static boolean names(List<String> words, Place place) {
      return words.stream()
          .anyMatch(word ->
              word.equals("any")
                  || word.equals(place.toString())
                  || place.isPod()
                      && (word.equals(place.namespace() + "/*")
                          || word.equals("*/" + place.name())));
    }
  }

  /// Some policies.
  ///
  /// @param packets whether they are tried with packets too
  public record Case(
      String name, boolean packets, List<NetworkPolicy> policies, List<Object> expectations) {

    /// Whether a connection from one place to another is let through.
    public boolean allows(Place source, Place target, Port port) {
      boolean allowed = true;
      for (Object each : expectations) {
        if (each instanceof Line line && line.speaksOf(source, target, port)) {
          allowed = line.allows;
        }
      }
      return allowed;
    }

    @Override
    public String toString() {
      return name;
    }
  }

  private static List<Place> places() {
    List<Place> places = new ArrayList<>();
    for (int i = 1; i <= 3; i++) {
      for (int j = 1; j <= 3; j++) {
        places.add(
            new Place(
                "xyz".substring(i - 1, i),
                "abc".substring(j - 1, j),
                IpAddress.parse("172.16.1." + i + j)));
      }
    }
    places.add(OUTSIDE);
    return List.copyOf(places);
  }

  public static Namespace namespace(String name) {
    return new NamespaceBuilder()
        .withNewMetadata()
        .withName(name)
        .withLabels(Map.of("ns", name))
        .endMetadata()
        .build();
  }

  public static Pod pod(Place place) {
    int web = place.toString().equals("z/c") ? 81 : 80;
    return new PodBuilder()
        .withNewMetadata()
        .withNamespace(place.namespace())
        .withName(place.name())
        .withLabels(Map.of("pod", place.name()))
        .endMetadata()
        .withNewSpec()
        .addNewContainer()
        .withName("main")
        .addNewPort()
        .withName("web")
        .withContainerPort(web)
        .endPort()
        .addNewPort()
        .withName("dns")
        .withProtocol("UDP")
        .withContainerPort(80)
        .endPort()
        .endContainer()
        .endSpec()
        .build();
  }

  public static NetworkPolicyTable read() {
    try (InputStream in = NetworkPolicyTable.class.getResourceAsStream("network-policies.txt")) {
      if (in == null) {
        throw new IllegalStateException("the resource network-policies.txt is missing");
      }
      return parse(new String(in.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static NetworkPolicyTable parse(String text) {
    List<Case> cases = new ArrayList<>();
    List<String> lines = new ArrayList<>();
    for (String line : (text + "\ncase end").lines().map(String::strip).toList()) {
      if (line.startsWith("case ") && !lines.isEmpty()) {
        cases.add(parse(lines));
        lines.clear();
      }
      if (!line.isEmpty() && !line.startsWith("#")) {
        lines.add(line);
      }
    }
    return new NetworkPolicyTable(List.copyOf(cases));
  }

  private static Case parse(List<String> lines) {
    boolean packets = false;
    List<NetworkPolicy> policies = new ArrayList<>();
    List<Object> expectations = new ArrayList<>();
    for (String line : lines.subList(1, lines.size())) {
      String[] words = line.split(" +", 4);
      switch (words[0]) {
        case "packets" -> packets = true;
        case "policy" -> policies.add(policy(words[1], words[2], words[3]));
        case "allows", "denies" -> expectations.add(line(words[0].equals("allows"), line));
        default -> throw new IllegalArgumentException("not a line of a case: " + line);
      }
    }
    return new Case(
        lines.getFirst().substring("case ".length()),
        packets,
        List.copyOf(policies),
        List.copyOf(expectations));
  }

  private static Line line(boolean allows, String text) {
    String[] words = text.split(" +");
    if (words.length < 4 || !words[2].equals("->")) {
      throw new IllegalArgumentException("expected FROM -> TO [PORTS]: " + text);
    }
    Line line =
        new Line(
            allows,
            List.of(words[1].split(",")),
            List.of(words[3].split(",")),
            words.length < 5 ? List.of() : List.of(words[4].split(",")));
    if (line.ports.stream()
        .anyMatch(port -> PORTS.stream().noneMatch(each -> each.toString().equals(port)))) {
      throw new IllegalArgumentException("a port that is not tried: " + text);
    }
    return line;
  }

  private static NetworkPolicy policy(String namespace, String name, String spec) {
    return Serialization.unmarshal(
        """
        apiVersion: networking.k8s.io/v1
        kind: NetworkPolicy
        metadata: {namespace: %s, name: %s}
        spec: %s
        """
            .formatted(namespace, name, spec),
        NetworkPolicy.class);
  }
}
