package io.margay.lab;

import io.margay.datastore.Datastore;
import io.margay.datastore.DatastoreConfig;
import io.margay.datastore.Datastores;
import io.margay.datastore.Key;
import io.margay.model.Labels;
import io.margay.model.Resource;
import io.margay.model.ResourceKey.WorkloadEndpointKey;
import io.margay.model.WorkloadEndpoint;
import io.margay.net.IpAddress;
import io.margay.net.IpPrefix;
import io.margay.net.MacAddress;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;

/// Creates endpoints by the thousand under packets that flow already, to and from each, and looks
/// which come through. Prints a line with the counts.
///
/// It is all of the world around one router: it holds the other ends of the interfaces, sends and
/// receives whole frames there, and writes the endpoints to the datastore. Every second batch has
/// its endpoints in the datastore before its interfaces exist. Names of interfaces are used again
/// and again, with other addresses.
public final class NewInterfaces {

  static final String ROUTER_MAC = "ee:ee:ee:ee:ee:ee";
  static final String WORLD_MAC = "02:00:00:00:00:02";
  static final String PEER = "10.77.0.1";

  private static final int BATCH = 25;
  private static final int ROUNDS_BEFORE = 20;
  private static final int ROUNDS_AFTER = 20;
  private static final long LIMIT_NANOS = 60_000_000_000L;
  private static final long PERIOD_NANOS = 1_000_000;

  private static final int ALLOWED_IN = 0;
  private static final int ALLOWED_OUT = 1;
  private static final int DENIED_IN = 2;
  private static final int DENIED_OUT = 3;
  private static final int KINDS = 4;

  private final PacketSocket socket = new PacketSocket();
  private final Datastore datastore;
  private final String node;
  private final MacAddress lanMac;
  private final List<BitSet> seen = IntStream.range(0, KINDS).mapToObj(_ -> new BitSet()).toList();
  private final BitSet early = new BitSet();
  private final BitSet written = new BitSet();
  private final Set<Integer> linked = new HashSet<>();
  private long sent;
  private int sequence;

  private NewInterfaces(Datastore datastore, String node, MacAddress lanMac) throws IOException {
    this.datastore = datastore;
    this.node = node;
    this.lanMac = lanMac;
  }

  /// @param arguments datastore file, node, MAC address of the router's LAN interface, how many;
  ///   with another one it creates one after the other and measures how long each takes
  public static void main(String[] arguments) throws IOException {
    int endpoints = Integer.parseInt(arguments[3]);
    try (Datastore datastore =
        Datastores.open(new DatastoreConfig.Embedded(Path.of(arguments[0])))) {
      NewInterfaces it = new NewInterfaces(datastore, arguments[1], MacAddress.parse(arguments[2]));
      if (arguments.length > 4) {
        it.oneByOne(endpoints);
        return;
      }
      for (int first = 0; first < endpoints; first += BATCH) {
        it.batch(first, "new", first / BATCH % 2 == 0);
      }
      int violations =
          it.early.cardinality()
              + it.seen.get(DENIED_IN).cardinality()
              + it.seen.get(DENIED_OUT).cardinality();
      it.batch(endpoints, "open", true);
      System.out.printf(
          Locale.ROOT,
          "endpoints=%d packets=%d early=%d denied=%d control=%d%n",
          endpoints,
          it.sent,
          it.early.cardinality(),
          violations - it.early.cardinality(),
          Math.min(it.seen.get(DENIED_IN).cardinality(), it.seen.get(DENIED_OUT).cardinality()));
    }
  }

  /// The time from an endpoint written to the first packet that comes through to it, sent every
  /// fifth of a millisecond; the interface is there before. Its first third is not counted.
  private void oneByOne(int endpoints) throws IOException {
    List<Integer> slots = IntStream.range(0, BATCH).boxed().toList();
    link(slots);
    double[] millis = new double[endpoints - endpoints / 3];
    double[] writing = new double[millis.length];
    for (int number = 0; number < endpoints; number++) {
      long start = System.nanoTime();
      datastore.apply(new Key.ForResource(key(number)), endpoint(number, "new"));
      long written = System.nanoTime();
      while (!seen.get(ALLOWED_IN).get(number)) {
        if (System.nanoTime() - start > LIMIT_NANOS) {
          throw new IllegalStateException("endpoint " + number + " is not reachable");
        }
        send(number, ALLOWED_IN);
        drain();
        LockSupport.parkNanos(PERIOD_NANOS / 5);
      }
      int counted = number - endpoints / 3;
      if (counted >= 0) {
        millis[counted] = (System.nanoTime() - start) / 1e6;
        writing[counted] = (written - start) / 1e6;
      }
      // Between changes a node has time.
      LockSupport.parkNanos(100 * PERIOD_NANOS);
      if (number >= BATCH / 2) {
        delete(List.of(number - BATCH / 2));
        LockSupport.parkNanos(100 * PERIOD_NANOS);
      }
    }
    Arrays.sort(millis);
    Arrays.sort(writing);
    System.out.printf(
        Locale.ROOT,
        "endpoint written to first packet through, %d times: p50 %.1f ms, p90 %.1f ms, p99 %.1f ms, most %.1f ms; of which the datastore's commit: p50 %.1f ms%n",
        millis.length,
        Percentile.of(millis, 50),
        Percentile.of(millis, 90),
        Percentile.of(millis, 99),
        Percentile.of(millis, 100),
        Percentile.of(writing, 50));
  }

  /// @param kind label of the endpoints: policy denies a port to `new` ones, and nothing to `open`
  private void batch(int first, String kind, boolean interfacesFirst) throws IOException {
    List<Integer> numbers = IntStream.range(first, first + BATCH).boxed().toList();
    if (interfacesFirst) {
      link(numbers);
      rounds(numbers, ROUNDS_BEFORE);
    }
    for (int number : numbers) {
      written.set(number);
      datastore.apply(new Key.ForResource(key(number)), endpoint(number, kind));
      rounds(numbers, 1);
    }
    if (!interfacesFirst) {
      link(numbers);
    }
    long deadline = System.nanoTime() + LIMIT_NANOS;
    while (!reachable(numbers)) {
      if (System.nanoTime() > deadline) {
        throw new IllegalStateException("not every endpoint of " + numbers + " is reachable");
      }
      rounds(numbers, 1);
    }
    rounds(numbers, ROUNDS_AFTER);
    if (interfacesFirst) {
      delete(numbers);
      rounds(numbers, 1);
      unlink(numbers);
    } else {
      unlink(numbers);
      delete(numbers);
    }
  }

  private boolean reachable(List<Integer> numbers) {
    return numbers.stream()
        .allMatch(number -> seen.get(ALLOWED_IN).get(number) && seen.get(ALLOWED_OUT).get(number));
  }

  private void delete(List<Integer> numbers) {
    numbers.forEach(number -> datastore.delete(new Key.ForResource(key(number)), null));
  }

  private void link(List<Integer> numbers) {
    StringBuilder there = new StringBuilder();
    StringBuilder here = new StringBuilder();
    for (int number : numbers) {
      int slot = number % BATCH;
      there.append(
          "link add cali%1$d address %2$s type veth peer name p%1$d address %3$s netns world\n"
              .formatted(slot, ROUTER_MAC, macOf(slot)));
      there.append("link set cali%d up%n".formatted(slot));
      here.append("link set p%d up%n".formatted(slot));
    }
    ip("-n " + node, there);
    ip("", here);
    linked.addAll(numbers);
  }

  private void unlink(List<Integer> numbers) {
    numbers.forEach(linked::remove);
    StringBuilder there = new StringBuilder();
    numbers.forEach(number -> there.append("link del cali%d%n".formatted(number % BATCH)));
    ip("-n " + node, there);
  }

  private static void ip(String options, CharSequence batch) {
    Command.run(List.of("sh", "-c", "ip " + options + " -batch -"), batch.toString())
        .orThrow("ip -batch");
  }

  /// A packet of each flow every millisecond.
  private void rounds(List<Integer> numbers, int count) throws IOException {
    for (int i = 0; i < count; i++) {
      long next = System.nanoTime() + PERIOD_NANOS;
      for (int number : numbers) {
        if (linked.contains(number)) {
          send(number);
        }
      }
      sequence++;
      drain();
      LockSupport.parkNanos(next - System.nanoTime());
    }
  }

  private void send(int number) throws IOException {
    for (int kind = 0; kind < KINDS; kind++) {
      send(number, kind);
    }
  }

  private void send(int number, int kind) throws IOException {
    int slot = number % BATCH;
    IpAddress peer = IpAddress.parse(PEER);
    int port = kind == ALLOWED_IN || kind == ALLOWED_OUT ? 7001 : 7002;
    boolean in = kind == ALLOWED_IN || kind == DENIED_IN;
    ProbeFrame.Ends ends =
        in
            ? new ProbeFrame.Ends(MacAddress.parse(WORLD_MAC), lanMac, peer, address(number), port)
            : new ProbeFrame.Ends(
                macOf(slot), MacAddress.parse(ROUTER_MAC), address(number), peer, port);
    byte[] frame = new ProbeFrame(kind, number, sequence).bytes(ends, 9000 + kind);
    socket.send(in ? "src0" : "p" + slot, frame);
    sent++;
  }

  private void drain() {
    Optional<ByteBuffer> bytes = socket.receive();
    while (bytes.isPresent()) {
      ProbeFrame.parse(bytes.get())
          .ifPresent(frame -> {
            seen.get(frame.flow()).set(frame.phase());
            if (!written.get(frame.phase())) {
              early.set(frame.phase());
            }
          });
      bytes = socket.receive();
    }
  }

  private static IpAddress address(int number) {
    return IpAddress.parse("10.66." + (number >> 8) + "." + (number & 0xff));
  }

  private static MacAddress macOf(int slot) {
    return MacAddress.parse("02:00:00:00:01:%02x".formatted(slot));
  }

  private WorkloadEndpointKey key(int number) {
    return new WorkloadEndpointKey(node, "lab", "new-" + number, "eth0");
  }

  private Resource endpoint(int number, String kind) {
    int slot = number % BATCH;
    return new WorkloadEndpoint(
        new WorkloadEndpoint.Metadata(
            "eth0", "new-" + number, "lab", node, Labels.copyOf(Map.of("kind", kind))),
        new WorkloadEndpoint.Spec(
            List.of(IpPrefix.parse(address(number).toString())),
            List.of(),
            null,
            null,
            List.of(),
            "cali" + slot,
            macOf(slot)));
  }
}
