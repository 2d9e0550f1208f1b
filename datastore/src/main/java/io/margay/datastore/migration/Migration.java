package io.margay.datastore.migration;

import io.margay.datastore.DatastoreException;
import io.margay.datastore.path.PathStore;
import io.margay.datastore.path.PathStore.Condition;
import io.margay.datastore.path.PathStore.Objection;
import io.margay.datastore.path.PathStore.Put;
import io.margay.datastore.path.PathStore.Transaction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Copies everything below `/calico/` from one store to another, as texts: also what this version
/// does not understand.
///
/// ```
///   look ──target in use, or something cannot be carried──> Refused, nothing was written
///     └─> claim the target (Claim) ─> source not ready ─> copy what differs ──differs still──┐
///                                                            ^                               │
///                                                            └───────────────────────────────┘
///              source as ready as before ─> target as ready as the source was, claim ends <──equal
/// ```
///
/// Goals: nothing is lost, so what a target cannot hold is told before anything is written;
/// somebody else's data stays, so a target must be empty or carry the claim of this very migration;
/// it may be killed at any point and run again, so each step leaves a state from which the whole
/// leads to the same end. As long as the target's ready flag is absent, no agent starts from half a
/// cluster.
///
/// What expires by itself is left out: whoever reported it will report it again.
public final class Migration {

  private static final String READY = "/calico/v1/Ready";

  /// How much is written at once, within the limits of every store: etcd takes 128 operations and
  /// 1.5 MiB.
  private static final int BATCH = 60;

  private static final int BATCH_BYTES = 1 << 20;

  /// How often everything is compared and brought up to date, if others go on writing.
  private static final int MOST_PASSES = 10;

  private final PathStore source;
  private final PathStore target;
  private final Progress progress;
  private final boolean keepSourceNotReady;

  /// Hears how far it is.
  public interface Progress {
    /// @param of how many writes this pass has
    void onWritten(int done, int of);
  }

  /// What would be done, or was, or why not.
  public sealed interface Outcome {

    /// Nothing stands against it.
    ///
    /// @param missing values that are to be written
    /// @param alreadyThere values that the target has from an earlier run
    /// @param expiring values left out because they expire by themselves
    record Possible(int missing, int alreadyThere, int expiring) implements Outcome {}

    /// The target has what the source has; this was read back.
    ///
    /// @param written how many values were written now
    /// @param total how many values there are
    /// @param expiring values left out because they expire by themselves
    record Done(int written, int total, int expiring) implements Outcome {}

    /// The target cannot hold some values, so nothing was written.
    record NotCarried(List<Objection> objections) implements Outcome {}

    /// The target holds other things, so nothing was written.
    ///
    /// @param paths some of them that are different from the source, or that it does not have
    /// @param claimedBy the other migration that is under way to this target; null if there is none
    record Occupied(List<String> paths, @Nullable String claimedBy) implements Outcome {}

    /// Others kept writing to one of the stores. Running again brings the target up to date.
    ///
    /// @param paths that were not the same in both
    record Unsettled(List<String> paths) implements Outcome {}
  }

  /// @param keepSourceNotReady whether the source's ready flag stays off in the end
  public Migration(
      PathStore source, PathStore target, boolean keepSourceNotReady, Progress progress) {
    this.source = source;
    this.target = target;
    this.keepSourceNotReady = keepSourceNotReady;
    this.progress = progress;
  }

  /// Looks without writing anything.
  ///
  /// @return [Outcome.Possible], [Outcome.Done], [Outcome.NotCarried] or [Outcome.Occupied]
  /// @throws DatastoreException.Unavailable if a store is
  public Outcome look() {
    return look(Contents.of(source), Contents.of(target));
  }

  private Outcome look(Contents from, Contents to) {
    var objections = new ArrayList<>(from.objections());
    objections.addAll(target.objections(from.puts()));
    if (!objections.isEmpty()) {
      return new Outcome.NotCarried(List.copyOf(objections));
    }
    var difference = Difference.between(from, to);
    var claim = to.claim();
    if (claim == null ? to.isEmpty() : claim.isOf(from) && isOurs(to, difference)) {
      return new Outcome.Possible(
          from.size() - difference.same(), difference.same(), from.expiring());
    }
    return claim == null && difference.isEmpty()
        ? new Outcome.Done(0, from.size(), from.expiring())
        : new Outcome.Occupied(
            difference.isEmpty() ? to.somePaths() : difference.paths(),
            claim == null ? null : claim.toString());
  }

  /// A target that is ready is in use, unless all that is left to do is to end the claim.
  private static boolean isOurs(Contents to, Difference difference) {
    return to.value(READY) == null || difference.isEmpty();
  }

  /// @throws DatastoreException.Unavailable if a store is; run again when it is back
  public Outcome run() {
    var from = Contents.of(source);
    var to = Contents.of(target);
    var outcome = look(from, to);
    if (!(outcome instanceof Outcome.Possible)) {
      return outcome;
    }
    var claim = to.claim();
    if (claim == null) {
      claim = Claim.of(from);
      if (!commit(target, new Condition.Absent(Claim.PATH), new Put(Claim.PATH, claim.encode()))) {
        return look(Contents.of(source), Contents.of(target));
      }
    }
    return copy(claim);
  }

  private Outcome copy(Claim claim) {
    boolean settled = false;
    try {
      setSourceReady(claim, "false");
      int written = 0;
      for (int pass = 0; pass < MOST_PASSES; pass++) {
        var from = Contents.of(source);
        var difference = Difference.between(from, Contents.of(target));
        if (difference.isEmpty()) {
          settled = true;
          finish(claim);
          int flag = claim.ready() == null ? 0 : 1;
          return new Outcome.Done(written + flag, from.size(), from.expiring());
        }
        write(difference);
        written += difference.puts().size();
      }
      return new Outcome.Unsettled(
          Difference.between(Contents.of(source), Contents.of(target)).paths());
    } finally {
      if (!settled) {
        restoreSource(claim);
      }
    }
  }

  /// The claim ends last: until then a run can still tell how ready the source was.
  private void finish(Claim claim) {
    if (!keepSourceNotReady) {
      restoreSource(claim);
    }
    String ready = claim.ready();
    target.commit(
        new Transaction(
            List.of(),
            ready == null ? List.of() : List.of(new Put(READY, ready)),
            List.of(Claim.PATH)));
  }

  private void restoreSource(Claim claim) {
    String ready = claim.ready();
    if (ready != null) {
      setSourceReady(claim, ready);
    }
  }

  /// A source that never had the flag does not get one.
  private void setSourceReady(Claim claim, String value) {
    if (claim.ready() != null) {
      commit(source, new Condition.Exists(READY), new Put(READY, value));
    }
  }

  private static boolean commit(PathStore store, Condition condition, Put put) {
    return store.commit(new Transaction(List.of(condition), List.of(put), List.of())).isPresent();
  }

  private void write(Difference difference) {
    int of = difference.puts().size() + difference.deletes().size();
    int done = 0;
    for (var batch : batches(difference.puts())) {
      target.commit(new Transaction(List.of(), batch, List.of()));
      done += batch.size();
      progress.onWritten(done, of);
    }
    for (int from = 0; from < difference.deletes().size(); from += BATCH) {
      var batch =
          difference.deletes().subList(from, Math.min(difference.deletes().size(), from + BATCH));
      target.commit(new Transaction(List.of(), List.of(), batch));
      done += batch.size();
      progress.onWritten(done, of);
    }
  }

  private static List<List<Put>> batches(List<Put> puts) {
    List<List<Put>> batches = new ArrayList<>();
    List<Put> batch = new ArrayList<>();
    int bytes = 0;
    for (var put : puts) {
      int size = put.value().getBytes(StandardCharsets.UTF_8).length;
      if (batch.size() == BATCH || !batch.isEmpty() && bytes + size > BATCH_BYTES) {
        batches.add(batch);
        batch = new ArrayList<>();
        bytes = 0;
      }
      batch.add(put);
      bytes += size;
    }
    if (!batch.isEmpty()) {
      batches.add(batch);
    }
    return batches;
  }

  /// What is to be written to the target so that it has what the source has, its ready flag apart.
  ///
  /// @param same how many values need no writing
  private record Difference(List<Put> puts, List<String> deletes, int same) {

    static Difference between(Contents from, Contents to) {
      List<Put> puts = new ArrayList<>();
      int same = 0;
      for (var put : from.puts()) {
        if (put.path().equals(READY)) {
          continue;
        }
        if (put.value().equals(to.value(put.path()))) {
          same++;
        } else {
          puts.add(put);
        }
      }
      Map<String, String> extra = to.without(from);
      extra.remove(READY);
      return new Difference(List.copyOf(puts), List.copyOf(extra.keySet()), same);
    }

    boolean isEmpty() {
      return puts.isEmpty() && deletes.isEmpty();
    }

    List<String> paths() {
      List<String> paths = new ArrayList<>(puts.stream().map(Put::path).toList());
      paths.addAll(deletes);
      return List.copyOf(paths);
    }
  }
}
