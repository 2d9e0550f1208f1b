package io.margay.bgp.rib;

import io.margay.bgp.message.NextHop;
import io.margay.net.IpAddress;
import io.margay.net.IpFamily;
import io.margay.net.IpPrefix;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// The paths of all sources, and the best for each prefix: Adj-RIBs-In and Loc-RIB in one table
/// (RFC 4271 §3.2 leaves that open), so that a path is kept once.
///
/// Each prefix has a number. What belongs to it: a reference to its only [Path], or to an array of
/// them with the best one first. What is done for each route of a large table asks `instanceof`: a
/// `switch` over types is slow until it is compiled. A route costs some 25 octets here, and 4 for
/// each [ExportGroup].
public final class LocRib {

  /// Who wants to know when the choice for a prefix is another.
  public interface Listener {
    void bestChanged(IpPrefix prefix, @Nullable BestRoute before, @Nullable BestRoute now);
  }

  /// Sees paths one by one.
  interface Visitor {
    void path(IpPrefix prefix, Path path);
  }

  private static final Path[] NO_PATHS = {};

  private final PrefixIndex index = new PrefixIndex();
  private final @Nullable Listener listener;
  private final Hops hops;
  private final List<ExportGroup> groups = new ArrayList<>();

  /// For each number null, a [Path], or a `Path[]` of at least two.
  private @Nullable Object[] paths = new @Nullable Object[index.capacity()];

  /// Numbers whose last path went. They are free for others once no group has to withdraw them.
  private final NumberSet emptied = new NumberSet();

  private int lastSentId;

  /// An empty table.
  ///
  /// @param listener null if nobody forwards packets by these routes; the choice then costs less
  /// @param costs how far next hops are
  public LocRib(@Nullable Listener listener, InteriorCost costs) {
    this.listener = listener;
    this.hops = new Hops(costs);
  }

  /// Where paths of `source` with this next hop lead.
  Hop hop(RouteSource source, @Nullable NextHop nextHop) {
    return hops.of(source, nextHop);
  }

  /// Next hops may be nearer, farther, gone or back: asks for all of them again, and decides anew
  /// about the prefixes that this matters for.
  public void costsChanged() {
    Map<Hop, Long> changes = hops.changes();
    if (changes.isEmpty()) {
      return;
    }
    record Before(int number, @Nullable Path best, @Nullable BestRoute choice) {}
    List<Before> affected = new ArrayList<>();
    Set<Hop> used = new HashSet<>();
    for (int number = 0; number < index.limit(); number++) {
      boolean matters = false;
      for (Path path : all(paths[number])) {
        used.add(path.hop());
        matters |= changes.containsKey(path.hop());
      }
      if (matters) {
        affected.add(new Before(number, best(number), choice(number)));
      }
    }
    changes.forEach(Hop::setCost);
    hops.retain(used);
    for (Before each : affected) {
      if (paths[each.number] instanceof Path[] several) {
        ordered(several);
      }
      changed(each.number, each.best, each.choice);
    }
  }

  /// Adds a path, in place of an earlier one of its source. The prefix is given as in [PrefixList].
  ///
  /// @return what it replaced
  @Nullable Path put(long high, long low, int key, Path path) {
    int number = index.add(high, low, key);
    if (number >= paths.length) {
      paths = Arrays.copyOf(paths, index.capacity());
    }
    Object was = paths[number];
    if (was == path) {
      return path;
    }
    BestRoute before = choice(number);
    Path bestBefore = best(was);
    Path replaced = null;
    if (was == null) {
      paths[number] = path;
    } else if (was instanceof Path only && path.replaces(only)) {
      replaced = only;
      paths[number] = path;
    } else {
      Path[] several = all(was);
      int at = position(several, path.source(), path.pathId());
      Path[] now = Arrays.copyOf(several, at < 0 ? several.length + 1 : several.length);
      if (at >= 0) {
        replaced = several[at];
      }
      now[at < 0 ? several.length : at] = path;
      paths[number] = ordered(now);
    }
    changed(number, bestBefore, before);
    return replaced;
  }

  /// Removes the path that came from `source`.
  ///
  /// @return it, or null if there was none
  @Nullable Path remove(long high, long low, int key, RouteSource source, int pathId) {
    int number = index.find(high, low, key);
    if (number == PrefixIndex.NONE) {
      return null;
    }
    if (paths[number] instanceof Path only) {
      return only.isOf(source, pathId) ? removeAt(number, 0) : null;
    }
    int at = position(all(paths[number]), source, pathId);
    return at < 0 ? null : removeAt(number, at);
  }

  /// Removes all paths of `source` that `which` selects.
  void removeAll(RouteSource source, Predicate<Path> which, Consumer<Path> removed) {
    int limit = index.limit();
    for (int number = 0; number < limit; number++) {
      Object at = paths[number];
      if (at instanceof Path only) {
        if (only.isFrom(source) && which.test(only)) {
          removed.accept(only);
          removeAt(number, 0);
        }
      } else if (at != null) {
        removeSome(number, (Path[]) at, source, which, removed);
      }
    }
  }

  private void removeSome(
      int number,
      Path[] several,
      RouteSource source,
      Predicate<Path> which,
      Consumer<Path> removed) {
    for (int i = several.length - 1; i >= 0; i--) {
      if (several[i].isFrom(source) && which.test(several[i])) {
        removed.accept(several[i]);
        removeAt(number, position(all(paths[number]), source, several[i].pathId()));
      }
    }
  }

  private Path removeAt(int number, int at) {
    Object was = paths[number];
    BestRoute before = choice(number);
    Path bestBefore = best(was);
    Path removed;
    if (was instanceof Path only) {
      removed = only;
      paths[number] = null;
      emptied.add(number);
    } else {
      Path[] several = all(was);
      removed = several[at];
      Path[] rest = new Path[several.length - 1];
      System.arraycopy(several, 0, rest, 0, at);
      System.arraycopy(several, at + 1, rest, at, rest.length - at);
      paths[number] = rest.length == 1 ? rest[0] : ordered(rest);
    }
    changed(number, bestBefore, before);
    return removed;
  }

  private static int position(Path[] several, RouteSource source, int pathId) {
    for (int i = 0; i < several.length; i++) {
      if (several[i].isOf(source, pathId)) {
        return i;
      }
    }
    return -1;
  }

  /// Puts the best path first.
  private static Path[] ordered(Path[] several) {
    List<Path> usable = usable(several);
    if (usable.isEmpty()) {
      return several;
    }
    Path best = Decision.multipath(usable).getFirst();
    for (int i = 0; i < several.length; i++) {
      if (several[i] == best) {
        several[i] = several[0];
        several[0] = best;
      }
    }
    return several;
  }

  private void changed(int number, @Nullable Path bestBefore, @Nullable BestRoute before) {
    Path bestNow = best(number);
    boolean another = bestNow == null ? bestBefore != null : !bestNow.saysTheSameAs(bestBefore);
    for (int i = 0; i < groups.size(); i++) {
      if (another || groups.get(i).tellsSeveral()) {
        groups.get(i).mark(number);
      }
    }
    if (listener != null) {
      BestRoute now = choice(number);
      if (!Objects.equals(before, now)) {
        listener.bestChanged(index.prefix(number), before, now);
      }
    }
  }

  /// What was chosen, for the listener; null if there is none.
  private @Nullable BestRoute choice(int number) {
    return listener == null ? null : choice(index.prefix(number), paths[number]);
  }

  private static List<Path> usable(Path[] several) {
    List<Path> usable = new ArrayList<>(several.length);
    for (Path path : several) {
      if (path.usable()) {
        usable.add(path);
      }
    }
    return usable;
  }

  private static @Nullable BestRoute choice(IpPrefix prefix, @Nullable Object at) {
    List<Path> usable = usable(all(at));
    if (usable.isEmpty()) {
      return null;
    }
    List<Route> routes =
        Decision.multipath(usable).stream()
            .map(path -> new Route(prefix, path.attributes(), path.source()))
            .toList();
    return new BestRoute(routes.getFirst(), routes);
  }

  private static @Nullable Path best(@Nullable Object at) {
    if (at == null) {
      return null;
    }
    Path first = at instanceof Path only ? only : ((Path[]) at)[0];
    return first.usable() ? first : null;
  }

  /// The path to the prefix of a number that was chosen.
  @Nullable Path best(int number) {
    return best(paths[number]);
  }

  /// How many paths there are to the prefix of a number.
  int pathCount(int number) {
    Object at = paths[number];
    if (at == null) {
      return 0;
    }
    return at instanceof Path ? 1 : ((Path[]) at).length;
  }

  /// One of the paths to the prefix of a number; the best one is first, if one is usable.
  Path path(int number, int at) {
    return paths[number] instanceof Path only
        ? only
        : ((Path[]) Objects.requireNonNull(paths[number]))[at];
  }

  /// A path identifier that no path has had ([Path#sentId]).
  int nextSentId() {
    return ++lastSentId;
  }

  /// What was chosen for a prefix.
  public @Nullable BestRoute best(IpPrefix prefix) {
    int number = index.find(prefix);
    return number == PrefixIndex.NONE ? null : choice(prefix, paths[number]);
  }

  /// How many prefixes have a path.
  public int size() {
    int size = 0;
    for (int number = 0; number < index.limit(); number++) {
      size += paths[number] == null ? 0 : 1;
    }
    return size;
  }

  /// What `source` told about a prefix without ADD-PATH.
  @Nullable Path get(IpPrefix prefix, RouteSource source) {
    int number = index.find(prefix);
    Path[] several = number == PrefixIndex.NONE ? NO_PATHS : all(paths[number]);
    int at = position(several, source, 0);
    return at < 0 ? null : several[at];
  }

  private static Path[] all(@Nullable Object at) {
    if (at == null) {
      return NO_PATHS;
    }
    return at instanceof Path only ? new Path[] {only} : (Path[]) at;
  }

  /// Shows all paths that `which` selects. The visitor may change the table.
  void forEach(Predicate<Path> which, Visitor visitor) {
    int limit = index.limit();
    for (int number = 0; number < limit; number++) {
      Object at = paths[number];
      if (at instanceof Path only && !which.test(only)) {
        continue;
      }
      for (Path path : all(at)) {
        if (which.test(path)) {
          visitor.path(index.prefix(number), path);
        }
      }
    }
  }

  // What operators look at.

  /// Shows some prefixes that have a path, or had one until so recently that a peer may not know.
  ///
  /// @param from number to begin with
  /// @param max how many numbers to look at
  /// @return the number to go on with; -1 if there is none
  public int prefixes(int from, int max, Consumer<IpPrefix> sink) {
    int end = Math.min(from + max, index.limit());
    for (int number = from; number < end; number++) {
      if (paths[number] != null || emptied.contains(number)) {
        sink.accept(index.prefix(number));
      }
    }
    return end < index.limit() ? end : -1;
  }

  /// The paths to a prefix, the best one first, then those that are as good for forwarding.
  ///
  /// @param peer whose paths; null for all
  public List<RibEntry> entries(
      IpPrefix prefix, @Nullable IpAddress peer, Predicate<Path> isStale) {
    int number = index.find(prefix);
    Path[] several = number == PrefixIndex.NONE ? NO_PATHS : all(paths[number]);
    List<Path> usable = usable(several);
    List<Path> chosen = usable.isEmpty() ? List.of() : Decision.multipath(usable);
    List<Path> ordered = new ArrayList<>(chosen);
    for (Path path : several) {
      if (!chosen.contains(path)) {
        ordered.add(path);
      }
    }
    List<RibEntry> entries = new ArrayList<>();
    for (Path path : ordered) {
      if (peer == null
          || (path.source() instanceof RouteSource.Peer from && from.address().equals(peer))) {
        entries.add(
            new RibEntry(
                prefix,
                path.pathId(),
                path.attributes(),
                path.source(),
                use(path, chosen),
                path.hop().cost(),
                isStale.test(path)));
      }
    }
    return entries;
  }

  private static RibEntry.Use use(Path path, List<Path> chosen) {
    return switch (chosen.indexOf(path)) {
      case 0 -> RibEntry.Use.BEST;
      case -1 ->
          !path.imported()
              ? RibEntry.Use.REFUSED
              : path.usable() ? RibEntry.Use.VALID : RibEntry.Use.UNREACHABLE;
      default -> RibEntry.Use.MULTIPATH;
    };
  }

  // What export groups ask.

  /// The number of a prefix; -1 if it has none.
  int number(IpPrefix prefix) {
    return index.find(prefix);
  }

  /// Tells a group of changes from now on; all there is counts as changed.
  void attach(ExportGroup group) {
    groups.add(group);
    markAll(group);
  }

  void detach(ExportGroup group) {
    groups.remove(group);
  }

  void markAll(ExportGroup group) {
    for (int number = 0; number < index.limit(); number++) {
      if (paths[number] != null) {
        group.mark(number);
      }
    }
  }

  IpPrefix prefix(int number) {
    return index.prefix(number);
  }

  IpFamily family(int number) {
    return index.family(number);
  }

  int length(int number) {
    return index.length(number);
  }

  void putAddress(int number, ByteBuffer buffer) {
    index.putAddress(number, buffer);
  }

  int capacity() {
    return index.capacity();
  }

  /// Whether there is something for [#release].
  public boolean hasEmptied() {
    return !emptied.isEmpty();
  }

  /// Frees the numbers of prefixes that are gone, unless a peer has yet to hear of that.
  public void release() {
    if (emptied.isEmpty()) {
      return;
    }
    for (ExportGroup group : groups) {
      if (!group.isSettled()) {
        return;
      }
    }
    while (!emptied.isEmpty()) {
      int number = emptied.remove();
      if (paths[number] == null) {
        index.remove(number);
      }
    }
  }
}
