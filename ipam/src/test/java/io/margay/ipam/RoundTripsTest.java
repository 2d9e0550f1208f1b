package io.margay.ipam;

import static io.margay.ipam.World.handle;
import static org.assertj.core.api.Assertions.assertThat;

import io.margay.datastore.Datastore;
import io.margay.datastore.MemoryStore;
import io.margay.datastore.path.PathDatastore;
import io.margay.datastore.path.PathStore;
import io.margay.net.IpAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Predicate;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// How often the store is called, on one with transactions: each call is a round trip to etcd.
class RoundTripsTest {

  private final CountingStore store = new CountingStore(new MemoryStore());
  private final Datastore datastore = new PathDatastore(store);
  private final Ipam ipam = new Ipam(datastore);

  @BeforeEach
  void aPoolAndABlockOfTheNode() {
    CrowdTest.addPool(datastore, "10.65.0.0/16", 26);
    assign("first");
    store.calls.clear();
  }

  private IpAddress assign(String handle) {
    var outcome = ipam.assign(new AssignRequest("slave1", 1, 0, handle(handle)));
    assertThat(outcome).isInstanceOf(Assignment.Assigned.class);
    return outcome.addresses().getFirst();
  }

  @Test
  void anAddressOfABlockThatTheNodeHasTakesAReadAndAWrite() {
    assign("second");
    assertThat(store.calls).containsExactly("read", "commit");
  }

  @Test
  void aProcessThatHasJustStartedReadsTheNodesBlocksToo() {
    new Ipam(datastore).assign(new AssignRequest("slave1", 1, 0, handle("second")));
    assertThat(store.calls).containsExactly("read", "read", "commit");
  }

  @Test
  void aNewBlockTakesALookAtThoseThatAreTakenAndAtTheSettings() {
    ipam.assign(new AssignRequest("slave2", 1, 0, handle("second")));
    assertThat(store.calls).containsExactly("read", "list", "read", "commit", "read");
  }

  @Test
  void fullBlocksAreReadInOneCall() {
    ipam.assign(new AssignRequest("slave1", 5 * 64, 0, handle("many")));
    store.calls.clear();
    assign("second");
    assertThat(store.calls).containsExactly("read", "commit");
    ipam.assign(new AssignRequest("slave1", 62, 0, handle("rest")));
    store.calls.clear();
    new Ipam(datastore).assign(new AssignRequest("slave1", 1, 0, handle("third")));
    assertThat(store.calls).containsExactly("read", "read", "list", "read", "commit", "read");
  }

  @Test
  void aChosenAddressTakesAReadAndAWrite() {
    IpAddress address = assign("second");
    ipam.releaseByHandle("second");
    store.calls.clear();
    assertThat(ipam.assignAddress(address, "slave1", handle("third")))
        .isInstanceOf(ChosenAssignment.Assigned.class);
    assertThat(store.calls).containsExactly("read", "commit");
  }

  @Test
  void givingBackReadsWhatItChanges() {
    IpAddress address = assign("second");
    store.calls.clear();
    ipam.releaseAddresses(List.of(address));
    assertThat(store.calls).containsExactly("read", "read", "commit");
  }

  @Test
  void givingBackByHandleLooksForWhatIsLeft() {
    assign("second");
    store.calls.clear();
    ipam.releaseByHandle("second");
    assertThat(store.calls).containsExactly("read", "read", "commit", "read");
  }

  private static final class CountingStore implements PathStore {
    private final PathStore store;
    private final List<String> calls = new ArrayList<>();

    CountingStore(PathStore store) {
      this.store = store;
    }

    @Override
    public Reading read(List<String> paths) {
      calls.add("read");
      return store.read(paths);
    }

    @Override
    public Reading readTogether(List<String> paths, List<String> prefixes) {
      calls.add("read");
      return store.readTogether(paths, prefixes);
    }

    @Override
    public Reading list(List<String> prefixes, Predicate<String> wanted) {
      calls.add("list");
      return store.list(prefixes, wanted);
    }

    @Override
    public OptionalLong commit(Transaction transaction) {
      calls.add("commit");
      return store.commit(transaction);
    }

    @Override
    public Datastore.Watch watch(long afterRevision, Listener listener) {
      return store.watch(afterRevision, listener);
    }

    @Override
    public void close() {
      store.close();
    }
  }
}
