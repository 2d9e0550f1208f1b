package io.margay.bgp.rib;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.net.IpPrefix;
import io.margay.net.Ipv4Address;
import io.margay.net.Ipv6Address;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PrefixIndexTest {

  /// Prefixes come in runs, go in runs or all at once, and come back.
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void everyPrefixHasANumberOfItsOwnForAsLongAsItIsThere(long seed) {
    Random random = new Random(seed);
    PrefixIndex index = new PrefixIndex();
    Map<IpPrefix, Integer> expected = new HashMap<>();
    for (int step = 0; step < 400; step++) {
      int family = random.nextInt(3);
      int length = random.nextInt(family == 0 ? 33 : 129);
      long first = random.nextInt(50) * 97L;
      int run = 1 + random.nextInt(100);
      boolean add = random.nextInt(5) > 1;
      for (int i = 0; i < run; i++) {
        IpPrefix prefix = prefix(family, length, first + i);
        if (add) {
          int number = index.add(prefix);
          assertThat(expected.getOrDefault(prefix, number)).isEqualTo(number);
          expected.put(prefix, number);
        } else if (expected.containsKey(prefix)) {
          index.remove(expected.remove(prefix));
        }
      }
      if (random.nextInt(40) == 0) {
        expected.values().forEach(index::remove);
        expected.clear();
      }
      check(index, expected, prefix(family, length, first + run));
    }
  }

  private static IpPrefix prefix(int family, int length, long nth) {
    if (family == 0) {
      return new IpPrefix(
          new Ipv4Address((int) (length == 0 ? 0 : nth << 32 - length)).masked(length), length);
    }
    long high = length == 0 ? 0 : nth << Math.max(0, 64 - length);
    long low = length <= 64 ? 0 : nth << 128 - length;
    return new IpPrefix(new Ipv6Address(high, low).masked(length), length);
  }

  private static void check(PrefixIndex index, Map<IpPrefix, Integer> expected, IpPrefix other) {
    Set<Integer> numbers = new HashSet<>();
    expected.forEach((prefix, number) -> {
      assertThat(index.find(prefix)).as("%s", prefix).isEqualTo(number);
      assertThat(index.prefix(number)).isEqualTo(prefix);
      assertThat(numbers.add(number)).as("number %d is one prefix's", number).isTrue();
      assertThat(number).isBetween(0, index.limit() - 1);
    });
    assertThat(index.find(other)).isEqualTo(expected.getOrDefault(other, PrefixIndex.NONE));
  }

  /// Numbers are used again, or a table in which prefixes come and go would grow for ever.
  @ParameterizedTest
  @ValueSource(ints = {100, 5000})
  void numbersAreUsedAgain(int prefixes) {
    PrefixIndex index = new PrefixIndex();
    for (int round = 0; round < 50; round++) {
      int[] numbers = new int[prefixes];
      for (int i = 0; i < prefixes; i++) {
        numbers[i] = index.add(prefix(0, 32, (long) round * prefixes + i));
      }
      for (int number : numbers) {
        index.remove(number);
      }
    }
    assertThat(index.limit()).isLessThanOrEqualTo(2 * prefixes + 2048);
  }
}
