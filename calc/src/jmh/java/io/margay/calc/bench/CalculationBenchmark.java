package io.margay.calc.bench;

import io.margay.calc.CalculationGraph;
import io.margay.datastore.Key;
import io.margay.model.Resource;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// Reads a cluster into a graph, and then changes one endpoint after the other: its role, and
/// whether it has the first or the second of its addresses. With the JVM options of the agent, but
/// for the size of the heap.
@Fork(
    value = 1,
    jvmArgs = {"-XX:+UseSerialGC", "-XX:+UseCompactObjectHeaders", "-Xms16m", "-Xmx3g",
      "-XX:MinHeapFreeRatio=20", "-XX:MaxHeapFreeRatio=40"})
public class CalculationBenchmark {

  /// What there is in the datastore.
  @State(Scope.Thread)
  public static class Population {
    @Param({"100000", "250000"})
    int endpoints;

    @Param({"2000", "10000"})
    int policies;

    final Random random = new Random(1);

    CalculationGraph load() {
      CalculationGraph graph = new CalculationGraph(Cluster.LOCAL);
      new Cluster(endpoints, policies).load(random, resource -> put(graph, resource));
      return graph;
    }

    static void put(CalculationGraph graph, Resource resource) {
      graph.onUpdate(new Key.ForResource(resource.key()), resource);
    }
  }

  /// A graph that has been told of all of it.
  @State(Scope.Thread)
  public static class Loaded {
    private CalculationGraph graph = new CalculationGraph(Cluster.LOCAL);
    private long told;

    @Setup(Level.Trial)
    public void load(Population population) {
      long before = usedMemory();
      graph = population.load();
      graph.flush(_ -> told++);
      System.out.printf(
          Locale.ROOT,
          "%nheap: %,d octets for each endpoint%n%s%n",
          (usedMemory() - before) / population.endpoints,
          graph.counts());
    }

    private static long usedMemory() {
      System.gc();
      Runtime runtime = Runtime.getRuntime();
      return runtime.totalMemory() - runtime.freeMemory();
    }
  }

  /// From nothing to the complete state of the node.
  @Benchmark
  @BenchmarkMode(Mode.SingleShotTime)
  @OutputTimeUnit(TimeUnit.MILLISECONDS)
  @Warmup(iterations = 1)
  @Measurement(iterations = 3)
  public long snapshot(Population population) {
    CalculationGraph graph = population.load();
    long[] told = new long[1];
    graph.flush(_ -> told[0]++);
    return told[0];
  }

  /// One endpoint changes, and what follows from it is told.
  @Benchmark
  @BenchmarkMode({Mode.Throughput, Mode.SampleTime})
  @OutputTimeUnit(TimeUnit.MILLISECONDS)
  @Warmup(iterations = 2, time = 3)
  @Measurement(iterations = 3, time = 5)
  public long update(Population population, Loaded loaded) {
    Cluster cluster = new Cluster(population.endpoints, population.policies);
    int number = population.random.nextInt(population.endpoints);
    Population.put(loaded.graph, cluster.endpoint(number, population.random));
    loaded.graph.flush(_ -> loaded.told++);
    return loaded.told;
  }
}
