package io.margay.datastore.etcd.v2;

import io.margay.datastore.path.PathStore.Objection;
import io.margay.datastore.path.PathStore.Put;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// What the keys API makes of paths: a tree of directories, as file systems have it (etcd 2.3,
/// `Documentation/api.md`).
final class KeysTree {

  private KeysTree() {}

  /// Paths that it resolves to others, hides from listings, or cannot have beside each other.
  static List<Objection> objections(Collection<Put> puts) {
    Set<String> directories = new HashSet<>();
    for (var put : puts) {
      for (int slash = put.path().lastIndexOf('/');
          slash > 0 && directories.add(put.path().substring(0, slash));
          slash = put.path().lastIndexOf('/', slash - 1)) {}
    }
    List<Objection> objections = new ArrayList<>();
    for (var put : puts) {
      problem(put.path()).ifPresent(problem -> objections.add(new Objection(put.path(), problem)));
      if (directories.contains(put.path())) {
        objections.add(
            new Objection(
                put.path(), "would have to be a directory as well, for what is below it"));
      }
    }
    return objections;
  }

  private static Optional<String> problem(String path) {
    for (String segment : path.substring(1).split("/", -1)) {
      if (isNavigation(segment)) {
        return Optional.of(
            "has a part '" + segment + "', which the keys API takes for a directory");
      }
      if (segment.isEmpty()) {
        return Optional.of("has an empty part, which the keys API leaves out");
      }
      if (segment.startsWith("_")) {
        return Optional.of("has a part '" + segment + "', which the keys API hides");
      }
    }
    return Optional.empty();
  }

  static boolean isNavigation(String segment) {
    return segment.equals(".") || segment.equals("..");
  }
}
