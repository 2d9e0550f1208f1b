package io.margay.datastore;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.datastore.SyncListener.Status;
import io.margay.datastore.SyncListener.SyncUpdate;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReadyGateTest {

  private static final Key.FelixSetting ONE = new Key.FelixSetting(null, "One");
  private static final Key.FelixSetting TWO = new Key.FelixSetting(null, "Two");

  private final List<Object> heard = new ArrayList<>();
  private final ReadyGate gate =
      new ReadyGate(
          new SyncListener() {
            @Override
            public void onUpdates(List<SyncUpdate> updates) {
              heard.addAll(updates);
            }

            @Override
            public void onStatus(Status status) {
              heard.add(status);
            }
          });

  private static SyncUpdate put(Key<?> key, Object value) {
    return new SyncUpdate(key, value, null);
  }

  private static SyncUpdate ready(Boolean value) {
    return new SyncUpdate(new Key.Ready(), value, null);
  }

  private void tell(SyncUpdate... updates) {
    gate.onUpdates(List.of(updates));
  }

  private void start(Boolean flag) {
    gate.onStatus(Status.RESYNC);
    tell(put(ONE, "1"), ready(flag));
    gate.onStatus(Status.IN_SYNC);
  }

  @Test
  void aReadyClusterPasses() {
    start(true);
    assertThat(heard).containsExactly(Status.RESYNC, put(ONE, "1"), ready(true), Status.IN_SYNC);
    tell(put(TWO, "2"));
    assertThat(heard).last().isEqualTo(put(TWO, "2"));
  }

  @Test
  void aClusterThatIsNotReadyIsHeldBackUntilItIs() {
    start(false);
    tell(put(TWO, "2"));
    assertThat(heard).containsExactly(Status.RESYNC);
    tell(ready(true));
    assertThat(heard)
        .containsExactly(Status.RESYNC, put(ONE, "1"), put(TWO, "2"), ready(true), Status.IN_SYNC);
  }

  @Test
  void aClusterWithoutTheFlagIsNotReady() {
    gate.onStatus(Status.RESYNC);
    tell(put(ONE, "1"));
    gate.onStatus(Status.IN_SYNC);
    assertThat(heard).containsExactly(Status.RESYNC);
  }

  @Test
  void whatHappensWhileTheFlagIsOffComesAtOnceInItsLastForm() {
    start(true);
    heard.clear();
    tell(ready(false));
    tell(put(ONE, "changed"), put(TWO, "2"));
    tell(put(TWO, "3"), new SyncUpdate(ONE, null, null));
    assertThat(heard).isEmpty();
    tell(ready(true));
    assertThat(heard)
        .containsExactly(
            put(TWO, "3"), new SyncUpdate(ONE, null, null), ready(true), Status.IN_SYNC);
    tell(put(ONE, "again"));
    assertThat(heard).last().isEqualTo(put(ONE, "again"));
  }

  @Test
  void aFlagThatIsGoneOrNotUnderstoodIsOff() {
    start(true);
    heard.clear();
    tell(new SyncUpdate(new Key.Ready(), null, "not a truth value"), put(TWO, "2"));
    assertThat(heard).isEmpty();
    tell(ready(true));
    assertThat(heard).contains(put(TWO, "2"));
    heard.clear();
    tell(new SyncUpdate(new Key.Ready(), null, null));
    tell(put(TWO, "3"));
    assertThat(heard).isEmpty();
  }

  @Test
  void aLossWhileTheFlagIsOffEndsInWhatTheStoreThenHas() {
    start(true);
    tell(ready(false));
    heard.clear();
    gate.onStatus(Status.WAITING);
    gate.onStatus(Status.RESYNC);
    tell(put(ONE, "2"), ready(true));
    assertThat(heard).containsExactly(Status.WAITING, Status.RESYNC);
    gate.onStatus(Status.IN_SYNC);
    assertThat(heard)
        .containsExactly(Status.WAITING, Status.RESYNC, put(ONE, "2"), ready(true), Status.IN_SYNC);
  }
}
