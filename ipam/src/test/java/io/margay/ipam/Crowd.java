package io.margay.ipam;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.datastore.Datastore;
import io.margay.datastore.DatastoreException;
import io.margay.datastore.Key;
import io.margay.datastore.Samples;
import io.margay.datastore.path.PathDatastore;
import io.margay.datastore.path.PathStore;
import io.margay.ipam.check.Finding;
import io.margay.ipam.check.IpamCheck;
import io.margay.ipam.check.IpamRepair;
import io.margay.ipam.check.UndoFile;
import io.margay.model.Node;
import io.margay.net.IpAddress;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;

/// Many allocators on several nodes, who take and give back addresses, and die now and then. Who
/// has which address is noted down beside the store, so that an address given to two is noticed at
/// once.
final class Crowd {

  private static final int NODES = 16;

  private final List<PathStore> stores;
  private final boolean transactions;
  private final double deathsPerCall;
  private final Map<IpAddress, String> holders = new ConcurrentHashMap<>();
  private final AtomicLong operations;
  private final AtomicInteger deaths = new AtomicInteger();
  private final AtomicInteger conflicts = new AtomicInteger();
  private final AtomicInteger refusals = new AtomicInteger();
  private final long seed;

  /// @param stores connections that the allocators share
  /// @param operations how many are to be done in all
  Crowd(
      List<PathStore> stores,
      boolean transactions,
      double deathsPerCall,
      long operations,
      long seed) {
    this.stores = stores;
    this.transactions = transactions;
    this.deathsPerCall = deathsPerCall;
    this.operations = new AtomicLong(operations);
    this.seed = seed;
  }

  /// How long calls took.
  ///
  /// @param assigns of one address, in ns, ascending
  record Times(long[] assigns, long[] releases, double seconds) {
    static double millis(long[] sorted, double quantile) {
      return sorted.length == 0
          ? 0
          : sorted[(int) Math.min(sorted.length - 1L, (long) (quantile * sorted.length))] / 1e6;
    }

    double perSecond() {
      return (assigns.length + releases.length) / seconds;
    }

    @Override
    public String toString() {
      return "%d asked (p50 %.1f ms, p99 %.1f ms), %d given back (p50 %.1f ms, p99 %.1f ms), %.0f operations/s"
          .formatted(
              assigns.length,
              millis(assigns, 0.5),
              millis(assigns, 0.99),
              releases.length,
              millis(releases, 0.5),
              millis(releases, 0.99),
              perSecond());
    }
  }

  /// Lets so many allocators work until all is done.
  Times work(int allocators) throws InterruptedException {
    List<Allocator> all = new ArrayList<>();
    for (int i = 0; i < allocators; i++) {
      all.add(new Allocator(i));
    }
    long start = System.nanoTime();
    try (var executor = Executors.newFixedThreadPool(allocators)) {
      for (Future<Void> done : executor.invokeAll(all)) {
        done.get();
      }
    } catch (ExecutionException e) {
      throw new AssertionError("with seed " + seed, e.getCause());
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    return new Times(
        all.stream().flatMapToLong(each -> each.assigns()).sorted().toArray(),
        all.stream().flatMapToLong(each -> each.releases()).sorted().toArray(),
        seconds);
  }

  int deaths() {
    return deaths.get();
  }

  /// How often there was no address to be had.
  int refusals() {
    return refusals.get();
  }

  int conflicts() {
    return conflicts.get();
  }

  private final class Allocator implements Callable<Void> {
    private final int number;
    private final String node;
    private final Random random;
    private final Ipam ipam;
    private final List<String> handles = new ArrayList<>();
    private final Map<String, List<IpAddress>> held = new TreeMap<>();
    private final List<Long> assigns = new ArrayList<>();
    private final List<Long> releases = new ArrayList<>();
    private int made;

    Allocator(int number) {
      this.number = number;
      this.node = "node" + number % NODES;
      this.random = new Random(seed * 1000 + number);
      var store =
          new FaultyStore(stores.get(number % stores.size()), transactions, random, deathsPerCall);
      this.ipam = new Ipam(new PathDatastore(store));
    }

    LongStream assigns() {
      return assigns.stream().mapToLong(Long::longValue);
    }

    LongStream releases() {
      return releases.stream().mapToLong(Long::longValue);
    }

    @Override
    public Void call() {
      while (operations.getAndDecrement() > 0) {
        try {
          if (handles.isEmpty() || (handles.size() < 12 && random.nextInt(100) < 55)) {
            assign();
          } else {
            release();
          }
        } catch (FaultyStore.Death | DatastoreException.Unavailable e) {
          // No answer from a busy store is the same to us: nobody knows what has happened.
          deaths.incrementAndGet();
        } catch (DatastoreException.UpdateConflict e) {
          conflicts.incrementAndGet();
        }
      }
      return null;
    }

    private void assign() {
      String handle = "h%d.%d".formatted(number, made++);
      int count = random.nextInt(10) == 0 ? 3 : 1;
      long start = System.nanoTime();
      var outcome = ipam.assign(new AssignRequest(node, count, 0, World.handle(handle)));
      assigns.add(System.nanoTime() - start);
      for (IpAddress address : outcome.addresses()) {
        String other = holders.putIfAbsent(address, handle);
        assertThat(other).as("who else has %s, given to %s", address, handle).isNull();
      }
      if (outcome.addresses().isEmpty()) {
        refusals.incrementAndGet();
      } else {
        handles.add(handle);
        held.put(handle, outcome.addresses());
      }
    }

    /// The address is nobody's from before the call: what was begun may be done.
    private void release() {
      String handle = handles.remove(random.nextInt(handles.size()));
      List<IpAddress> addresses = held.remove(handle);
      addresses.forEach(holders::remove);
      long start = System.nanoTime();
      if (random.nextBoolean()) {
        ipam.releaseByHandle(handle);
      } else {
        ipam.releaseAddresses(addresses);
      }
      releases.add(System.nanoTime() - start);
    }
  }

  /// Checks what is left when all have gone: nothing is taken twice, and once repaired nothing is
  /// taken that nobody has.
  ///
  /// @return how many leaks there were
  int assertSoundAfterRepair(Datastore datastore, Path undoFile) throws IOException {
    Invariants.assertBlocksHold(datastore);
    assertThat(Invariants.inUse(datastore)).as("with seed %d", seed).containsAllEntriesOf(holders);
    for (int i = 0; i < NODES; i++) {
      var node = new Node(new Node.Metadata("node" + i), new Node.Spec(null));
      datastore.apply(new Key.ForResource(node.key()), node);
    }
    holders.forEach((address, handle) -> {
      var endpoint =
          Samples.workloadEndpoint("node0", handle + "-" + address, "eth0", address.toString());
      datastore.apply(Samples.keyOf(endpoint), endpoint);
    });
    int leaks = 0;
    try (var undo = UndoFile.create(undoFile)) {
      var repair = new IpamRepair(datastore, undo);
      List<Finding> findings = IpamCheck.check(datastore).findings();
      leaks = (int) findings.stream().filter(each -> each instanceof Finding.Leak).count();
      assertThat(repair.repair(findings).left()).as("with seed %d", seed).isEmpty();
      repair.repair(IpamCheck.check(datastore).findings());
    }
    assertThat(IpamCheck.check(datastore).findings()).as("with seed %d", seed).isEmpty();
    Invariants.assertHold(datastore);
    assertThat(Invariants.inUse(datastore))
        .as("with seed %d", seed)
        .isEqualTo(new TreeMap<>(holders));
    return leaks;
  }
}
