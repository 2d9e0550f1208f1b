package io.margay.lab;

import io.margay.net.IpAddress;
import io.margay.net.MacAddress;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.DatagramSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;

/// Sends a packet of each of its flows every millisecond, counts exactly what comes in of those of
/// others, and answers on standard output what is asked on standard input, one line each:
///
/// - `phase N` begins a count; the answer is what was sent in the one before
/// - `received N` asks what came in of that count
///
/// An answer is `FLOW=PACKETS` for each flow, and of what was received
/// `FLOW=PACKETS:FIRST-MISSING`. A flow is either one connection, or each of its packets is the
/// first one of a connection of its own, for which policy is asked each time.
///
/// A program of its own, as it runs inside a workload's namespace. It uses packet(7), which has
/// room for seconds of traffic, so that what it did not see was not there.
public final class FlowProbe {

  private static final long PERIOD_NANOS = 1_000_000;
  private static final int FIRST_PORT = 10_000;
  private static final int PORTS = 50_000;

  private final PacketSocket socket = new PacketSocket();
  private final List<Flow> flows = new ArrayList<>();
  private final Map<Integer, Map<Integer, BitSet>> received = new TreeMap<>();
  private int phase;
  private int sequence;
  private int connection;

  private record Flow(int number, ProbeFrame.Ends ends, boolean oneConnection) {}

  private FlowProbe() throws IOException {}

  /// @param arguments own address, own MAC address, then flows
  ///   `NUMBER,ADDRESS,PORT,one|new,MAC-OF-NEXT-HOP`
  public static void main(String[] arguments) throws IOException {
    FlowProbe probe = new FlowProbe();
    IpAddress address = IpAddress.parse(arguments[0]);
    MacAddress mac = MacAddress.parse(arguments[1]);
    for (String argument : List.of(arguments).subList(2, arguments.length)) {
      String[] words = argument.split(",");
      ProbeFrame.Ends ends =
          new ProbeFrame.Ends(
              mac,
              MacAddress.parse(words[4]),
              address,
              IpAddress.parse(words[1]),
              Integer.parseInt(words[2]));
      probe.flows.add(new Flow(Integer.parseInt(words[0]), ends, words[3].equals("one")));
    }
    // So that the kernel does not answer that nobody is there.
    try (DatagramSocket allowed = new DatagramSocket(Traffic.ALLOWED_PORT);
        DatagramSocket denied = new DatagramSocket(Traffic.DENIED_PORT)) {
      probe.run(args(), allowed.isBound() && denied.isBound());
    }
  }

  private static BufferedReader args() {
    return new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
  }

  private void run(BufferedReader commands, boolean bound) throws IOException {
    long next = System.nanoTime();
    while (bound) {
      while (commands.ready()) {
        String line = commands.readLine();
        if (line == null) {
          return;
        }
        System.out.println(answer(line.split(" ")));
      }
      send();
      drain();
      // What was missed is not made up for: a burst would overflow the kernel's own queues.
      next = Math.max(next + PERIOD_NANOS, System.nanoTime());
      LockSupport.parkNanos(next - System.nanoTime());
    }
  }

  private String answer(String[] command) {
    int number = Integer.parseInt(command[1]);
    StringBuilder line = new StringBuilder();
    switch (command[0]) {
      case "phase" -> {
        flows.forEach(flow -> line.append(flow.number).append('=').append(sequence).append(' '));
        phase = number;
        sequence = 0;
      }
      case "received" ->
          received
              .getOrDefault(number, Map.of())
              .forEach((flow, seen) ->
                  line.append(flow)
                      .append('=')
                      .append(seen.cardinality())
                      .append(':')
                      .append(seen.nextClearBit(0))
                      .append(' '));
      default -> throw new IllegalArgumentException(String.join(" ", command));
    }
    return line.toString();
  }

  private void send() throws IOException {
    for (Flow flow : flows) {
      connection = (connection + 1) % PORTS;
      int port = flow.oneConnection ? FIRST_PORT - flow.number : FIRST_PORT + connection;
      byte[] bytes = new ProbeFrame(flow.number, phase, sequence).bytes(flow.ends, port);
      socket.send("eth0", bytes);
    }
    sequence++;
  }

  private void drain() {
    Optional<ByteBuffer> frame = socket.receive();
    while (frame.isPresent()) {
      ProbeFrame.parse(frame.get()).ifPresent(this::count);
      frame = socket.receive();
    }
  }

  private void count(ProbeFrame frame) {
    received
        .computeIfAbsent(frame.phase(), _ -> new TreeMap<>())
        .computeIfAbsent(frame.flow(), _ -> new BitSet())
        .set(frame.sequence());
  }
}
