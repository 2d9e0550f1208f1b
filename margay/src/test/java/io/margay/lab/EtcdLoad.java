package io.margay.lab;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.options.WatchOption;
import io.margay.datastore.Datastore;
import io.margay.datastore.Datastore.Change;
import io.margay.datastore.DatastoreConfig;
import io.margay.datastore.DatastoreConfig.Etcd;
import io.margay.datastore.DatastoreException.Unavailable;
import io.margay.datastore.Datastores;
import io.margay.datastore.Key;
import io.margay.model.Labels;
import io.margay.model.Policy;
import io.margay.model.Resource;
import io.margay.model.Rule;
import io.margay.model.WorkloadEndpoint;
import io.margay.net.IpPrefix;
import io.margay.net.MacAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;

/// Puts load on the etcd of a lab, and measures how long a watch takes to tell of a write: ours,
/// and jetcd's as it is, in one process and of the same writes. Runs on a host of the lab.
public final class EtcdLoad {

  private static final int NODES = 250;
  private static final int AT_ONCE = 64;
  private static final MacAddress MAC = MacAddress.parse("ca:fe:1d:52:00:01");

  private EtcdLoad() {}

  /// @param arguments `fill` FILE ENDPOINTS POLICIES, or `write` FILE ENDPOINTS PER_SECOND SECONDS;
  ///   the file is a configuration of calicoctl
  public static void main(String[] arguments) {
    var config = DatastoreConfig.load(Path.of(arguments[1]), Map.of());
    int endpoints = Integer.parseInt(arguments[2]);
    int number = Integer.parseInt(arguments[3]);
    try (var datastore = Datastores.open(config)) {
      if (arguments[0].equals("fill")) {
        fill(datastore, endpoints, number);
      } else {
        write(datastore, (Etcd) config, endpoints, number, Integer.parseInt(arguments[4]));
      }
    }
  }

  private static void fill(Datastore datastore, int endpoints, int policies) {
    long start = System.nanoTime();
    writeAll(datastore, IntStream.range(0, policies).mapToObj(EtcdLoad::policy).toList());
    writeAll(datastore, IntStream.range(0, endpoints).mapToObj(i -> endpoint(i, 0)).toList());
    System.out.printf(
        Locale.ROOT,
        "%d endpoints and %d policies written in %.1f s%n",
        endpoints,
        policies,
        (System.nanoTime() - start) / 1e9);
  }

  private static void writeAll(Datastore datastore, List<? extends Resource> resources) {
    var places = new Semaphore(AT_ONCE);
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (var resource : resources) {
        places.acquireUninterruptibly();
        threads.execute(() -> {
          try {
            var key = new Key.ForResource(resource.key());
            patiently(() -> datastore.apply(key, resource));
          } finally {
            places.release();
          }
        });
      }
    }
  }

  /// On a busy machine an answer may come late; applying twice is the same as applying once.
  private static void patiently(Runnable write) {
    long deadline = System.nanoTime() + 60_000_000_000L;
    while (true) {
      try {
        write.run();
        return;
      } catch (Unavailable e) {
        if (System.nanoTime() > deadline) {
          throw e;
        }
      }
    }
  }

  /// Endpoints of other nodes, of which every tenth carries the labels that policies ask for.
  private static WorkloadEndpoint endpoint(int i, long version) {
    return new WorkloadEndpoint(
        new WorkloadEndpoint.Metadata(
            "eth0",
            "w" + i,
            "k8s",
            "node" + i % NODES,
            Labels.copyOf(
                Map.of("role", i % 10 == 0 ? "app" + i % 100 : "other", "version", "v" + version))),
        new WorkloadEndpoint.Spec(
            List.of(IpPrefix.parse("10.%d.%d.%d/32".formatted(i >> 16, i >> 8 & 255, i & 255))),
            List.of(),
            null,
            null,
            List.of("web"),
            "cali" + i,
            MAC));
  }

  /// One in a hundred applies to the workloads of the lab, so that its peers make IP sets there.
  private static Policy policy(int i) {
    var peers =
        new Rule.Entity(
            null, null, "role == 'app" + i % 10 * 10 + "'", null, null, null, List.of(), List.of());
    return new Policy(
        new Policy.Metadata("load" + i),
        new Policy.Spec(
            1000.0 + i,
            i % 100 == 0 ? "namespace == 'default'" : "role == 'app" + i + "'",
            List.of(
                new Rule(Rule.Action.ALLOW, null, null, null, null, null, peers, Rule.Entity.ANY)),
            List.of(),
            false,
            List.of()));
  }

  private static void write(
      Datastore datastore, Etcd config, int endpoints, int perSecond, int seconds) {
    int count = perSecond * seconds;
    var starts = new long[count];
    var ours = new AtomicLongArray(count);
    var bare = new AtomicLongArray(count);
    long revision = datastore.apply(new Key.FelixSetting(null, "Load"), "" + System.nanoTime());
    try (var _ = datastore.watch(revision, new OurWatch(ours));
        var client = Client.builder().endpoints(config.endpoints().toArray(String[]::new)).build();
        var _ = bareWatch(client, revision + 1, bare)) {
      long start = System.nanoTime();
      writeAtRate(datastore, endpoints, perSecond, starts);
      double taken = (System.nanoTime() - start) / 1e9;
      await(ours, bare);
      System.out.printf(
          Locale.ROOT, "%d writes in %.1f s, %.0f a second%n", count, taken, count / taken);
      report("jetcd's watch", starts, bare);
      report("this watch", starts, ours);
    }
  }

  private static void writeAtRate(
      Datastore datastore, int endpoints, int perSecond, long[] starts) {
    var places = new Semaphore(AT_ONCE);
    long begin = System.nanoTime();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < starts.length; i++) {
        long due = begin + i * 1_000_000_000L / perSecond;
        for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
          LockSupport.parkNanos(left);
        }
        int number = i;
        var resource = endpoint((int) (i * 7919L % endpoints), number);
        places.acquireUninterruptibly();
        threads.execute(() -> {
          try {
            starts[number] = System.nanoTime();
            var key = new Key.ForResource(resource.key());
            patiently(() -> datastore.update(key, resource, null));
          } finally {
            places.release();
          }
        });
      }
    }
  }

  private static void await(AtomicLongArray ours, AtomicLongArray bare) {
    long deadline = System.nanoTime() + 60_000_000_000L;
    for (int i = 0; i < ours.length(); i++) {
      while (ours.get(i) == 0 || bare.get(i) == 0) {
        if (System.nanoTime() > deadline) {
          throw new IllegalStateException("write " + i + " was not told of within a minute");
        }
        LockSupport.parkNanos(1_000_000);
      }
    }
  }

  private record OurWatch(AtomicLongArray arrivals) implements Datastore.WatchListener {
    @Override
    public void onChanges(List<Change> changes) {
      long now = System.nanoTime();
      for (var change : changes) {
        if (change instanceof Change.Put(var entry)
            && entry.value() instanceof WorkloadEndpoint endpoint) {
          String version = endpoint.metadata().labels().getOrDefault("version", "v0");
          arrivals.set(Integer.parseInt(version.substring(1)), now);
        }
      }
    }

    @Override
    public void onLost(String reason) {
      throw new IllegalStateException("the watch is lost: " + reason);
    }
  }

  private static io.etcd.jetcd.Watch.Watcher bareWatch(
      Client client, long revision, AtomicLongArray arrivals) {
    var from = ByteSequence.from("/calico/", StandardCharsets.UTF_8);
    var end = ByteSequence.from("/calico0", StandardCharsets.UTF_8);
    var option = WatchOption.builder().withRange(end).withRevision(revision).build();
    String mark = "\"version\":\"v";
    return client
        .getWatchClient()
        .watch(
            from,
            option,
            response -> {
              long now = System.nanoTime();
              for (var event : response.getEvents()) {
                String text = event.getKeyValue().getValue().toString(StandardCharsets.UTF_8);
                int at = text.indexOf(mark);
                if (at >= 0) {
                  int number = at + mark.length();
                  arrivals.set(
                      Integer.parseInt(text.substring(number, text.indexOf('"', number))), now);
                }
              }
            });
  }

  private static void report(String what, long[] starts, AtomicLongArray arrivals) {
    long[] nanos = new long[starts.length];
    for (int i = 0; i < nanos.length; i++) {
      nanos[i] = arrivals.get(i) - starts[i];
    }
    Arrays.sort(nanos);
    System.out.printf(
        Locale.ROOT,
        "write begun to told by %s: p50 %.1f ms, p99 %.1f ms, max %.1f ms%n",
        what,
        nanos[nanos.length / 2] / 1e6,
        nanos[nanos.length * 99 / 100] / 1e6,
        nanos[nanos.length - 1] / 1e6);
  }
}
