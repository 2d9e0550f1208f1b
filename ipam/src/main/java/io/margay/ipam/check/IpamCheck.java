package io.margay.ipam.check;

import io.margay.datastore.Datastore;
import io.margay.datastore.Key;
import io.margay.datastore.ipam.AllocationBlock;
import io.margay.datastore.ipam.AllocationBlock.Attribute;
import io.margay.ipam.check.Finding.AffinityOfNoNode;
import io.margay.ipam.check.Finding.DamagedBlock;
import io.margay.ipam.check.Finding.DoubleUse;
import io.margay.ipam.check.Finding.ForgottenBlock;
import io.margay.ipam.check.Finding.Leak;
import io.margay.ipam.check.Finding.MissingAffinity;
import io.margay.ipam.check.Finding.NotHeld;
import io.margay.ipam.check.Finding.OutsidePools;
import io.margay.ipam.check.Finding.Overlap;
import io.margay.ipam.check.Finding.StaleAffinity;
import io.margay.ipam.check.Finding.WrongCount;
import io.margay.net.IpAddress;
import io.margay.net.IpPrefix;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/// Finds what is not as it should be, at one revision of the datastore. Changes nothing.
///
/// An address that has just been taken for an endpoint which is not written yet looks like a leak;
/// so does everything while others are at work on a store without transactions. What two looks
/// find, some time apart, is real.
public final class IpamCheck {

  private final IpamPicture picture;
  private final List<Finding> findings = new ArrayList<>();

  /// @param findings what is wrong
  /// @param blocks how many blocks were looked at
  /// @param inUse how many addresses are taken
  public record Report(List<Finding> findings, int blocks, int inUse) {
    public Report {
      findings = List.copyOf(findings);
    }
  }

  private IpamCheck(IpamPicture picture) {
    this.picture = picture;
  }

  public static Report check(Datastore datastore) {
    var check = new IpamCheck(IpamPicture.take(datastore));
    check.blocks();
    check.addresses();
    check.users();
    check.affinities();
    check.handles();
    check
        .picture
        .unreadable()
        .forEach(each -> check.findings.add(new Finding.Unreadable(each.path(), each.reason())));
    int inUse =
        check.picture.blocks().values().stream().mapToInt(b -> b.addresses(_ -> true).size()).sum();
    return new Report(check.findings, check.picture.blocks().size(), inUse);
  }

  private void blocks() {
    IpPrefix before = null;
    for (AllocationBlock block : picture.blocks().values()) {
      IpPrefix cidr = block.cidr();
      if (before != null && before.contains(cidr)) {
        findings.add(new Overlap(before, cidr));
      } else {
        before = cidr;
      }
      if (!BlockRepair.of(block).equals(block)) {
        findings.add(new DamagedBlock(cidr, BlockRepair.reason(block)));
      }
      if (block.isEmpty() && block.isNobodys()) {
        findings.add(new ForgottenBlock(cidr));
      } else if (picture.pools().stream().noneMatch(pool -> pool.contains(cidr))) {
        findings.add(new OutsidePools(cidr, block.addresses(_ -> true).size()));
      }
    }
  }

  private void addresses() {
    for (AllocationBlock block : picture.blocks().values()) {
      for (IpAddress address : block.addresses(_ -> true)) {
        Attribute owner = block.attribute(address);
        if (owner != null && !picture.use().isUsed(address)) {
          findings.add(new Leak(address, block.cidr(), owner));
        }
      }
    }
  }

  private void users() {
    picture
        .use()
        .users()
        .forEach((address, users) -> {
          List<String> names = users.stream().map(AddressUse.User::name).sorted().toList();
          if (names.size() > 1) {
            findings.add(new DoubleUse(address, names));
          }
          if (picture.pools().stream().anyMatch(pool -> pool.contains(address))
              && !isHeld(address)) {
            findings.add(new NotHeld(address, names.getFirst()));
          }
        });
  }

  private boolean isHeld(IpAddress address) {
    // Blocks are disjoint but for a damage that is told of, so the nearest one before decides.
    IpPrefix last = new IpPrefix(address, address.family().bits());
    var nearest = picture.blocks().floorEntry(last);
    return nearest != null && nearest.getValue().attribute(address) != null;
  }

  private void affinities() {
    for (Key.BlockAffinity affinity : sorted(picture.affinities())) {
      AllocationBlock block = picture.blocks().get(affinity.block());
      if (block == null || !affinity.node().equals(block.node())) {
        findings.add(new StaleAffinity(affinity.node(), affinity.block()));
      }
    }
    for (AllocationBlock block : picture.blocks().values()) {
      String node = block.node();
      if (node == null) {
        continue;
      }
      if (!picture.nodes().contains(node)) {
        findings.add(new AffinityOfNoNode(node, block.cidr()));
      } else if (!picture.affinities().contains(new Key.BlockAffinity(node, block.cidr()))) {
        findings.add(new MissingAffinity(node, block.cidr()));
      }
    }
  }

  private static List<Key.BlockAffinity> sorted(Set<Key.BlockAffinity> affinities) {
    return affinities.stream()
        .sorted((a, b) ->
            a.node().equals(b.node())
                ? a.block().compareTo(b.block())
                : a.node().compareTo(b.node()))
        .toList();
  }

  private void handles() {
    Map<String, Map<IpPrefix, Integer>> actual = new TreeMap<>();
    for (AllocationBlock block : picture.blocks().values()) {
      for (IpAddress address : block.addresses(_ -> true)) {
        Attribute owner = block.attribute(address);
        String handle = owner == null ? null : owner.handle();
        if (handle != null && !handle.isEmpty()) {
          actual.computeIfAbsent(handle, _ -> new TreeMap<>()).merge(block.cidr(), 1, Integer::sum);
        }
      }
    }
    Set<String> handles = new TreeSet<>(actual.keySet());
    handles.addAll(picture.counted().keySet());
    for (String handle : handles) {
      Map<IpPrefix, Integer> counts = picture.counted().getOrDefault(handle, Map.of());
      Map<IpPrefix, Integer> really = actual.getOrDefault(handle, Map.of());
      Set<IpPrefix> cidrs = new TreeSet<>(counts.keySet());
      cidrs.addAll(really.keySet());
      if (cidrs.isEmpty()) {
        findings.add(new Finding.EmptyHandle(handle));
      }
      for (IpPrefix cidr : cidrs) {
        int counted = counts.getOrDefault(cidr, 0);
        int held = really.getOrDefault(cidr, 0);
        if (counted != held) {
          findings.add(new WrongCount(handle, cidr, counted, held));
        }
      }
    }
  }
}
