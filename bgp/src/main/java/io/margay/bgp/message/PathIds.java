package io.margay.bgp.message;

import java.util.Arrays;

/// The path identifiers (RFC 7911 §3) of a list of prefixes, in its order. Without ADD-PATH, which
/// is the usual case, there are none and every prefix counts as having 0.
public final class PathIds {

  /// What a session without ADD-PATH has.
  public static final PathIds NONE = new PathIds(new int[0]);

  private final int[] ids;

  private PathIds(int[] ids) {
    this.ids = ids;
  }

  public static PathIds of(int... ids) {
    for (int id : ids) {
      if (id != 0) {
        return new PathIds(ids.clone());
      }
    }
    return NONE;
  }

  /// The identifier of the prefix at `index`.
  public int get(int index) {
    return index < ids.length ? ids[index] : 0;
  }

  /// These for the first `length` prefixes, then those of `other`.
  PathIds append(int length, PathIds other) {
    if (ids.length == 0 && other.ids.length == 0) {
      return NONE;
    }
    int[] joined = Arrays.copyOf(ids, length + other.ids.length);
    System.arraycopy(other.ids, 0, joined, length, other.ids.length);
    return new PathIds(joined);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof PathIds pathIds && Arrays.equals(ids, pathIds.ids);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(ids);
  }

  @Override
  public String toString() {
    return Arrays.toString(ids);
  }
}
