package io.margay.datastore.path;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.datastore.Await;
import io.margay.datastore.Key;
import io.margay.datastore.Samples;
import io.margay.datastore.SyncListener;
import io.margay.datastore.Syncer;
import io.margay.datastore.path.PathStore.Put;
import io.margay.datastore.path.PathStore.Transaction;
import io.margay.model.Resource;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A tree full of keys and values that somebody has spoiled, in any store.
public abstract class GarbageContract {

  private static final String SPOILERS = "/\"{}[]:,.-_ 0aZé\u0000\uffff";

  /// An empty store.
  ///
  /// @param directory of the test
  protected abstract PathStore open(Path directory);

  /// How many values are spoiled.
  protected abstract int count();

  /// Writes what the store takes, in any order.
  protected void putAll(PathStore store, List<Put> puts) {
    for (int from = 0; from < puts.size(); from += 5_000) {
      var some = puts.subList(from, Math.min(puts.size(), from + 5_000));
      store.commit(new Transaction(List.of(), some, List.of()));
    }
  }

  @Test
  protected void whatIsGoodAppliesAndEachBadKeyIsReportedOnce(@TempDir Path directory) {
    var random = new Random(20170411);
    try (var store = open(directory)) {
      var datastore = new PathDatastore(store);
      for (var resource : resources("good", 50)) {
        datastore.apply(Samples.keyOf(resource), resource);
      }
      Set<Key<?>> goodKeys = new HashSet<>();
      resources("good", 50).forEach(resource -> goodKeys.add(Samples.keyOf(resource)));
      putAll(store, spoil(resources("bad", 300), goodKeys, random));

      var heard = new Heard();
      try (var syncer = new Syncer(datastore, heard)) {
        syncer.start();
        heard.awaitInSync();
        assertThat(heard.values()).containsAllEntriesOf(values(resources("good", 50)));
        var unreadable = datastore.snapshot().unreadable();
        assertThat(unreadable).hasSizeGreaterThan(count() / 20);
        assertThat(heard.problems())
            .hasSize(unreadable.size())
            .allSatisfy((key, times) -> assertThat(times).as(key.toString()).isEqualTo(1));

        putAll(store, spoil(resources("worse", 300), goodKeys, random).subList(0, count() / 20));
        var last = Samples.policy("last", "all()");
        datastore.apply(Samples.keyOf(last), last);
        Await.until(
            () -> heard.values().containsKey(Samples.keyOf(last)),
            () -> "what comes after the garbage is not heard");
        assertThat(heard.values()).containsAllEntriesOf(values(resources("good", 50)));
      }
    }
  }

  private static List<Resource> resources(String prefix, int count) {
    List<Resource> resources = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      String name = prefix + i;
      int network = (prefix.hashCode() & 0x7f) << 16 | i << 8;
      String ip = "10.%d.%d.1".formatted(network >> 16, network >> 8 & 0xff);
      resources.add(Samples.bgpNode(name, ip + "/24", null, 64512L + i));
      resources.add(Samples.nodePeer(name, ip, 64512));
      resources.add(Samples.hostEndpoint(name, "eth0"));
      resources.add(Samples.workloadEndpoint(name, "w", "e", ip + "/32"));
      resources.add(Samples.policy(name, "role == 'web'"));
      resources.add(Samples.profile(name, Map.of("a", "1"), "t"));
    }
    return resources;
  }

  private static Map<Key<?>, Object> values(List<Resource> resources) {
    Map<Key<?>, Object> values = new HashMap<>();
    resources.forEach(resource -> values.put(Samples.keyOf(resource), resource));
    return values;
  }

  private List<Put> spoil(List<Resource> resources, Set<Key<?>> spared, Random random) {
    Map<String, String> texts = new HashMap<>();
    for (var resource : resources) {
      var key = Samples.keyOf(resource);
      var values = KeyValues.encode(key, resource);
      for (int i = 0; i < values.size(); i++) {
        if (values.get(i) != null) {
          texts.put(KeyPaths.of(key).get(i), values.get(i));
        }
      }
    }
    var originals = List.copyOf(texts.entrySet());
    Map<String, String> spoiled = new HashMap<>();
    while (spoiled.size() < count()) {
      var original = originals.get(random.nextInt(originals.size()));
      String path = original.getKey();
      String value = original.getValue();
      if (random.nextInt(8) > 0) { // a key that is read leads further than one that is not known
        path = path.replaceFirst("(bad|worse)\\d+", "$0-" + random.nextInt(1_000_000));
      } else {
        path = "/calico/" + spoil(path.substring("/calico/".length()), random);
      }
      if (random.nextInt(4) > 0) {
        value = spoil(value, random);
      }
      if (!spared.contains(KeyPaths.keyAt(path))) {
        spoiled.put(path, value);
      }
    }
    List<Put> puts = new ArrayList<>();
    spoiled.forEach((path, value) -> puts.add(new Put(path, value)));
    return puts;
  }

  private static String spoil(String text, Random random) {
    var spoiled = new StringBuilder(text);
    for (int i = random.nextInt(3); i >= 0; i--) {
      int at = random.nextInt(spoiled.length() + 1);
      char other = SPOILERS.charAt(random.nextInt(SPOILERS.length()));
      switch (random.nextInt(4)) {
        case 0 -> spoiled.insert(at, other);
        case 1 -> spoiled.setLength(at);
        case 2 -> spoiled.insert(at, spoiled.toString());
        default -> {
          if (at < spoiled.length()) {
            spoiled.setCharAt(at, other);
          }
        }
      }
    }
    return spoiled.toString();
  }

  private static final class Heard implements SyncListener {
    private final Map<Key<?>, Object> values = new HashMap<>();
    private final Map<Key<?>, Integer> problems = new HashMap<>();
    private Status status = Status.WAITING;

    @Override
    public synchronized void onUpdates(List<SyncUpdate> updates) {
      for (var update : updates) {
        if (update.value() != null) {
          values.put(update.key(), update.value());
        } else {
          values.remove(update.key());
        }
        if (update.problem() != null) {
          problems.merge(update.key(), 1, Integer::sum);
        }
      }
    }

    @Override
    public synchronized void onStatus(Status next) {
      status = next;
    }

    synchronized Map<Key<?>, Object> values() {
      return Map.copyOf(values);
    }

    synchronized Map<Key<?>, Integer> problems() {
      return Map.copyOf(problems);
    }

    private synchronized boolean isInSync() {
      return status == Status.IN_SYNC;
    }

    void awaitInSync() {
      Await.until(this::isInSync, () -> "never in sync");
    }
  }
}
