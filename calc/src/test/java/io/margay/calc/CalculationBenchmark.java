package io.margay.calc;

import static io.margay.calc.Resources.allowFrom;
import static io.margay.calc.Resources.policy;
import static io.margay.calc.Resources.workload;

import io.margay.datastore.Key;
import io.margay.model.Resource;
import io.margay.model.ResourceKey.WorkloadEndpointKey;
import io.margay.net.Ipv4Address;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;

/// Loads a large cluster into a graph and then keeps changing endpoints, one flush for each change.
/// Not a test: run its `main` and read the numbers.
///
/// The cluster has namespaces of 200 endpoints in ten roles; four policies select roles in each
/// namespace and admit another role of it. Ten policies of the whole cluster have selectors that
/// can only be tried on everything. The node has 600 endpoints.
final class CalculationBenchmark {

  private static final int ENDPOINTS = 100_000;
  private static final int LOCAL_ENDPOINTS = 600;
  private static final int NAMESPACES = 500;
  private static final int POLICIES_PER_NAMESPACE = 4;
  private static final int CLUSTER_POLICIES = 10;
  private static final int ROLES = 10;
  private static final int UPDATES = 200_000;

  private final Random random = new Random(1);
  private final CalculationGraph graph = new CalculationGraph("local");
  private long updatesTold;

  private CalculationBenchmark() {}

  public static void main(String[] arguments) {
    long before = usedMemory();
    CalculationBenchmark benchmark = new CalculationBenchmark();
    benchmark.load();
    System.out.printf(Locale.ROOT, "heap: %,d KiB%n", (usedMemory() - before) / 1024);
    System.out.println(benchmark.graph.counts());
    benchmark.update("warm-up");
    benchmark.update("measured");
  }

  private void load() {
    long start = System.nanoTime();
    for (int i = 0; i < ENDPOINTS; i++) {
      put(endpoint(i));
    }
    for (int namespace = 0; namespace < NAMESPACES; namespace++) {
      for (int i = 0; i < POLICIES_PER_NAMESPACE; i++) {
        String inNamespace = "namespace == 'ns-" + namespace + "' && role == 'role-";
        put(
            policy(
                "policy-" + namespace + "-" + i,
                inNamespace + i + "'",
                allowFrom(inNamespace + (i + 1) + "'")));
      }
    }
    for (int i = 0; i < CLUSTER_POLICIES; i++) {
      put(
          policy(
              "cluster-" + i, "role != 'role-" + i + "'", allowFrom("!has(quarantine-" + i + ")")));
    }
    flush();
    System.out.printf(
        Locale.ROOT, "load and first flush: %,d ms%n", (System.nanoTime() - start) / 1_000_000);
  }

  private void update(String phase) {
    long[] nanos = new long[UPDATES];
    updatesTold = 0;
    long start = System.nanoTime();
    for (int i = 0; i < UPDATES; i++) {
      Resource endpoint = endpoint(random.nextInt(ENDPOINTS));
      long updateStart = System.nanoTime();
      put(endpoint);
      flush();
      nanos[i] = System.nanoTime() - updateStart;
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    Arrays.sort(nanos);
    System.out.printf(
        Locale.ROOT,
        "%s: %,.0f updates/s; update to delta p50 %,d us, p99 %,d us, max %,d us; %,d told%n",
        phase,
        UPDATES / seconds,
        nanos[UPDATES / 2] / 1000,
        nanos[UPDATES * 99 / 100] / 1000,
        nanos[UPDATES - 1] / 1000,
        updatesTold);
  }

  private void put(Resource resource) {
    graph.onUpdate(new Key.ForResource(resource.key()), resource);
  }

  private void flush() {
    graph.flush(_ -> updatesTold++);
  }

  /// An endpoint of its number's namespace, in a random role, with one of two addresses of its own.
  private Resource endpoint(int number) {
    String node = number % (ENDPOINTS / LOCAL_ENDPOINTS) == 0 ? "local" : "node-" + number % 1000;
    WorkloadEndpointKey key = new WorkloadEndpointKey(node, "k8s", "pod-" + number, "eth0");
    Map<String, String> labels =
        Map.of(
            "namespace", "ns-" + number % NAMESPACES,
            "role", "role-" + random.nextInt(ROLES),
            "name", "pod-" + number);
    int address = 0x0a000000 + 2 * number + random.nextInt(2);
    return workload(key, labels, List.of(), new Ipv4Address(address).toString());
  }

  private static long usedMemory() {
    System.gc();
    Runtime runtime = Runtime.getRuntime();
    return runtime.totalMemory() - runtime.freeMemory();
  }
}
