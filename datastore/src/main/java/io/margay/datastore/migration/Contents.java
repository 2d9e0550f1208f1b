package io.margay.datastore.migration;

import io.margay.datastore.path.PathStore;
import io.margay.datastore.path.PathStore.Objection;
import io.margay.datastore.path.PathStore.Put;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// What a store has below `/calico/`, as far as a migration moves it, as of one reading.
///
/// @param values by path
/// @param expiring how many values were left out because they expire by themselves
/// @param claim of a migration that is under way to this store; null if there is none
record Contents(Map<String, String> values, int expiring, @Nullable Claim claim) {

  private static final String ROOT = "/calico/";
  private static final int SOME = 1000;

  /// What a decoder puts in the place of bytes that are no UTF-8.
  private static final char REPLACEMENT = '\uFFFD';

  /// The status of a node's agent, which has a time to live.
  private static final Pattern EXPIRES = Pattern.compile("/calico/felix/v1/host/[^/]+/status");

  static Contents of(PathStore store) {
    Map<String, String> values = new TreeMap<>();
    Claim claim = null;
    int expiring = 0;
    for (var value : store.list(List.of(ROOT), path -> true).values()) {
      if (value.path().equals(Claim.PATH)) {
        claim = Claim.decode(value.value());
      } else if (EXPIRES.matcher(value.path()).matches()) {
        expiring++;
      } else {
        values.put(value.path(), value.value());
      }
    }
    return new Contents(values, expiring, claim);
  }

  /// Whether somebody uses the store. An agent's status alone, which expires, says that too.
  boolean isEmpty() {
    return values.isEmpty() && expiring == 0;
  }

  int size() {
    return values.size();
  }

  @Nullable String value(String path) {
    return values.get(path);
  }

  List<Put> puts() {
    List<Put> puts = new ArrayList<>();
    values.forEach((path, value) -> puts.add(new Put(path, value)));
    return puts;
  }

  /// A copy of what `other` does not have.
  Map<String, String> without(Contents other) {
    Map<String, String> rest = new TreeMap<>(values);
    rest.keySet().removeAll(other.values.keySet());
    return rest;
  }

  List<String> somePaths() {
    return values.keySet().stream().limit(SOME).toList();
  }

  /// Values that were not read as they are.
  List<Objection> objections() {
    List<Objection> objections = new ArrayList<>();
    values.forEach((path, value) -> {
      if (path.indexOf(REPLACEMENT) >= 0 || value.indexOf(REPLACEMENT) >= 0) {
        objections.add(new Objection(path, "is not UTF-8 text"));
      }
    });
    return objections;
  }
}
