package io.margay.bgp.rib;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// What an export group has told of each prefix: nothing, one [Told], or several with different
/// path identifiers. One costs a reference.
final class ToldPaths {

  private static final Told[] NONE = {};

  /// For each number null, a [Told], or a `Told[]` of at least two.
  private @Nullable Object[] told;

  ToldPaths(int capacity) {
    told = new @Nullable Object[capacity];
  }

  int limit() {
    return told.length;
  }

  /// Makes room for numbers below `capacity`.
  void grow(int capacity) {
    if (told.length < capacity) {
      told = Arrays.copyOf(told, capacity);
    }
  }

  void clear() {
    Arrays.fill(told, null);
  }

  boolean isEmpty(int number) {
    return number >= told.length || told[number] == null;
  }

  /// What is told of a prefix, for [#count] and [#at].
  @Nullable Object of(int number) {
    return number < told.length ? told[number] : null;
  }

  void set(int number, @Nullable Object now) {
    told[number] = now;
  }

  /// Does not tell one path any more.
  void remove(int number, Told gone) {
    Object now = null;
    Object before = told[number];
    for (int i = 0; i < count(before); i++) {
      if (at(before, i) != gone) {
        now = and(now, at(before, i));
      }
    }
    told[number] = now;
  }

  static int count(@Nullable Object of) {
    if (of == null) {
      return 0;
    }
    return of instanceof Told ? 1 : ((Told[]) of).length;
  }

  static Told at(@Nullable Object of, int index) {
    return of instanceof Told only ? only : (of instanceof Told[] several ? several : NONE)[index];
  }

  /// The one with a path identifier.
  static @Nullable Told withId(@Nullable Object of, int pathId) {
    for (int i = 0; i < count(of); i++) {
      if (at(of, i).pathId() == pathId) {
        return at(of, i);
      }
    }
    return null;
  }

  /// Whether there is one that `teller` has not said itself.
  static boolean hasOfOthers(@Nullable Object of, Teller teller) {
    for (int i = 0; i < count(of); i++) {
      if (at(of, i).teller() != teller) {
        return true;
      }
    }
    return false;
  }

  /// Those and one more.
  static Object and(@Nullable Object these, Told another) {
    int count = count(these);
    if (count == 0) {
      return another;
    }
    Told[] all = new Told[count + 1];
    for (int i = 0; i < count; i++) {
      all[i] = at(these, i);
    }
    all[count] = another;
    return all;
  }
}
