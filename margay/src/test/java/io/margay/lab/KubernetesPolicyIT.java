package io.margay.lab;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.cluster.ResourceWriter;
import io.margay.datastore.Datastore;
import io.margay.kubernetes.conversion.InconvertibleException;
import io.margay.kubernetes.conversion.NamespaceConversion;
import io.margay.kubernetes.conversion.Naming;
import io.margay.kubernetes.conversion.NetworkPolicyConversion;
import io.margay.kubernetes.conversion.PodConversion;
import io.margay.kubernetes.table.NetworkPolicyTable;
import io.margay.kubernetes.table.NetworkPolicyTable.Case;
import io.margay.kubernetes.table.NetworkPolicyTable.Place;
import io.margay.kubernetes.table.NetworkPolicyTable.Port;
import io.margay.lab.Probe.Outcome;
import io.margay.lab.Topology.Host;
import io.margay.lab.Topology.Workload;
import io.margay.model.Labels;
import io.margay.model.Policy;
import io.margay.model.WorkloadEndpoint;
import io.margay.net.IpAddress;
import io.margay.net.IpPrefix;
import io.margay.net.MacAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/// Network policies of Kubernetes by real packets: some cases of the table that the calculation is
/// tested with ([NetworkPolicyTable]), on two nodes.
///
/// ```
///   ==+==============+==============+==  192.168.40.0/24
///     | .11          | .12          | .10
///   node1          node2         outside
///    x/a x/b x/c    y/a y/b y/c            172.16.1.0/24
///    z/a z/b z/c
/// ```
class KubernetesPolicyIT {

  private static final Naming NAMING = Naming.CALICO_2;

  private static final Topology TOPOLOGY =
      new Topology(
          "kubernetes",
          "three namespaces of three pods",
          List.of(
              new Host("node1", IpPrefix.parse("192.168.40.11/24"), true, Map.of()),
              new Host("node2", IpPrefix.parse("192.168.40.12/24"), true, Map.of()),
              new Host(
                  "outside",
                  IpPrefix.parse("192.168.40.10/24"),
                  false,
                  Map.of(
                      IpPrefix.parse("172.16.1.0/24"), IpAddress.parse("192.168.40.11"),
                      IpPrefix.parse("172.16.1.20/30"), IpAddress.parse("192.168.40.12")))),
          NetworkPolicyTable.PLACES.stream()
              .filter(Place::isPod)
              .map(place ->
                  new Workload(
                      name(place),
                      node(place),
                      device(place),
                      mac(place),
                      place.address(),
                      ports()))
              .toList(),
          Map.of("DefaultEndpointToHostAction", "RETURN", "MetadataAddr", "None"),
          List.of());

  private static String name(Place place) {
    return place.isPod() ? place.namespace() + "-" + place.name() : place.name();
  }

  private static String node(Place place) {
    return place.namespace().equals("y") ? "node2" : "node1";
  }

  private static String device(Place place) {
    return "cali" + place.namespace() + place.name();
  }

  private static MacAddress mac(Place place) {
    String number = place.address().toString();
    return MacAddress.parse("ca:fe:1d:52:bb:" + number.substring(number.length() - 2));
  }

  private static List<Integer> ports() {
    return NetworkPolicyTable.PORTS.stream()
        .filter(port -> port.protocol().equals("tcp"))
        .map(Port::number)
        .toList();
  }

  @Test
  void packetsPassAsTheReferenceSays() throws InconvertibleException {
    List<Case> cases = NetworkPolicyTable.read().cases().stream().filter(Case::packets).toList();
    assertThat(cases).hasSizeGreaterThan(4);
    try (SeedLab lab = SeedLab.up(TOPOLOGY);
        Datastore datastore = lab.openDatastore()) {
      ResourceWriter writer = new ResourceWriter(datastore);
      lab.applyText("{apiVersion: v1, kind: ipPool, metadata: {cidr: 172.16.1.0/24}}");
      for (String namespace : NetworkPolicyTable.NAMESPACES) {
        writer.apply(
            new NamespaceConversion(NAMING).convert(NetworkPolicyTable.namespace(namespace)));
      }
      NetworkPolicyTable.PLACES.stream()
          .filter(Place::isPod)
          .forEach(place -> writer.apply(endpoint(place)));
      lab.lab.awaitRoutes();
      for (Case each : cases) {
        List<Policy> policies = new ArrayList<>();
        for (var policy : each.policies()) {
          policies.add(
              new NetworkPolicyConversion(NAMING, (_, _) -> new TreeSet<>())
                  .convert(policy)
                  .policy());
        }
        policies.forEach(writer::apply);
        SeedLab.awaitThat(
            () -> surprises(lab, each).isEmpty(),
            () -> each + ": " + surprises(lab, each) + "; the agents said " + lab.agentOutput());
        policies.forEach(policy -> writer.delete(policy.key()));
      }
    }
  }

  /// Connections that did what they should not.
  private static List<String> surprises(SeedLab lab, Case policies) {
    Reachability reach = Reachability.probe(TOPOLOGY, lab.lab.holder());
    List<String> surprises = new ArrayList<>();
    for (Place source : NetworkPolicyTable.PLACES) {
      for (Place target : NetworkPolicyTable.PLACES) {
        for (Port port : NetworkPolicyTable.PORTS) {
          if (!source.equals(target) && target.isPod() && port.protocol().equals("tcp")) {
            Outcome outcome = reach.tcp(name(source), target.address(), port.number());
            Outcome expected =
                policies.allows(source, target, port) ? Outcome.REACHED : Outcome.SILENT;
            if (outcome != expected) {
              surprises.add("%s -> %s %s: %s".formatted(source, target, port, outcome));
            }
          }
        }
      }
    }
    return surprises;
  }

  private static WorkloadEndpoint endpoint(Place place) {
    return new WorkloadEndpoint(
        new WorkloadEndpoint.Metadata(
            "eth0",
            NAMING.workload(place.namespace(), place.name()),
            Naming.ORCHESTRATOR,
            node(place),
            Labels.copyOf(new PodConversion(NAMING).labels(NetworkPolicyTable.pod(place)))),
        new WorkloadEndpoint.Spec(
            List.of(place.address().toPrefix()),
            List.of(),
            null,
            null,
            List.of(NAMING.profile(place.namespace())),
            device(place),
            mac(place)));
  }
}
