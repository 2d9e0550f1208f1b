package io.margay.model;

import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// Label maps: immutable, in the order of their keys.
public final class Labels {

  private Labels() {}

  /// An immutable copy, ordered by key.
  public static SortedMap<String, String> copyOf(Map<String, String> labels) {
    return Collections.unmodifiableSortedMap(new TreeMap<>(labels));
  }
}
