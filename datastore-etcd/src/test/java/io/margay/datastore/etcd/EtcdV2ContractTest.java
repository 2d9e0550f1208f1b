package io.margay.datastore.etcd;

import static io.margay.datastore.Samples.bgpNode;
import static io.margay.datastore.Samples.keyOf;
import static io.margay.datastore.Samples.policyOnlyNode;
import static org.assertj.core.api.Assertions.assertThat;

import io.margay.datastore.Await;
import io.margay.datastore.Datastore.Change;
import io.margay.datastore.DatastoreConfig.EtcdApi;
import io.margay.datastore.Entry;
import io.margay.datastore.RecordedWatch;
import org.junit.jupiter.api.Test;

class EtcdV2ContractTest extends EtcdContract {
  EtcdV2ContractTest() {
    super(EtcdApi.V2, 1);
  }

  @Override
  protected boolean writesInOneStep() {
    return false;
  }

  @Test
  void aValueOfSeveralPartsIsHeardPartByPartAndWholeInTheEnd() {
    var first = bgpNode("n", "10.0.0.1/24", "fd00::1/64", 1L);
    var second = policyOnlyNode("n");
    var start = datastore.snapshot();
    try (var watch = new RecordedWatch(datastore, start.revision())) {
      long a = datastore.create(keyOf(first), first);
      assertHeard(watch, new Change.Put(new Entry<>(keyOf(first), first, a)));
      long b = datastore.update(keyOf(second), second, null);
      assertHeard(watch, new Change.Put(new Entry<>(keyOf(second), second, b)));
      datastore.delete(keyOf(second), null);
      Await.until(() -> last(watch) instanceof Change.Deleted, () -> "heard last: " + last(watch));
      assertThat(watch.changes()).filteredOn(c -> c instanceof Change.Deleted).hasSize(1);
    }
  }

  private static void assertHeard(RecordedWatch watch, Change change) {
    Await.until(
        () -> watch.changes().contains(change),
        () -> "heard " + watch.changes() + ", expected " + change);
  }

  private static Change last(RecordedWatch watch) {
    return watch.changes().isEmpty() ? null : watch.changes().getLast();
  }
}
