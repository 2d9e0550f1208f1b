package io.margay.datastore;

import static io.margay.datastore.Samples.keyOf;
import static io.margay.datastore.Samples.pool;
import static io.margay.datastore.Samples.profile;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margay.datastore.Datastore.Commit;
import io.margay.datastore.Datastore.Write;
import io.margay.model.Kind;
import io.margay.net.IpPrefix;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What every datastore does with several values at once: writes under conditions, and reads.
abstract class CommitContract {

  protected static final Key.FelixSetting SETTING = new Key.FelixSetting(null, "Custom");

  protected Datastore datastore;

  /// Opens the store of this test; again and again the same one.
  protected abstract Datastore open();

  /// Sees to it that the store of this test is empty, where stores outlive a test.
  protected void prepare() {}

  @BeforeEach
  void openStore() {
    prepare();
    datastore = open();
  }

  @AfterEach
  void closeStore() {
    if (datastore != null) {
      datastore.close();
    }
  }

  @Test
  void writesOfACommitAreMadeInOneStep() {
    var affinity = new Key.BlockAffinity("slave1", IpPrefix.parse("10.0.0.64/26"));
    var profile = profile("p", Map.of());
    long one = datastore.create(SETTING, "1");
    long two = datastore.create(keyOf(profile), profile);
    var writes =
        List.of(
            new Write.Unchanged(keyOf(profile), two),
            new Write.Update<>(SETTING, "2", one),
            new Write.Create<>(affinity, Key.Empty.EMPTY));
    try (var watch = new RecordedWatch(datastore, two)) {
      assertThat(datastore.commit(writes)).isInstanceOf(Commit.Done.class);
      watch.await(2);
      if (writesInOneStep()) {
        assertThat(watch.calls()).hasSize(1);
      }
      assertThat(datastore.get(SETTING).orElseThrow().value()).isEqualTo("2");
      assertThat(datastore.get(affinity)).isPresent();
      assertThat(datastore.get(keyOf(profile)).orElseThrow().revision()).isEqualTo(two);
    }
    long three = datastore.get(SETTING).orElseThrow().revision();
    assertThat(
            datastore.commit(
                List.of(new Write.Delete(SETTING, three), new Write.Delete(keyOf(profile), two))))
        .isInstanceOf(Commit.Done.class);
    assertThat(datastore.get(SETTING)).isEmpty();
    assertThat(datastore.get(keyOf(profile))).isEmpty();
  }

  @Test
  void aCommitOfWhichOneConditionDoesNotHoldWritesNothingOrWhatComesBeforeIt() {
    var other = new Key.FelixSetting(null, "Other");
    var third = new Key.FelixSetting(null, "Third");
    long old = datastore.create(SETTING, "1");
    long now = datastore.update(SETTING, "2", old);
    List<Write> failing =
        List.of(
            new Write.Create<>(SETTING, "x"),
            new Write.Update<>(SETTING, "x", old),
            new Write.Delete(SETTING, old),
            new Write.Unchanged(SETTING, old),
            new Write.Absent(SETTING),
            new Write.Update<>(new Key.FelixSetting(null, "Absent"), "x", now),
            new Write.Delete(new Key.FelixSetting(null, "Absent"), now));
    for (var write : failing) {
      var outcome =
          datastore.commit(
              List.of(new Write.Create<>(other, "o"), write, new Write.Create<>(third, "t")));
      assertThat(outcome).isEqualTo(new Commit.Refused(writesInOneStep() ? 0 : 1));
      assertThat(datastore.get(other).isPresent()).isEqualTo(!writesInOneStep());
      assertThat(datastore.get(third)).isEmpty();
      assertThat(datastore.get(SETTING)).contains(new Entry<>(SETTING, "2", now));
      datastore.deleteAll(List.of(other));
    }
  }

  @Test
  void whatIsToBeAbsentMayBeSo() {
    var absent = new Key.FelixSetting(null, "Absent");
    var writes = List.of(new Write.Absent(absent), new Write.Create<>(SETTING, "1"));
    assertThat(datastore.commit(writes)).isInstanceOf(Commit.Done.class);
    assertThat(datastore.get(SETTING)).isPresent();
    assertThat(datastore.get(absent)).isEmpty();
  }

  @Test
  void severalValuesAndRangesAreReadTogether() {
    var pool = pool("10.0.0.0/24", false);
    var affinity = new Key.BlockAffinity("slave1", IpPrefix.parse("10.0.0.64/26"));
    var others = new Key.BlockAffinity("slave2", IpPrefix.parse("10.0.0.0/26"));
    var absent = new Key.FelixSetting(null, "Absent");
    var profile = profile("p", Map.of("a", "1"), "t");
    datastore.create(keyOf(pool), pool);
    datastore.create(affinity, Key.Empty.EMPTY);
    datastore.create(others, Key.Empty.EMPTY);
    datastore.create(keyOf(profile), profile);
    long revision = datastore.create(SETTING, "1");
    var pools = new KeyRange.Resources(Kind.IP_POOL);
    var ofSlave1 = new KeyRange.BlockAffinities("slave1");
    var peers = new KeyRange.Resources(Kind.BGP_PEER);

    var view =
        datastore.view(List.of(SETTING, absent, keyOf(profile)), List.of(pools, ofSlave1, peers));
    assertThat(view.get(SETTING)).contains(new Entry<>(SETTING, "1", revision));
    assertThat(view.get(absent)).isEmpty();
    assertThat(view.get(keyOf(profile))).isEqualTo(datastore.get(keyOf(profile)));
    assertThat(view.list(pools)).isEqualTo(datastore.list(pools)).hasSize(1);
    assertThat(view.list(ofSlave1)).extracting(Entry::key).containsExactly(affinity);
    assertThat(view.list(peers)).isEmpty();
    assertThat(view.knows(absent)).isTrue();
    assertThatThrownBy(() -> view.get(affinity)).isInstanceOf(IllegalArgumentException.class);
    assertThat(datastore.view(List.of(), List.of(pools)).list(pools)).hasSize(1);
  }

  /// Whether all that one call writes becomes visible at once, as it does in every store but one.
  protected boolean writesInOneStep() {
    return true;
  }
}
