package io.margay.bgp.rib;

import java.util.Arrays;

/// A list of numbers that [PrefixIndex] gave.
final class Numbers {

  private static final int[] EMPTY = {};

  /// For reading.
  static final Numbers NONE = new Numbers();

  private static final int FIRST = 4;

  /// What a list may keep for the next time; a single large table is not remembered for ever.
  private static final int KEPT = 1024;

  private int[] values = EMPTY;
  private int size;

  void add(int number) {
    if (size == values.length) {
      values = Arrays.copyOf(values, Math.max(FIRST, 2 * size));
    }
    values[size++] = number;
  }

  void addAll(Numbers others) {
    for (int i = 0; i < others.size; i++) {
      add(others.values[i]);
    }
  }

  int get(int at) {
    return values[at];
  }

  int size() {
    return size;
  }

  boolean isEmpty() {
    return size == 0;
  }

  void clear() {
    size = 0;
    if (values.length > KEPT) {
      values = EMPTY;
    }
  }
}
