package io.margay.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/// Flows between the workloads of the tenant network and from outside, a packet each every
/// millisecond, which say exactly what was lost that policy allows, and what came through that it
/// denies.
///
/// The policy that goes with it allows [#ALLOWED_PORT] between workloads and nothing else.
final class Traffic implements AutoCloseable {

  static final int ALLOWED_PORT = 7001;
  static final int DENIED_PORT = 7002;

  /// UDP to the allowed port from the namespace's own workloads; anything out.
  static final String POLICY =
      """
      apiVersion: v1
      kind: policy
      metadata: {name: namespace-default}
      spec:
        selector: namespace == 'default'
        ingress:
        - {action: allow, protocol: udp, source: {selector: namespace == 'default'},
           destination: {ports: [7001]}}
        egress: [{action: allow}]
      """;

  private static final String WORKLOAD_GATEWAY = "ee:ee:ee:ee:ee:ee";

  private final Map<String, Probe> probes = new TreeMap<>();
  private int phase;

  /// @param from where its packets come from
  /// @param to the place that sees them if they come through
  private record Flow(
      int number, String from, String to, int port, boolean oneConnection, boolean allowed) {}

  private static final List<Flow> FLOWS =
      List.of(
          // Within a host.
          new Flow(1, "slave1-frontend1", "slave1-frontend2", ALLOWED_PORT, false, true),
          new Flow(2, "slave1-frontend2", "slave1-frontend1", ALLOWED_PORT, true, true),
          new Flow(3, "slave1-frontend1", "slave1-frontend2", DENIED_PORT, false, false),
          // Across hosts, in both directions.
          new Flow(4, "slave1-frontend1", "slave2-database", ALLOWED_PORT, false, true),
          new Flow(5, "slave1-frontend2", "slave2-database", ALLOWED_PORT, true, true),
          new Flow(6, "slave2-database", "slave1-frontend1", ALLOWED_PORT, false, true),
          new Flow(7, "slave2-database", "slave1-frontend2", ALLOWED_PORT, true, true),
          new Flow(8, "slave1-frontend1", "slave2-database", DENIED_PORT, false, false),
          new Flow(9, "slave2-database", "slave1-frontend1", DENIED_PORT, false, false),
          // From outside.
          new Flow(10, "outside", "slave1-frontend1", ALLOWED_PORT, false, false),
          new Flow(11, "outside", "slave2-database", ALLOWED_PORT, false, false));

  private static final class Probe {
    final Process process;
    final BufferedReader answers;
    final Map<Integer, Integer> firstMissing = new TreeMap<>();

    Probe(Process process) {
      this.process = process;
      this.answers =
          new BufferedReader(
              new InputStreamReader(process.getInputStream(), StandardCharsets.US_ASCII));
    }

    synchronized Map<Integer, Integer> ask(String question) {
      try {
        OutputStream in = process.getOutputStream();
        in.write((question + "\n").getBytes(StandardCharsets.US_ASCII));
        in.flush();
        String line = answers.readLine();
        if (line == null) {
          throw new LabException("a probe has ended: " + process.info());
        }
        Map<Integer, Integer> counts = new TreeMap<>();
        for (String word : line.strip().split(" ")) {
          if (!word.isEmpty()) {
            String[] pair = word.split("=");
            int missing = pair[1].indexOf(':');
            int end = missing < 0 ? pair[1].length() : missing;
            counts.put(Integer.valueOf(pair[0]), Integer.valueOf(pair[1].substring(0, end)));
            if (missing >= 0) {
              firstMissing.put(
                  Integer.valueOf(pair[0]), Integer.valueOf(pair[1].substring(missing + 1)));
            }
          }
        }
        return counts;
      } catch (IOException e) {
        throw new LabException("a probe does not answer", e);
      }
    }
  }

  /// Starts it and waits until packets of every flow come through that are allowed to.
  static Traffic start(SeedLab lab) {
    Traffic traffic = new Traffic();
    // Packets that each begin a connection must not fill the table of connections.
    for (String node : List.of("slave1", "slave2")) {
      lab.in(node, "sysctl", "-qw", "net.netfilter.nf_conntrack_udp_timeout=1");
    }
    // The LAN's interface has the name that the probe sends on.
    lab.in("outside", "ip", "link", "set", "eth1", "down");
    lab.in("outside", "ip", "link", "set", "eth1", "name", "eth0");
    lab.in("outside", "ip", "link", "set", "eth0", "up");
    for (String from : new TreeSet<>(FLOWS.stream().map(Flow::from).toList())) {
      List<String> words = new ArrayList<>(JavaProgram.words(FlowProbe.class));
      words.add(address(lab, from));
      words.add(lab.in(from, "cat", "/sys/class/net/eth0/address").strip());
      FLOWS.stream()
          .filter(flow -> flow.from.equals(from))
          .forEach(flow -> {
            String target = address(lab, flow.to);
            String kind = flow.oneConnection ? "one" : "new";
            words.add(
                flow.number
                    + ","
                    + target
                    + ","
                    + flow.port
                    + ","
                    + kind
                    + ","
                    + nextHop(lab, flow));
          });
      try {
        traffic.probes.put(
            from,
            new Probe(
                new ProcessBuilder(lab.lab.holder().enter(from, words))
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start()));
      } catch (IOException e) {
        throw new LabException("cannot start a probe", e);
      }
    }
    SeedLab.awaitThat(traffic::flows, () -> "allowed flows come through: " + traffic.count(0));
    return traffic;
  }

  private static String address(SeedLab lab, String place) {
    return lab.lab.topology().workloads().stream()
        .filter(workload -> workload.name().equals(place))
        .map(workload -> workload.address().toString())
        .findFirst()
        .orElse("192.168.40.10");
  }

  private static String nextHop(SeedLab lab, Flow flow) {
    return flow.from.equals("outside")
        ? lab.in(flow.to.split("-")[0], "cat", "/sys/class/net/eth1/address").strip()
        : WORKLOAD_GATEWAY;
  }

  private boolean flows() {
    Map<Integer, Integer> received = count(0);
    return FLOWS.stream()
        .filter(Flow::allowed)
        .allMatch(flow -> received.getOrDefault(flow.number, 0) > 10);
  }

  private Map<Integer, Integer> count(int ofPhase) {
    Map<Integer, Integer> counts = new TreeMap<>();
    probes.values().forEach(probe -> counts.putAll(probe.ask("received " + ofPhase)));
    return counts;
  }

  private Map<Integer, Integer> nextPhase() {
    phase++;
    Map<Integer, Integer> sent = new TreeMap<>();
    probes.values().forEach(probe -> sent.putAll(probe.ask("phase " + phase)));
    return sent;
  }

  /// What happens while packets are counted.
  interface Body {
    void run() throws IOException;
  }

  /// Does something, and fails unless all packets came through meanwhile that policy allows, and
  /// none that it denies.
  ///
  /// @return how many were counted
  int isUntouchedBy(String what, Body body) throws IOException {
    nextPhase();
    int counted = phase;
    body.run();
    Map<Integer, Integer> sent = nextPhase();
    SeedLab.awaitEither(() -> verdict(what, sent, count(counted)).isEmpty());
    assertThat(verdict(what, sent, count(counted))).isEmpty();
    int total = sent.values().stream().mapToInt(Integer::intValue).sum();
    assertThat(total).as("packets sent during " + what).isGreaterThan(100);
    return total;
  }

  private List<String> verdict(
      String what, Map<Integer, Integer> sent, Map<Integer, Integer> received) {
    List<String> wrong = new ArrayList<>();
    for (Flow flow : FLOWS) {
      int out = sent.get(flow.number);
      int in = received.getOrDefault(flow.number, 0);
      if (flow.allowed ? in != out : in != 0) {
        int missing = probes.get(flow.to).firstMissing.getOrDefault(flow.number, 0);
        wrong.add(
            "%s: %d of %d packets of %s, first missing %d".formatted(what, in, out, flow, missing));
      }
    }
    return wrong;
  }

  @Override
  public void close() {
    for (Probe probe : probes.values()) {
      probe.process.descendants().forEach(ProcessHandle::destroyForcibly);
      probe.process.destroyForcibly();
    }
  }
}
