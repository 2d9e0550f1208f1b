package io.margay.datastore.etcd.v3;

import io.margay.datastore.Datastore;
import io.margay.datastore.DatastoreProvider.Stay;
import io.margay.datastore.etcd.CallFailedException;
import io.margay.datastore.etcd.EtcdAccess;
import io.margay.datastore.etcd.EtcdErrors;
import io.margay.datastore.etcd.MemberRotation;
import io.margay.datastore.etcd.PatientCaller;
import io.margay.datastore.etcd.ValueSize;
import io.margay.datastore.etcd.v3.EtcdCalls.Op;
import io.margay.datastore.path.PathStore;
import io.margay.datastore.path.WatchThread;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// A store of paths in an etcd cluster, by its v3 API. The store's revision is etcd's, which also
/// counts writes of others outside `/calico/`.
public final class EtcdV3Store implements PathStore {

  /// etcd refuses larger transactions (`--max-txn-ops` is 128).
  static final int TRANSACTION_LIMIT = 120;

  /// How many values are asked for at once; each answer is well below gRPC's limits.
  static final int PAGE = 5000;

  private final EtcdAccess access;
  private final EtcdErrors errors;
  private final PatientCaller<EtcdCalls> caller;
  private final Set<WatchThread> watches = ConcurrentHashMap.newKeySet();

  /// Which cluster was read last; a watch goes on from there.
  private volatile @Nullable Long clusterId;

  /// @param stay a brief one makes its calls by etcd's JSON gateway; a watch is jetcd's in any case
  public EtcdV3Store(EtcdAccess access, Stay stay) {
    this.access = access;
    this.errors = new EtcdErrors(access);
    var members = new MemberRotation(access);
    this.caller =
        new PatientCaller<>(
            switch (stay) {
              case BRIEF -> () -> new GatewayCalls(access, members);
              case LONG -> () -> new JetcdCalls(access);
            },
            errors);
  }

  @Override
  public Reading read(List<String> paths) {
    List<PathValue> values = new ArrayList<>();
    long revision = 0;
    for (var chunk : chunks(paths)) {
      var found = get(chunk, revision);
      values.addAll(found.values());
      revision = found.header().revision();
    }
    return new Reading(List.copyOf(values), revision);
  }

  @Override
  public Reading readTogether(List<String> paths, List<String> prefixes) {
    List<Op> gets = new ArrayList<>();
    paths.forEach(path -> gets.add(new Op.Get(path, 0)));
    prefixes.forEach(prefix -> gets.add(new Op.GetAll(prefix, end(prefix), 0)));
    if (gets.size() > TRANSACTION_LIMIT) {
      return PathStore.super.readTogether(paths, prefixes);
    }
    var found = noteCluster(caller.read(calls -> calls.commit(List.of(), gets)));
    return new Reading(found.values(), found.header().revision());
  }

  private List<PathValue> readAt(List<String> paths, long revision) {
    List<PathValue> values = new ArrayList<>();
    for (var chunk : chunks(paths)) {
      try {
        values.addAll(get(chunk, revision).values());
      } catch (CallFailedException e) { // compacted
        throw new HistoryGoneException(revision, revision + 1);
      }
    }
    return List.copyOf(values);
  }

  private EtcdCalls.Committed get(List<String> paths, long revision) {
    List<Op> gets = new ArrayList<>();
    paths.forEach(path -> gets.add(new Op.Get(path, revision)));
    return noteCluster(caller.read(calls -> calls.commit(List.of(), gets)));
  }

  private EtcdCalls.Committed noteCluster(EtcdCalls.Committed answer) {
    clusterId = answer.header().clusterId();
    return answer;
  }

  @Override
  public Reading list(List<String> prefixes, Predicate<String> wanted) {
    while (true) {
      try {
        return listAtOneRevision(prefixes, wanted);
      } catch (CallFailedException e) {
        // Compacted between two pages: begin anew. Compactions are minutes apart.
      }
    }
  }

  private Reading listAtOneRevision(List<String> prefixes, Predicate<String> wanted) {
    List<PathValue> values = new ArrayList<>();
    long revision = 0;
    for (String prefix : prefixes) {
      String from = prefix;
      int received;
      do {
        String start = from;
        long at = revision;
        var page = caller.read(calls -> calls.range(start, end(prefix), PAGE, at));
        clusterId = page.header().clusterId();
        revision = revision == 0 ? page.header().revision() : revision;
        received = page.values().size();
        for (var value : page.values()) {
          if (wanted.test(value.path())) {
            values.add(value);
          }
        }
        from = received == 0 ? from : page.values().getLast().path() + "\0";
      } while (received == PAGE);
    }
    return new Reading(List.copyOf(values), revision);
  }

  /// The first text after all that begin with a prefix.
  static String end(String prefix) {
    int last = prefix.length() - 1;
    return prefix.substring(0, last) + (char) (prefix.charAt(last) + 1);
  }

  /// One transaction; of more than etcd takes in one, the first part carries the conditions.
  @Override
  public OptionalLong commit(Transaction transaction) {
    List<Op> ops = new ArrayList<>();
    for (var put : transaction.puts()) {
      ops.add(new Op.Put(put.path(), put.value(), lease(put)));
    }
    transaction.deletes().forEach(path -> ops.add(new Op.Delete(path)));
    var conditions = transaction.conditions();
    long revision = 0;
    for (var chunk : chunks(ops)) {
      var asked = conditions;
      var committed = caller.write(asked.isEmpty(), calls -> calls.commit(asked, chunk));
      if (!committed.succeeded()) {
        return OptionalLong.empty();
      }
      revision = committed.header().revision();
      conditions = List.of();
    }
    return OptionalLong.of(revision);
  }

  /// Each write gets a lease of its own, so that nothing has to be kept alive, or made anew when a
  /// lease was lost. What was written before is freed of its older lease by that.
  private long lease(Put put) {
    var timeToLive = put.timeToLive();
    return timeToLive == null ? 0 : caller.read(calls -> calls.grantLease(timeToLive));
  }

  private static <T> List<List<T>> chunks(List<T> all) {
    List<List<T>> chunks = new ArrayList<>();
    for (int from = 0; from < all.size() || from == 0; from += TRANSACTION_LIMIT) {
      chunks.add(all.subList(from, Math.min(all.size(), from + TRANSACTION_LIMIT)));
    }
    return chunks;
  }

  @Override
  public List<Objection> objections(Collection<Put> puts) {
    return puts.stream().flatMap(put -> ValueSize.objection(put).stream()).toList();
  }

  @Override
  public Datastore.Watch watch(long afterRevision, Listener listener) {
    return WatchThread.start(
        new EtcdV3Watch(
            () -> new JetcdCalls(access), errors, this::readAt, clusterId, afterRevision, listener),
        EtcdV3Watch.RETRY,
        watches);
  }

  @Override
  public void close() {
    List.copyOf(watches).forEach(WatchThread::close);
    caller.close();
  }
}
