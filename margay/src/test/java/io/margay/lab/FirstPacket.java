package io.margay.lab;

import io.margay.datastore.Datastore;
import io.margay.datastore.DatastoreConfig;
import io.margay.datastore.Datastores;
import io.margay.datastore.Key;
import io.margay.model.Labels;
import io.margay.model.Resource;
import io.margay.model.WorkloadEndpoint;
import io.margay.net.IpPrefix;
import io.margay.net.MacAddress;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// Measures the time from an endpoint written to the datastore to the first packet that goes to it
/// and back. Runs inside a workload's namespace, beside the one it writes.
///
/// It sends UDP to a closed port every millisecond; the answer, ICMP port unreachable, shows that a
/// packet got there and one came back. Between two measurements it deletes the endpoint and waits
/// until packets no longer pass.
public final class FirstPacket {

  private static final int CLOSED_PORT = 9;
  private static final long LIMIT_NANOS = 10_000_000_000L;

  private FirstPacket() {}

  /// @param arguments datastore file, node, interface, MAC address, address, how many times
  public static void main(String[] arguments) throws IOException {
    WorkloadEndpoint endpoint =
        endpoint(arguments[1], arguments[2], MacAddress.parse(arguments[3]), arguments[4]);
    int times = Integer.parseInt(arguments[5]);
    long[] nanos = new long[times];
    Key<Resource> key = new Key.ForResource(endpoint.key());
    try (Datastore datastore =
        Datastores.open(new DatastoreConfig.Embedded(Path.of(arguments[0])))) {
      for (int i = -5; i < times; i++) {
        if (datastore.get(key).isPresent()) {
          datastore.delete(key, null);
        }
        awaitReachable(arguments[4], false);
        long start = System.nanoTime();
        datastore.apply(key, endpoint);
        awaitReachable(arguments[4], true);
        if (i >= 0) {
          nanos[i] = System.nanoTime() - start;
        }
      }
    }
    Arrays.sort(nanos);
    System.out.printf(
        Locale.ROOT,
        "endpoint written to first packet through and back, %d times: p50 %.1f ms, p90 %.1f ms, p99"
            + " %.1f ms, max %.1f ms%n",
        times,
        nanos[times / 2] / 1e6,
        nanos[times * 9 / 10] / 1e6,
        nanos[times * 99 / 100] / 1e6,
        nanos[times - 1] / 1e6);
  }

  private static WorkloadEndpoint endpoint(
      String node, String interfaceName, MacAddress mac, String address) {
    return new WorkloadEndpoint(
        new WorkloadEndpoint.Metadata(
            "measured", "measured", "lab", node, Labels.copyOf(Map.of("namespace", "default"))),
        new WorkloadEndpoint.Spec(
            List.of(IpPrefix.parse(address)),
            List.of(),
            null,
            null,
            List.of(),
            interfaceName,
            mac));
  }

  /// Sends until an answer comes, or until none has come for a while.
  private static void awaitReachable(String address, boolean reachable) throws IOException {
    byte[] nothing = new byte[1];
    long deadline = System.nanoTime() + LIMIT_NANOS;
    int silent = 0;
    while (System.nanoTime() < deadline) {
      try (DatagramSocket socket = new DatagramSocket()) {
        socket.connect(new InetSocketAddress(address, CLOSED_PORT));
        socket.setSoTimeout(1);
        boolean answered = false;
        for (int i = 0; i < 4 && !answered; i++) {
          answered = answered(socket, nothing);
        }
        silent = answered ? 0 : silent + 1;
        if (answered == reachable && (reachable || silent > 20)) {
          return;
        }
      }
    }
    throw new IllegalStateException(
        address + " does not become " + (reachable ? "reachable" : "unreachable"));
  }

  private static boolean answered(DatagramSocket socket, byte[] data) throws IOException {
    try {
      socket.send(new DatagramPacket(data, data.length));
      socket.receive(new DatagramPacket(new byte[1], 1));
      return true;
    } catch (PortUnreachableException e) {
      return true;
    } catch (SocketTimeoutException | SocketException e) {
      return false;
    }
  }
}
