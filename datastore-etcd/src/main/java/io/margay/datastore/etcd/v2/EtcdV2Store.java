package io.margay.datastore.etcd.v2;

import io.margay.datastore.Datastore;
import io.margay.datastore.etcd.CallFailedException;
import io.margay.datastore.etcd.EtcdAccess;
import io.margay.datastore.etcd.EtcdErrors;
import io.margay.datastore.etcd.MemberRotation;
import io.margay.datastore.etcd.PatientCaller;
import io.margay.datastore.etcd.ValueSize;
import io.margay.datastore.etcd.v2.KeysApi.Answer;
import io.margay.datastore.path.PathStore;
import io.margay.datastore.path.WatchThread;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// A store of paths in an etcd cluster, by its v2 keys API. The store's revision is etcd's index.
///
/// A transaction is written in the order of libcalico: the key with a condition first, which
/// decides; then the rest. A deletion takes the rest first, so that one that was cut short can be
/// found and repeated.
public final class EtcdV2Store implements PathStore {

  /// Directories below which an empty one says something: a host is one as long as its directory
  /// exists.
  private static final List<String> TIDIED =
      List.of(
          "/calico/v1/host/",
          "/calico/bgp/v1/host/",
          "/calico/ipam/v2/host/",
          "/calico/felix/v1/host/",
          "/calico/v1/policy/profile/");

  private static final String ROOT = "/calico/";

  private final EtcdErrors errors;
  private final EtcdAccess access;
  private final PatientCaller<KeysApi> caller;
  private final Set<WatchThread> watches = ConcurrentHashMap.newKeySet();

  /// Which cluster was read last; a watch goes on from there.
  private volatile @Nullable String clusterId;

  /// The last listing of everything, for the watch that will follow it.
  private volatile @Nullable Reading lastListing;

  public EtcdV2Store(EtcdAccess access) {
    this.access = access;
    this.errors = new EtcdErrors(access);
    var members = new MemberRotation(access);
    this.caller = new PatientCaller<>(() -> new KeysApi(access, members), errors);
  }

  @Override
  public Reading read(List<String> paths) {
    List<PathValue> values = new ArrayList<>();
    long index = 0;
    for (String path : paths) {
      checkPath(path);
      var answer = ask(api -> api.get(path));
      values.addAll(NodeTree.valueIfAny(answer.body().path("node")));
      index = answer.index();
    }
    return new Reading(List.copyOf(values), index);
  }

  @Override
  public Reading list(List<String> prefixes, Predicate<String> wanted) {
    List<PathValue> values = new ArrayList<>();
    long index = Long.MAX_VALUE;
    for (String prefix : prefixes) {
      var answer = ask(api -> api.list(prefix.substring(0, prefix.lastIndexOf('/'))));
      index = Math.min(index, answer.index());
      NodeTree.forEachValue(
          answer.body().path("node"),
          value -> {
            if (value.path().startsWith(prefix) && wanted.test(value.path())) {
              values.add(value);
            }
          });
    }
    var reading = new Reading(List.copyOf(values), index);
    if (prefixes.contains(ROOT)) {
      lastListing = reading;
    }
    return reading;
  }

  private Answer ask(Function<KeysApi, Answer> call) {
    var answer = caller.read(call);
    clusterId = answer.clusterId();
    if (!answer.isDone() && answer.errorCode() != KeysApi.KEY_NOT_FOUND) {
      throw refused(answer, "");
    }
    return answer;
  }

  private RuntimeException refused(Answer answer, String path) {
    String reason =
        "%s %s (error %d)"
            .formatted(
                answer.body().path("message").asText(),
                path.isEmpty() ? answer.body().path("cause").asText() : path,
                answer.errorCode());
    var cause =
        new CallFailedException(
            CallFailedException.Kind.REFUSED, reason, new IOException("keys API"));
    return errors.explain(cause, true);
  }

  @Override
  public OptionalLong commit(Transaction transaction) {
    transaction.puts().forEach(put -> checkPath(put.path()));
    Map<String, Condition> conditions = new LinkedHashMap<>();
    transaction.conditions().forEach(condition -> conditions.put(condition.path(), condition));
    if (needsLook(transaction) && !holdNow(conditions)) {
      return OptionalLong.empty();
    }
    return transaction.puts().isEmpty()
        ? deleteAll(transaction.deletes(), conditions)
        : write(transaction, conditions);
  }

  /// Without transactions, one after the other.
  @Override
  public Datastore.Commit commitAll(List<Transaction> steps) {
    long index = 0;
    for (int i = 0; i < steps.size(); i++) {
      var written = commit(steps.get(i));
      if (written.isEmpty()) {
        return new Datastore.Commit.Refused(i);
      }
      index = Math.max(index, written.getAsLong());
    }
    return new Datastore.Commit.Done(index);
  }

  /// One condition is checked by etcd along with the write, of several only that which decides.
  private static boolean needsLook(Transaction transaction) {
    return transaction.conditions().size() > 1
        || transaction.puts().isEmpty() && !transaction.conditions().isEmpty();
  }

  private boolean holdNow(Map<String, Condition> conditions) {
    Map<String, PathValue> now = new HashMap<>();
    read(List.copyOf(conditions.keySet())).values().forEach(v -> now.put(v.path(), v));
    return conditions.values().stream()
        .allMatch(condition -> {
          var value = now.get(condition.path());
          return switch (condition) {
            case Condition.Absent _ -> value == null;
            case Condition.Exists _ -> value != null;
            case Condition.At(String _, long revision) ->
                value != null && value.revision() == revision;
          };
        });
  }

  private OptionalLong write(Transaction transaction, Map<String, Condition> conditions) {
    var puts = transaction.puts();
    var first = put(puts.getFirst(), conditions.get(puts.getFirst().path()));
    if (first == null) {
      return OptionalLong.empty();
    }
    long index = first.modifiedIndex();
    for (String path : transaction.deletes()) {
      if (!(conditions.get(path) instanceof Condition.Absent)) {
        delete(path, null);
      }
    }
    for (var put : puts.subList(1, puts.size())) {
      var answer = put(put, null);
      index = answer == null ? index : answer.modifiedIndex();
    }
    return OptionalLong.of(index);
  }

  /// @return null if the condition does not hold
  private @Nullable Answer put(Put put, @Nullable Condition condition) {
    Map<String, String> query = new HashMap<>(query(condition));
    Duration timeToLive = put.timeToLive();
    if (timeToLive != null) {
      query.put("ttl", Long.toString(Math.max(1, timeToLive.plusMillis(999).toSeconds())));
    }
    var answer = caller.write(condition == null, api -> api.put(put.path(), put.value(), query));
    return switch (answer.errorCode()) {
      case 0 -> answer;
      case KeysApi.KEY_NOT_FOUND, KeysApi.TEST_FAILED, KeysApi.NODE_EXISTS -> null;
      default -> throw refused(answer, put.path());
    };
  }

  private static Map<String, String> query(@Nullable Condition condition) {
    return switch (condition) {
      case null -> Map.of();
      case Condition.Absent _ -> Map.of("prevExist", "false");
      case Condition.Exists _ -> Map.of("prevExist", "true");
      case Condition.At(String _, long revision) -> Map.of("prevIndex", Long.toString(revision));
    };
  }

  private OptionalLong deleteAll(List<String> paths, Map<String, Condition> conditions) {
    List<String> order = new ArrayList<>(paths);
    if (conditions.values().stream().allMatch(c -> c instanceof Condition.Exists)) {
      Collections.reverse(order); // the one that decides comes last
    }
    long index = 0;
    for (String path : order) {
      var condition = conditions.get(path);
      if (condition instanceof Condition.Absent) {
        continue;
      }
      var answer = delete(path, condition);
      if (condition != null && !answer.isDone()) {
        return OptionalLong.empty();
      }
      index = Math.max(index, answer.isDone() ? answer.modifiedIndex() : answer.index());
    }
    return OptionalLong.of(index);
  }

  private Answer delete(String path, @Nullable Condition condition) {
    Map<String, String> query = condition instanceof Condition.At ? query(condition) : Map.of();
    var answer = caller.write(query.isEmpty(), api -> api.delete(path, query));
    switch (answer.errorCode()) {
      case 0 -> tidyUp(path);
      case KeysApi.KEY_NOT_FOUND, KeysApi.TEST_FAILED, KeysApi.NOT_FILE -> {}
      default -> throw refused(answer, path);
    }
    return answer;
  }

  /// Removes directories that have become empty. etcd refuses where one has not.
  private void tidyUp(String path) {
    for (String root : TIDIED) {
      if (path.startsWith(root)) {
        String directory = path.substring(0, path.lastIndexOf('/'));
        while (directory.length() > root.length()) {
          String empty = directory;
          if (!caller.write(true, api -> api.delete(empty, Map.of("dir", "true"))).isDone()) {
            return;
          }
          directory = directory.substring(0, directory.lastIndexOf('/'));
        }
      }
    }
  }

  /// The keys API resolves these as file systems do, and hides the last.
  private static void checkPath(String path) {
    for (String segment : path.split("/", -1)) {
      if (KeysTree.isNavigation(segment)) {
        throw new IllegalArgumentException(
            "'%s' cannot be part of a key in etcd's v2 API, which takes it for a directory"
                .formatted(segment));
      }
    }
  }

  @Override
  public List<Objection> objections(Collection<Put> puts) {
    List<Objection> objections = new ArrayList<>(KeysTree.objections(puts));
    puts.forEach(put -> ValueSize.objection(put).ifPresent(objections::add));
    return List.copyOf(objections);
  }

  @Override
  public Datastore.Watch watch(long afterRevision, Listener listener) {
    var listing = lastListing;
    lastListing = null;
    return WatchThread.start(
        new EtcdV2Watch(
            new KeysApi(access, new MemberRotation(access)),
            errors,
            clusterId,
            afterRevision,
            listing != null && listing.revision() == afterRevision ? listing : null,
            listener),
        EtcdV2Watch.RETRY,
        watches);
  }

  @Override
  public void close() {
    List.copyOf(watches).forEach(WatchThread::close);
    caller.close();
  }
}
