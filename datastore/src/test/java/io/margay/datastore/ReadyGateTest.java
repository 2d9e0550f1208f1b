package io.margay.datastore;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.datastore.SyncListener.Status;
import io.margay.datastore.SyncListener.SyncUpdate;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ReadyGateTest {

  private static final Key<?> READY = new Key.Ready();
  private static final Key<?> ONE = new Key.FelixSetting(null, "one");
  private static final Key<?> TWO = new Key.FelixSetting(null, "two");

  private final List<String> heard = new ArrayList<>();

  private final ReadyGate gate =
      new ReadyGate(
          new SyncListener() {
            @Override
            public void onUpdates(List<SyncUpdate> updates) {
              heard.add(String.join(" ", updates.stream().map(ReadyGateTest::text).toList()));
            }

            @Override
            public void onStatus(Status status) {
              heard.add(status.toString());
            }
          });

  private static String text(SyncUpdate update) {
    String name = update.key() instanceof Key.FelixSetting(_, String setting) ? setting : "ready";
    return name + "=" + (update.problem() == null ? update.value() : update.problem());
  }

  private static SyncUpdate value(Key<?> key, @Nullable Object value) {
    return new SyncUpdate(key, value, null);
  }

  private void started() {
    gate.onUpdates(List.of(value(READY, true), value(ONE, "1")));
    gate.onStatus(Status.IN_SYNC);
    heard.clear();
  }

  @Test
  void aClusterThatWasNeverReadyIsPassedOn() {
    gate.onStatus(Status.WAITING);
    gate.onUpdates(List.of(value(READY, false), value(ONE, "1")));
    gate.onStatus(Status.IN_SYNC);
    gate.onUpdates(List.of(value(TWO, "2")));
    assertThat(heard).containsExactly("WAITING", "ready=false one=1", "IN_SYNC", "two=2");
  }

  @Test
  void aFlagThatComesWhileTheDatastoreIsReadAnewOpensAtTheEnd() {
    started();
    gate.onUpdates(List.of(value(READY, null)));
    gate.onStatus(Status.RESYNC);
    gate.onUpdates(List.of(value(READY, true), value(ONE, "2")));
    gate.onUpdates(List.of(value(TWO, "2")));
    assertThat(heard).containsExactly("RESYNC");
    gate.onStatus(Status.IN_SYNC);
    assertThat(heard).containsExactly("RESYNC", "ready=true one=2 two=2", "IN_SYNC");
  }

  @Test
  void whatComesWithTheEndOfTheFlagIsKeptBackToo() {
    started();
    gate.onUpdates(List.of(value(ONE, null), value(READY, null)));
    gate.onUpdates(List.of(value(TWO, "2")));
    gate.onUpdates(List.of(value(ONE, "1")));
    assertThat(heard).isEmpty();
    gate.onUpdates(List.of(value(READY, true)));
    assertThat(heard).containsExactly("two=2 one=1 ready=true", "IN_SYNC");
  }

  @Test
  void aFlagThatSaysNoIsLikeNone() {
    started();
    gate.onUpdates(List.of(value(READY, false), value(ONE, null)));
    assertThat(heard).isEmpty();
  }

  @Test
  void whileTheDatastoreIsReadAnewAGateStaysOpen() {
    started();
    gate.onStatus(Status.RESYNC);
    gate.onUpdates(List.of(value(ONE, "2")));
    gate.onStatus(Status.IN_SYNC);
    assertThat(heard).containsExactly("RESYNC", "one=2", "IN_SYNC");
  }

  @Test
  void aValueThatCannotBeUnderstoodDoesNotDisplaceOneThatCan() {
    started();
    gate.onUpdates(List.of(value(READY, false)));
    gate.onUpdates(List.of(value(ONE, "2"), new SyncUpdate(TWO, null, "nonsense")));
    gate.onUpdates(List.of(new SyncUpdate(ONE, null, "nonsense")));
    gate.onUpdates(List.of(value(READY, true)));
    assertThat(heard).containsExactly("one=2 two=nonsense ready=true", "IN_SYNC");
  }
}
