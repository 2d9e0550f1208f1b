package io.margay.kernel.ipset;

import io.margay.kernel.ipset.IpSets.ActualSet;
import io.margay.net.IpFamily;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// A set that is wanted, and how the kernel's set of that name differs from it.
///
/// The kernel's members are not kept: they are the wanted ones, less those to be added, and those
/// to be removed.
final class WantedSet {

  /// What the kernel has under the name.
  enum Presence {
    /// Nothing.
    ABSENT,
    /// A set with the wanted properties: a difference in members is all there can be.
    RIGHT,
    /// A set of another size, which can be swapped with a new one.
    SWAPPABLE,
    /// A set of another type or family, which has to go first (ipset(8), `swap`).
    INCOMPATIBLE
  }

  private IpSet set;
  private Presence presence = Presence.ABSENT;
  private final Set<String> members = new HashSet<>();
  private final Set<String> toAdd = new TreeSet<>();
  private final Set<String> toRemove = new TreeSet<>();

  WantedSet(IpSet set) {
    this.set = set;
  }

  IpSet set() {
    return set;
  }

  Presence presence() {
    return presence;
  }

  Set<String> members() {
    return members;
  }

  Set<String> toAdd() {
    return toAdd;
  }

  Set<String> toRemove() {
    return toRemove;
  }

  /// Changes the properties. How the kernel's set differs is known again once it is read.
  void setProperties(IpSet changed) {
    set = changed;
  }

  void add(String member) {
    if (members.add(member) && !toRemove.remove(member)) {
      toAdd.add(member);
    }
  }

  void remove(String member) {
    if (members.remove(member) && !toAdd.remove(member)) {
      toRemove.add(member);
    }
  }

  void retain(Set<String> wanted) {
    for (String member : Set.copyOf(members)) {
      if (!wanted.contains(member)) {
        remove(member);
      }
    }
  }

  boolean differs() {
    return presence != Presence.RIGHT || !toAdd.isEmpty() || !toRemove.isEmpty();
  }

  /// Notes what the kernel has.
  ///
  /// @return whether that is something else than was known
  boolean found(@Nullable ActualSet actual) {
    Presence presenceBefore = presence;
    Set<String> toAddBefore = Set.copyOf(toAdd);
    Set<String> toRemoveBefore = Set.copyOf(toRemove);
    presence = presenceOf(actual);
    toAdd.clear();
    toRemove.clear();
    if (actual == null) {
      toAdd.addAll(members);
    } else if (!actual.members().equals(members)) {
      Set<String> listed = new HashSet<>();
      actual.members().forEach(member -> listed.add(MemberText.ofListed(member)));
      addMissing(toAdd, members, listed);
      addMissing(toRemove, listed, members);
    }
    return presence != presenceBefore
        || (presence == Presence.RIGHT
            && !(toAdd.equals(toAddBefore) && toRemove.equals(toRemoveBefore)));
  }

  private static void addMissing(Set<String> to, Collection<String> from, Set<String> present) {
    for (String member : from) {
      if (!present.contains(member)) {
        to.add(member);
      }
    }
  }

  private Presence presenceOf(@Nullable ActualSet actual) {
    if (actual == null) {
      return Presence.ABSENT;
    }
    if (!actual.type().equals(set.type().toString())
        || !actual.family().equals(familyText(set.family()))) {
      return Presence.INCOMPATIBLE;
    }
    return actual.maxElements() == set.maxElements() ? Presence.RIGHT : Presence.SWAPPABLE;
  }

  static String familyText(IpFamily family) {
    return switch (family) {
      case IPV4 -> "inet";
      case IPV6 -> "inet6";
    };
  }

  /// Notes that the kernel now has the set as wanted.
  void written() {
    presence = Presence.RIGHT;
    toAdd.clear();
    toRemove.clear();
  }
}
