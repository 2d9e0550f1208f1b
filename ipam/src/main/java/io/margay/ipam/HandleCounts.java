package io.margay.ipam;

import io.margay.datastore.Datastore;
import io.margay.datastore.Datastore.Commit;
import io.margay.datastore.Datastore.Write;
import io.margay.datastore.Key;
import io.margay.datastore.View;
import io.margay.datastore.ipam.AllocationBlock;
import io.margay.net.IpPrefix;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// How many addresses of each block a handle has.
final class HandleCounts {

  private static final Logger LOG = LoggerFactory.getLogger(HandleCounts.class);

  private final Datastore datastore;
  private final Backoff backoff;

  HandleCounts(Datastore datastore, Backoff backoff) {
    this.datastore = datastore;
    this.backoff = backoff;
  }

  /// Counts some addresses more.
  ///
  /// @param view what the handle counts
  Write raising(View view, String handle, IpPrefix block, int addresses) {
    var key = new Key.IpamHandle(handle);
    var entry = view.get(key);
    return entry.isEmpty()
        ? new Write.Create<>(key, new AllocationBlock.Handle(Map.of(block, addresses)))
        : new Write.Update<>(
            key, entry.get().value().plus(block, addresses), entry.get().revision());
  }

  /// Counts some addresses less.
  ///
  /// @param view what the handle counts
  /// @return null if it does not count that many, which old agents got wrong and which harms nobody
  @Nullable Write lowering(View view, String handle, IpPrefix block, int addresses) {
    var key = new Key.IpamHandle(handle);
    var entry = view.get(key);
    int counted = entry.map(each -> each.value().blocks().getOrDefault(block, 0)).orElse(0);
    if (counted < addresses) {
      LOG.warn(
          "IPAM handle '{}' counts {} addresses in {}, {} are given back. It no longer counts any"
              + " there.",
          handle,
          counted,
          block,
          addresses);
    }
    if (entry.isEmpty() || counted == 0) {
      return null;
    }
    var left = entry.get().value().plus(block, -addresses);
    return left.blocks().isEmpty()
        ? new Write.Delete(key, entry.get().revision())
        : new Write.Update<>(key, left, entry.get().revision());
  }

  /// Counts some addresses less, in a write of its own.
  void lower(String handle, IpPrefix block, int addresses) {
    for (int attempt = 0; attempt < BlockWriter.ATTEMPTS; attempt++) {
      backoff.pause(attempt);
      var view = datastore.view(List.of(new Key.IpamHandle(handle)), List.of());
      var write = lowering(view, handle, block, addresses);
      if (write == null || datastore.commit(List.of(write)) instanceof Commit.Done) {
        return;
      }
    }
    LOG.warn(
        "IPAM handle '{}' is changed by others all the time and stays too high. `calicoctl ipam"
            + " check --repair` puts it right.",
        handle);
  }
}
