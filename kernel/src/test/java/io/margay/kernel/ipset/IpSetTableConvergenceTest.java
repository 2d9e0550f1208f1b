package io.margay.kernel.ipset;

import static io.margay.net.IpFamily.IPV4;
import static org.assertj.core.api.Assertions.assertThat;

import io.margay.kernel.fake.FakeKernel;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;

/// From whatever is in the kernel to whatever is wanted; the number of the repetition is the seed.
class IpSetTableConvergenceTest {

  private static final List<String> NAMES = List.of("cali4-a", "cali4-b", "cali4-c");

  private final FakeKernel kernel = new FakeKernel();
  private final IpSetTable table = newTable();
  private final Map<String, Set<String>> wanted = new TreeMap<>();
  private Random random = new Random();

  private IpSetTable newTable() {
    return new IpSetTable(
        IPV4,
        kernel.ipSets(),
        name -> name.startsWith("cali4"),
        name -> name.replace("cali4-", "cali4t"));
  }

  @RepeatedTest(300)
  void bringsAnyStateToAnyOther(RepetitionInfo info) {
    random = new Random(info.getCurrentRepetition());
    kernel.outside(() -> kernel.ipSets().restore("create foreign hash:ip\nadd foreign 1.2.3.4\n"));

    for (int round = 0; round < 6; round++) {
      for (int i = random.nextInt(6); i > 0; i--) {
        changeWanted();
      }
      if (random.nextInt(3) == 0) {
        meddle();
        table.invalidate();
      }
      if (random.nextInt(4) == 0) {
        kernel.failNext("ipset restore", "interrupted");
      }

      assertThat(table.applyUpdates().failures()).isEmpty();
      assertThat(table.applyDeletions().failures()).isEmpty();

      assertKernelHasWhatIsWanted();
      kernel.heal();
      kernel.forgetWrites();
      table.invalidate();
      assertThat(table.applyUpdates().changes()).isEmpty();
      assertThat(table.applyDeletions().changes()).isEmpty();
      assertThat(kernel.writes()).isEmpty();
    }
  }

  private void changeWanted() {
    String name = NAMES.get(random.nextInt(NAMES.size()));
    Set<String> members = randomMembers();
    Set<String> now = wanted.get(name);
    switch (random.nextInt(5)) {
      case 0 -> {
        table.remove(name);
        wanted.remove(name);
      }
      case 1, 2 -> {
        if (now != null) {
          table.addMembers(name, members);
          now.addAll(members);
        }
      }
      case 3 -> {
        if (now != null) {
          table.removeMembers(name, members);
          now.removeAll(members);
        }
      }
      default -> {
        table.replace(new IpSet(name, IpSet.Type.HASH_IP, IPV4, 100), members);
        wanted.put(name, new TreeSet<>(members));
      }
    }
  }

  private Set<String> randomMembers() {
    Set<String> members = new TreeSet<>();
    for (int i = random.nextInt(5); i > 0; i--) {
      members.add("10.0.0." + random.nextInt(8));
    }
    return members;
  }

  /// Someone else's hand on any set of ours, and what a crash may leave behind.
  private void meddle() {
    for (int i = random.nextInt(4); i > 0; i--) {
      String name = NAMES.get(random.nextInt(NAMES.size()));
      String temporary = name.replace("cali4-", "cali4t");
      String line =
          switch (random.nextInt(5)) {
            case 0 -> "flush " + name;
            case 1 -> "destroy " + name;
            case 2 -> "add " + name + " 10.0.0." + random.nextInt(8) + " --exist";
            case 3 -> "create " + temporary + " hash:ip";
            default -> "destroy " + name + "\ncreate " + name + " hash:net maxelem 5";
          };
      String first = line.split(" ")[1].strip();
      boolean exists = kernel.ipSets().list().containsKey(first.split("\n")[0]);
      if (exists != line.startsWith("create")) {
        kernel.outside(() -> kernel.ipSets().restore(line));
      }
    }
  }

  private void assertKernelHasWhatIsWanted() {
    Map<String, IpSets.ActualSet> actual = new TreeMap<>(kernel.ipSets().list());
    assertThat(actual.remove("foreign").members()).containsExactly("1.2.3.4");
    assertThat(actual.keySet()).isEqualTo(wanted.keySet());
    wanted.forEach((name, members) ->
        assertThat(actual.get(name))
            .isEqualTo(new IpSets.ActualSet("hash:ip", "inet", 100, members)));
  }
}
