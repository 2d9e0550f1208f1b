package io.margay.kernel.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.margay.net.IpAddress;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// The contract of [Conntrack].
public abstract class ConntrackContract extends KernelContract {

  private static final Connection ORDINARY = Connection.plain("10.65.0.2", "10.65.0.3");

  /// What was sent to a floating address, and answered under it.
  private static final Connection TRANSLATED =
      new Connection(
          address("10.65.0.4"),
          address("192.0.2.9"),
          address("10.65.0.5"),
          address("198.51.100.1"));

  private static final Connection ORDINARY6 = Connection.plain("fd00:65::2", "fd00:65::3");

  @Test
  void deletesWhatNamesAnAddressAtAnyOfTheFourPlaces() {
    for (String each : new String[] {"10.65.0.4", "192.0.2.9", "10.65.0.5", "198.51.100.1"}) {
      world().addConnection(TRANSLATED);
      world().addConnection(ORDINARY);

      delete(each);

      assertThat(world().connections()).as("after " + each).containsExactly(ORDINARY);
      delete("10.65.0.2");
      assertThat(world().connections()).as("after both").isEmpty();
    }
  }

  @Test
  void takesSeveralAddressesOfBothFamiliesAtOnce() {
    world().addConnection(ORDINARY);
    world().addConnection(TRANSLATED);
    world().addConnection(ORDINARY6);

    delete("10.65.0.3", "fd00:65::2");

    assertThat(world().connections()).containsExactly(TRANSLATED);
  }

  @Test
  void leavesTheOtherFamilyAlone() {
    world().addConnection(ORDINARY);
    world().addConnection(ORDINARY6);

    delete("fd00:65::3");

    assertThat(world().connections()).containsExactly(ORDINARY);
  }

  @Test
  void noConnectionCountsAsSuccess() {
    assertThatCode(() -> delete("10.65.0.9", "fd00:65::9")).doesNotThrowAnyException();
    assertThatCode(() -> world().conntrack().delete(Set.of())).doesNotThrowAnyException();
  }

  @Test
  void deletesOneOfVeryMany() {
    for (int i = 0; i < 300; i++) {
      world()
          .addConnection(Connection.plain("10.66.%d.%d".formatted(i / 200, i % 200), "10.67.0.1"));
    }
    world().addConnection(ORDINARY);

    delete("10.67.0.1");

    assertThat(world().connections()).containsExactly(ORDINARY);
  }

  private void delete(String... addresses) {
    world()
        .conntrack()
        .delete(Stream.of(addresses).map(IpAddress::parse).collect(Collectors.toSet()));
  }

  private static IpAddress address(String text) {
    return IpAddress.parse(text);
  }
}
