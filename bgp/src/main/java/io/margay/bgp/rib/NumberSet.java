package io.margay.bgp.rib;

import java.util.Arrays;

/// Numbers that [PrefixIndex] gave, each at most once, in the order in which they came. To go
/// through few of them costs little however large the numbers are, which a [java.util.BitSet] does
/// not offer.
final class NumberSet {

  private long[] words = {};

  /// Those at `head` and after it, before `size`.
  private final Numbers order = new Numbers();

  private int head;

  boolean isEmpty() {
    return head == order.size();
  }

  void add(int number) {
    int word = number >> 6;
    if (word >= words.length) {
      words = Arrays.copyOf(words, Math.max(word + 1, 2 * words.length));
    }
    long bit = 1L << number;
    if ((words[word] & bit) == 0) {
      words[word] |= bit;
      order.add(number);
    }
  }

  boolean contains(int number) {
    int word = number >> 6;
    return word < words.length && (words[word] & 1L << number) != 0;
  }

  /// Takes out the number that has been there for longest.
  int remove() {
    int number = order.get(head++);
    words[number >> 6] &= ~(1L << number);
    if (isEmpty()) {
      order.clear();
      head = 0;
    }
    return number;
  }

  void clear() {
    while (!isEmpty()) {
      remove();
    }
  }
}
