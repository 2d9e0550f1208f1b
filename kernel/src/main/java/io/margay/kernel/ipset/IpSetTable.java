package io.margay.kernel.ipset;

import static io.margay.kernel.ipset.WantedSet.Presence.INCOMPATIBLE;
import static io.margay.kernel.ipset.WantedSet.Presence.RIGHT;

import io.margay.kernel.ApplyOutcome;
import io.margay.kernel.KernelException;
import io.margay.kernel.LostLooks;
import io.margay.kernel.ipset.IpSets.ActualSet;
import io.margay.net.IpFamily;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// The sets of one family that are wanted, and the means to bring the kernel there.
///
/// A set that is there with the right properties gets its difference in members; a restart with
/// nothing changed writes nothing. Any other is built under a temporary name and swapped in, so
/// that it is never seen half-filled. A new set appears only once all its members are in: should
/// `ipset restore` stop before, rules find no set and are refused, instead of finding one that
/// matches too little.
///
/// Creating and destroying are apart, since rules come in between: sets must exist before rules
/// refer to them, and must not be referred to when they are destroyed.
///
/// Members may be given in any spelling. Those of the other family are left out, so that one list
/// can feed both families.
///
/// Belongs to one thread, which its calls to [IpSets] may block.
public final class IpSetTable {

  private final IpFamily family;
  private final IpSets ipSets;
  private final Predicate<String> ours;
  private final UnaryOperator<String> temporaryName;

  private final Map<String, WantedSet> wanted = new TreeMap<>();

  /// Wanted sets that may differ from the kernel's.
  private final Set<String> dirty = new TreeSet<>();

  /// The names of sets of ours that the kernel has.
  private final Set<String> existing = new TreeSet<>();

  /// Unwanted sets that could not be destroyed, left alone until the kernel is read again.
  private final Set<String> stuck = new HashSet<>();

  /// Sets that exist and are neither wanted nor stuck, as long as that is known: there may be
  /// thousands of sets, and this is asked with each change.
  private @Nullable List<String> unwanted;

  private final Set<String> drifted = new HashSet<>();

  /// Sets of which it is not known how much of our last write took effect.
  private final Set<String> uncertain = new HashSet<>();

  private boolean everRead;
  private boolean stale = true;

  /// How often something was, or may have been, written.
  private long writes;

  private final LostLooks lostLooks = new LostLooks();

  /// @param ours which sets, by name, may be changed or destroyed; temporary ones included
  /// @param temporaryName from the name of a set, the name under which its replacement is built
  public IpSetTable(
      IpFamily family, IpSets ipSets, Predicate<String> ours, UnaryOperator<String> temporaryName) {
    this.family = family;
    this.ipSets = ipSets;
    this.ours = ours;
    this.temporaryName = temporaryName;
  }

  /// Wants the set with exactly these members, in the place of any other of its name.
  ///
  /// @throws IllegalArgumentException if the set is not of this table's family or not one of ours,
  ///   or a member does not fit its type
  public void replace(IpSet set, Set<String> members) {
    if (set.family() != family || !ours.test(set.name())) {
      throw new IllegalArgumentException(set + " does not belong to the sets of " + family);
    }
    Set<String> canonical = canonical(set, members);
    WantedSet target = wanted.get(set.name());
    if (target == null) {
      target = new WantedSet(set);
      wanted.put(set.name(), target);
      unwanted = null;
      uncertain.add(set.name());
      stale |= existing.contains(set.name());
    } else {
      if (!target.set().equals(set)) {
        target.setProperties(set);
        uncertain.add(set.name());
        stale = true;
      }
      target.retain(canonical);
    }
    canonical.forEach(target::add);
    dirty.add(set.name());
  }

  /// Wants more members in a set that is wanted already.
  public void addMembers(String name, Set<String> members) {
    WantedSet target = wantedSet(name);
    canonical(target.set(), members).forEach(target::add);
    dirty.add(name);
  }

  /// Wants fewer members in a set that is wanted already.
  public void removeMembers(String name, Set<String> members) {
    WantedSet target = wantedSet(name);
    canonical(target.set(), members).forEach(target::remove);
    dirty.add(name);
  }

  private WantedSet wantedSet(String name) {
    WantedSet target = wanted.get(name);
    if (target == null) {
      throw new IllegalArgumentException("members for set " + name + ", which is not wanted");
    }
    return target;
  }

  private static Set<String> canonical(IpSet set, Collection<String> members) {
    Set<String> canonical = new HashSet<>();
    members.forEach(member -> canonical.addAll(MemberText.canonical(set, member)));
    return canonical;
  }

  /// Wants no set of the name any more.
  public void remove(String name) {
    wanted.remove(name);
    dirty.remove(name);
    unwanted = null;
  }

  /// How many sets are wanted.
  public int setCount() {
    return wanted.size();
  }

  /// Has the next apply read the kernel's sets anew.
  public void invalidate() {
    stale = true;
  }

  /// How often this table has written: changes with each write.
  public long writes() {
    return writes;
  }

  /// Takes what someone else has read of the kernel's sets, if it still holds: nothing was written
  /// since the reading began. When that was not so a few times in a row, the next apply reads them.
  ///
  /// @param writesBefore what [#writes()] said before the reading began
  public void look(Map<String, ActualSet> actual, long writesBefore) {
    if (stale) {
      return;
    }
    if (writes == writesBefore) {
      take(actual);
    } else {
      stale = lostLooks.another();
    }
  }

  /// Whether an apply would read or write.
  public boolean needsApply() {
    return stale || !differing().isEmpty() || !unwanted().isEmpty();
  }

  /// Creates and updates sets. Comes before rules that refer to them are written.
  ///
  /// All sets are written in one go. If that is refused, what is there is read anew and each set is
  /// written on its own, so that one that cannot be written does not keep back the others.
  public ApplyOutcome<SetChange> applyUpdates() {
    List<SetChange> changes = new ArrayList<>();
    try {
      readIfStale();
      write(differing(), changes);
      return new ApplyOutcome<>(changes, List.of());
    } catch (KernelException refused) {
      return applyOneByOne(changes);
    }
  }

  private ApplyOutcome<SetChange> applyOneByOne(List<SetChange> changes) {
    List<KernelException> failures = new ArrayList<>();
    try {
      readIfStale();
    } catch (KernelException e) {
      return new ApplyOutcome<>(changes, List.of(e));
    }
    for (WantedSet target : differing()) {
      try {
        write(List.of(target), changes);
      } catch (KernelException e) {
        failures.add(
            new KernelException(
                "ipset %s cannot be brought to what is wanted: %s. It keeps what it has, and is"
                        .formatted(target.set().name(), e.getMessage())
                    + " tried again with the next change or refresh.",
                e));
      }
    }
    return new ApplyOutcome<>(changes, failures);
  }

  /// Destroys sets of ours that are not wanted. Comes after the rules that referred to them are
  /// gone.
  public ApplyOutcome<SetChange> applyDeletions() {
    List<SetChange> changes = new ArrayList<>();
    List<KernelException> failures = new ArrayList<>();
    try {
      readIfStale();
      destroy(unwanted(), changes);
    } catch (KernelException refused) {
      stale = true;
      destroyOneByOne(changes, failures);
    }
    return new ApplyOutcome<>(changes, failures);
  }

  private void destroyOneByOne(List<SetChange> changes, List<KernelException> failures) {
    try {
      readIfStale();
    } catch (KernelException e) {
      failures.add(e);
      return;
    }
    for (String name : unwanted()) {
      try {
        destroy(List.of(name), changes);
      } catch (KernelException e) {
        stuck.add(name);
        unwanted = null;
        failures.add(
            new KernelException(
                "ipset %s is not wanted any more but cannot be destroyed: %s. It stays until the"
                        .formatted(name, e.getMessage())
                    + " next refresh; if a rule of someone else's refers to it, remove that rule.",
                e));
      }
    }
  }

  private void readIfStale() {
    if (stale) {
      take(ipSets.list());
    }
  }

  private void take(Map<String, ActualSet> actual) {
    Set<String> before = Set.copyOf(existing);
    existing.clear();
    actual.keySet().stream().filter(ours).forEach(existing::add);
    stuck.clear();
    unwanted = null;
    wanted.forEach((name, target) -> {
      boolean changed = target.found(actual.get(name));
      noteDrift(name, changed);
      if (target.differs()) {
        dirty.add(name);
      }
    });
    for (String name : existing) {
      noteDrift(name, !wanted.containsKey(name) && !before.contains(name));
    }
    uncertain.clear();
    lostLooks.over();
    everRead = true;
    stale = false;
  }

  private void noteDrift(String name, boolean changed) {
    if (changed && everRead && !uncertain.contains(name)) {
      drifted.add(name);
    }
  }

  private List<WantedSet> differing() {
    return dirty.stream().filter(this::differs).map(this::wantedSet).toList();
  }

  private List<String> unwanted() {
    List<String> known = unwanted;
    if (known == null) {
      known =
          existing.stream()
              .filter(name -> !wanted.containsKey(name) && !stuck.contains(name))
              .toList();
      unwanted = known;
    }
    return known;
  }

  private void write(List<WantedSet> targets, List<SetChange> changes) {
    if (!targets.isEmpty()) {
      SetRestoreInput input = new SetRestoreInput();
      for (WantedSet target : targets) {
        String temporary = temporaryName.apply(target.set().name());
        if (target.presence() == RIGHT) {
          input.update(target);
        } else {
          input.rewrite(target, temporary, existing.contains(temporary));
        }
      }
      restore(input.text(), targets);
    }
    for (WantedSet target : targets) {
      String name = target.set().name();
      changes.add(changeOf(target));
      if (target.presence() != RIGHT) {
        existing.remove(temporaryName.apply(name));
        unwanted = null;
      }
      unwanted = existing.add(name) ? null : unwanted;
      target.written();
      drifted.remove(name);
      uncertain.remove(name);
    }
    dirty.removeIf(name -> !differs(name));
  }

  private boolean differs(String name) {
    WantedSet target = wanted.get(name);
    return target != null && target.differs();
  }

  private SetChange changeOf(WantedSet target) {
    String name = target.set().name();
    boolean drift = drifted.contains(name);
    return switch (target.presence()) {
      case ABSENT -> new SetChange(name, SetChange.Kind.CREATED, target.members().size(), 0, drift);
      case SWAPPABLE, INCOMPATIBLE ->
          new SetChange(name, SetChange.Kind.REPLACED, target.members().size(), 0, drift);
      case RIGHT ->
          new SetChange(
              name, SetChange.Kind.UPDATED, target.toAdd().size(), target.toRemove().size(), drift);
    };
  }

  private void destroy(List<String> names, List<SetChange> changes) {
    if (names.isEmpty()) {
      return;
    }
    SetRestoreInput input = new SetRestoreInput();
    names.forEach(input::destroy);
    writes++;
    ipSets.restore(input.text());
    for (String name : names) {
      existing.remove(name);
      unwanted = null;
      changes.add(new SetChange(name, SetChange.Kind.DESTROYED, 0, 0, drifted.remove(name)));
    }
  }

  private void restore(String input, List<WantedSet> targets) {
    writes++;
    try {
      ipSets.restore(input);
    } catch (KernelException e) {
      for (WantedSet target : targets) {
        uncertain.add(target.set().name());
        uncertain.add(temporaryName.apply(target.set().name()));
      }
      stale = true;
      throw e;
    }
  }
}
