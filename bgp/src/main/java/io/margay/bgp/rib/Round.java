package io.margay.bgp.rib;

import io.margay.bgp.message.PathAttributes;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// What an [ExportGroup] says in one go: noted source by source, written once, and given to each
/// peer without what that peer said itself.
///
/// ```
///   withdraw, announce ──> Teller ──write──> | withdrawn | all of one source | all of another | ──send──> ExportMember
/// ```
///
/// A round ends with [#finish], and then the next can begin.
final class Round {

  private final UpdateBatch batch;
  private final Consumer<Told> onTooLong;

  /// Sources about whose paths there is something to say.
  private final List<Teller> busy = new ArrayList<>();

  /// A round in which nothing is said yet.
  ///
  /// @param onTooLong told of attributes that leave no room for a prefix; what is pending of them
  ///   is withdrawn
  Round(UpdateBatch batch, Consumer<Told> onTooLong) {
    this.batch = batch;
    this.onTooLong = onTooLong;
  }

  /// Notes that a path that was told is gone.
  void withdraw(Told gone, int number) {
    touch(gone.teller()).withdraw(gone, number);
  }

  /// Notes a path that is to be told.
  void announce(Told each, int number) {
    touch(each.teller()).announce(each, number);
  }

  private Teller touch(Teller teller) {
    if (!teller.busy) {
      teller.busy = true;
      busy.add(teller);
    }
    return teller;
  }

  /// Writes withdrawals of nobody's paths in particular, before all else.
  void withdrawFirst(Numbers numbers, Numbers pathIds) {
    batch.withdraw(numbers, pathIds);
  }

  /// The same for paths with one path identifier.
  void withdrawFirst(Numbers numbers, int pathId) {
    batch.withdraw(numbers, pathId);
  }

  List<Teller> tellers() {
    return busy;
  }

  /// Writes what has been noted.
  ///
  /// @return null if there is nothing
  @Nullable ByteBuffer write() {
    for (Teller teller : busy) {
      teller.from = batch.length();
      batch.withdraw(teller.withdrawn, teller.withdrawnIds);
      for (Told each : teller.announced) {
        write(each);
      }
      teller.to = batch.length();
    }
    return batch.length() > 0 ? batch.take() : null;
  }

  private void write(Told each) {
    PathAttributes attributes = each.attributes();
    Numbers numbers = each.pending();
    if (attributes != null && !batch.announce(attributes, numbers, each.pathId())) {
      batch.withdraw(numbers, each.pathId());
      onTooLong.accept(each);
    }
  }

  /// Gives a peer what was written, but for what it said itself.
  void send(ByteBuffer all, ExportMember member) {
    Teller own = member.teller();
    if (!own.busy) {
      member.outlet().send(all);
      return;
    }
    if (own.from > 0) {
      member.outlet().send(all.slice(0, own.from));
    }
    if (own.to < all.limit()) {
      member.outlet().send(all.slice(own.to, all.limit() - own.to));
    }
    if (!own.retracted.isEmpty()) {
      batch.withdraw(own.retracted, 0);
      member.outlet().send(batch.take());
    }
  }

  void finish() {
    busy.forEach(Teller::done);
    busy.clear();
  }
}
