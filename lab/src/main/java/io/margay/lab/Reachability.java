package io.margay.lab;

import static java.util.stream.Collectors.joining;

import io.margay.lab.Topology.Host;
import io.margay.lab.Topology.Workload;
import io.margay.net.IpAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Who reaches whom on what, found out by real packets.
///
/// @param outcomes by the place probed from, then by target (`icmp:ADDRESS`, `tcp:ADDRESS:PORT`)
record Reachability(Topology topology, Map<String, Map<String, Probe.Outcome>> outcomes) {

  /// Probes from every workload and every host without an agent to every workload, and from the
  /// workloads to those hosts.
  static Reachability probe(Topology topology, Holder holder) {
    List<String> sources =
        Stream.concat(
                topology.workloads().stream().map(Workload::name),
                outsiders(topology).map(Host::name))
            .toList();
    Map<String, Future<Map<String, Probe.Outcome>>> running = new LinkedHashMap<>();
    Map<String, Map<String, Probe.Outcome>> outcomes = new LinkedHashMap<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (String source : sources) {
        running.put(source, threads.submit(() -> probeFrom(topology, holder, source)));
      }
      for (Map.Entry<String, Future<Map<String, Probe.Outcome>>> entry : running.entrySet()) {
        outcomes.put(entry.getKey(), entry.getValue().get());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LabException("interrupted while probing", e);
    } catch (ExecutionException e) {
      throw new LabException("a probe failed: " + e.getMessage(), e);
    }
    return new Reachability(topology, outcomes);
  }

  private static Stream<Host> outsiders(Topology topology) {
    return topology.hosts().stream().filter(host -> !host.node());
  }

  private static Map<String, Probe.Outcome> probeFrom(
      Topology topology, Holder holder, String source) {
    List<String> command = new ArrayList<>(JavaProgram.words(Probe.class));
    for (Workload target : topology.workloads()) {
      if (!target.name().equals(source)) {
        command.add("icmp:" + target.address());
        target.ports().forEach(port -> command.add("tcp:" + target.address() + ":" + port));
      }
    }
    outsiders(topology)
        .filter(target -> !target.name().equals(source))
        .forEach(target -> command.add("icmp:" + target.address().address()));
    String output =
        Command.run(holder.enter(source, command), "").orThrow("probing from " + source);
    return output
        .lines()
        .map(line -> line.split(" ", 2))
        .filter(words -> words.length == 2)
        .collect(
            Collectors.toMap(
                words -> words[0],
                words -> Probe.Outcome.valueOf(words[1]),
                (first, _) -> first,
                LinkedHashMap::new));
  }

  Probe.Outcome icmp(String source, IpAddress target) {
    return outcome(source, "icmp:" + target);
  }

  Probe.Outcome tcp(String source, IpAddress target, int port) {
    return outcome(source, "tcp:" + target + ":" + port);
  }

  private Probe.Outcome outcome(String source, String target) {
    Probe.Outcome outcome = outcomes.getOrDefault(source, Map.of()).get(target);
    if (outcome == null) {
      throw new LabException("no probe went from " + source + " to " + target);
    }
    return outcome;
  }

  /// A table: a row for each source, a column for each target, what passes in the cells.
  String render(Style style) {
    List<Integer> ports =
        List.copyOf(
            topology.workloads().stream()
                .flatMap(workload -> workload.ports().stream())
                .collect(Collectors.toCollection(TreeSet::new)));
    List<String> heads = new ArrayList<>(List.of("FROM \\ TO"));
    topology.workloads().forEach(target -> heads.add(target.name()));
    outsiders(topology).forEach(target -> heads.add(target.name()));
    List<List<String>> rows = new ArrayList<>();
    for (String source : outcomes.keySet()) {
      List<String> row = new ArrayList<>(List.of(source));
      for (Workload target : topology.workloads()) {
        row.add(
            target.name().equals(source)
                ? ""
                : cell(source, target.address(), target.ports(), style));
      }
      outsiders(topology)
          .forEach(target ->
              row.add(
                  target.name().equals(source)
                      ? ""
                      : cell(source, target.address().address(), List.of(), style)));
      rows.add(row);
    }
    String legend =
        """

          %s: an ICMP echo is answered; %s: a TCP connection to that port opens; -: nothing comes back
        """
            .formatted(
                style.good("icmp"),
                ports.stream().map(port -> style.good(port.toString())).collect(joining(", ")));
    return TextTable.render(heads, rows) + legend;
  }

  private String cell(String source, IpAddress target, List<Integer> ports, Style style) {
    List<String> marks = new ArrayList<>();
    marks.add(mark("icmp", icmp(source, target), style));
    ports.forEach(
        port -> marks.add(mark(Integer.toString(port), tcp(source, target, port), style)));
    return String.join(" ", marks);
  }

  /// The name of what passes, or a dash of the same width.
  private static String mark(String name, Probe.Outcome outcome, Style style) {
    return switch (outcome) {
      case REACHED -> style.good(name);
      case REFUSED, SILENT -> style.bad("-") + " ".repeat(name.length() - 1);
    };
  }
}
