package io.margay.ipam.check;

import io.margay.datastore.Datastore;
import io.margay.datastore.Datastore.Commit;
import io.margay.datastore.Datastore.Write;
import io.margay.datastore.DatastoreException;
import io.margay.datastore.Entry;
import io.margay.datastore.Key;
import io.margay.datastore.ipam.AllocationBlock;
import io.margay.ipam.Ipam;
import io.margay.net.IpPrefix;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Puts right what a check has found, as far as that can harm nobody.
public final class IpamRepair {

  private final Datastore datastore;
  private final Ipam ipam;

  /// @param undo where every change is noted down before it is made
  public IpamRepair(Datastore datastore, UndoFile undo) {
    this.datastore = new RecordingDatastore(datastore, undo);
    this.ipam = new Ipam(this.datastore);
  }

  /// What became of the findings.
  ///
  /// @param repaired those that are no more
  /// @param left those that nobody can put right without knowing more
  public record Outcome(List<Finding> repaired, List<Finding> left) {
    public Outcome {
      repaired = List.copyOf(repaired);
      left = List.copyOf(left);
    }
  }

  /// Repairs one after the other. What has changed since it was found is left as it is now.
  ///
  /// @throws DatastoreException if the store cannot be asked; what was repaired until then stays
  public Outcome repair(List<Finding> findings) {
    List<Finding> repaired = new ArrayList<>();
    List<Finding> left = new ArrayList<>();
    for (Finding finding : findings) {
      (finding.isRepairable() && repair(finding) ? repaired : left).add(finding);
    }
    return new Outcome(repaired, left);
  }

  private boolean repair(Finding finding) {
    return switch (finding) {
      case Finding.Leak leak -> ipam.releaseAddress(leak.address(), leak.owner());
      case Finding.StaleAffinity(var node, var block) -> dropAffinity(node, block);
      case Finding.MissingAffinity(var node, var block) -> ipam.listBlock(block, node);
      case Finding.AffinityOfNoNode(var node, var block) -> ipam.releaseAffinity(block, node);
      case Finding.WrongCount wrong -> recount(wrong.handle(), wrong.block());
      case Finding.EmptyHandle(var handle) -> dropHandle(handle);
      case Finding.DamagedBlock(var block, var _) -> mend(block);
      case Finding.ForgottenBlock(var block) -> dropBlock(block);
      case Finding.NotHeld _,
          Finding.DoubleUse _,
          Finding.OutsidePools _,
          Finding.Overlap _,
          Finding.Unreadable _ ->
          false;
    };
  }

  /// Released meanwhile by the repair of something else also counts as done.
  private boolean dropAffinity(String node, IpPrefix block) {
    ipam.releaseAffinity(block, node);
    return datastore.get(new Key.BlockAffinity(node, block)).isEmpty();
  }

  private boolean recount(String handle, IpPrefix cidr) {
    var handleKey = new Key.IpamHandle(handle);
    var blockKey = new Key.IpamBlock(cidr);
    Optional<Entry<AllocationBlock>> block = datastore.get(blockKey);
    Optional<Entry<AllocationBlock.Handle>> entry = datastore.get(handleKey);
    int actual =
        block.map(each -> each.value().addresses(o -> handle.equals(o.handle())).size()).orElse(0);
    int counted = entry.map(each -> each.value().blocks().getOrDefault(cidr, 0)).orElse(0);
    if (actual == counted) {
      return true; // put right along with a leak
    }
    List<Write> writes = new ArrayList<>();
    block.ifPresent(each -> writes.add(new Write.Unchanged(blockKey, each.revision())));
    if (entry.isEmpty()) {
      writes.add(new Write.Create<>(handleKey, new AllocationBlock.Handle(Map.of(cidr, actual))));
    } else {
      var right = entry.get().value().plus(cidr, actual - counted);
      writes.add(
          right.blocks().isEmpty()
              ? new Write.Delete(handleKey, entry.get().revision())
              : new Write.Update<>(handleKey, right, entry.get().revision()));
    }
    return datastore.commit(writes) instanceof Commit.Done;
  }

  private boolean dropHandle(String handle) {
    var key = new Key.IpamHandle(handle);
    var entry = datastore.get(key);
    return entry.isEmpty()
        || entry.get().value().blocks().isEmpty()
            && datastore.commit(List.of(new Write.Delete(key, entry.get().revision())))
                instanceof Commit.Done;
  }

  private boolean mend(IpPrefix cidr) {
    var key = new Key.IpamBlock(cidr);
    return datastore
        .get(key)
        .map(entry ->
            datastore.commit(
                    List.of(
                        new Write.Update<>(key, BlockRepair.of(entry.value()), entry.revision())))
                instanceof Commit.Done)
        .orElse(true);
  }

  private boolean dropBlock(IpPrefix cidr) {
    var key = new Key.IpamBlock(cidr);
    var entry = datastore.get(key);
    return entry.isEmpty()
        || entry.get().value().isEmpty()
            && entry.get().value().isNobodys()
            && datastore.commit(List.of(new Write.Delete(key, entry.get().revision())))
                instanceof Commit.Done;
  }
}
