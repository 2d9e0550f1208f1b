package io.margay.bgp.rib;

import io.margay.bgp.message.PathAttributes;
import io.margay.bgp.message.PrefixList;
import io.margay.net.IpFamily;
import io.margay.net.IpPrefix;
import java.lang.ref.WeakReference;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// What one peer has told us, imported or not, or what we announce ourselves: a view of one
/// source's paths in [LocRib].
///
/// While a peer restarts gracefully its paths stay, and count as stale until it tells them again or
/// has had its time (RFC 4724 §4.2). Staleness is a matter of numbers: each telling has one, and
/// paths of an earlier one are stale.
public final class AdjRibIn {

  private static final int MIN_SENT_IDS = 64;

  private final LocRib locRib;
  private final RouteSource source;

  /// What belongs to one family.
  private static final class Part {
    /// Equal attributes are one path. An entry lasts as long as a prefix has the path.
    final Map<PathAttributes, WeakReference<Path>> paths = new WeakHashMap<>();

    /// The path of the latest put, and the attributes that it was for: those of one UPDATE are one
    /// object, and need no comparison.
    @Nullable Path last;

    @Nullable PathAttributes lastAttributes;
    int session;
    int fresh;

    /// Paths that come from now on are new ones.
    void forgetPaths() {
      paths.clear();
      last = null;
      lastAttributes = null;
    }
  }

  /// What peers are told in place of the path identifiers that came, which are unique only among
  /// this source's.
  private final Map<Integer, Integer> sentIds = new HashMap<>();

  private final Part ipv4 = new Part();
  private final Part ipv6 = new Part();
  private int size;
  private int imported;
  private int stale;

  public AdjRibIn(LocRib locRib, RouteSource source) {
    this.locRib = locRib;
    this.source = source;
  }

  public RouteSource source() {
    return source;
  }

  /// Notes what the peer told, and whether it takes part in the decision.
  ///
  /// @param pathId tells apart what the peer says about one prefix (RFC 7911); else 0
  public void put(IpPrefix prefix, int pathId, PathAttributes attributes, boolean isImported) {
    put(
        PrefixList.high(prefix),
        PrefixList.low(prefix),
        PrefixList.key(prefix),
        pathId,
        attributes,
        isImported);
  }

  /// The same for one of a list.
  public void put(
      PrefixList prefixes, int index, int pathId, PathAttributes attributes, boolean isImported) {
    put(
        prefixes.high(index),
        prefixes.low(index),
        prefixes.key(index),
        pathId,
        attributes,
        isImported);
  }

  private void put(
      long high, long low, int key, int pathId, PathAttributes attributes, boolean isImported) {
    IpFamily family = PrefixList.familyOf(key);
    Path path = path(family, pathId, attributes, isImported);
    count(path, 1);
    Path replaced = locRib.put(high, low, key, path);
    if (replaced != null) {
      count(replaced, -1);
    }
  }

  /// Forgets a path.
  public void remove(IpPrefix prefix, int pathId) {
    remove(PrefixList.copyOf(List.of(prefix)), 0, pathId);
  }

  /// Forgets a path to one of a list.
  public void remove(PrefixList prefixes, int index, int pathId) {
    Path removed =
        locRib.remove(
            prefixes.high(index), prefixes.low(index), prefixes.key(index), source, pathId);
    if (removed != null) {
      count(removed, -1);
    }
  }

  /// A peer may use ever new path identifiers. Those that no path has any more are forgotten once
  /// they are most of all.
  private void pruneSentIds() {
    if (sentIds.size() > 2 * size + MIN_SENT_IDS) {
      Set<Integer> used = new HashSet<>();
      locRib.forEach(path -> path.isFrom(source), (_, path) -> used.add(path.pathId()));
      sentIds.keySet().retainAll(used);
      ipv4.forgetPaths();
      ipv6.forgetPaths();
    }
  }

  private void count(Path path, int by) {
    size += by;
    imported += path.imported() ? by : 0;
    if (isStale(path)) {
      stale += by;
    } else {
      part(path.family()).fresh += by;
    }
  }

  private Part part(IpFamily family) {
    return family == IpFamily.IPV4 ? ipv4 : ipv6;
  }

  /// Whether a path is left from before the peer's restart, or from before a refresh.
  public boolean isStale(Path path) {
    return path.session() != part(path.family()).session;
  }

  // Attributes that are the same object need no comparison; others get one.
  @SuppressWarnings("ReferenceEquality")
  private Path path(IpFamily family, int pathId, PathAttributes attributes, boolean isImported) {
    Part part = part(family);
    Path last = part.last;
    if (last != null
        && part.lastAttributes == attributes
        && last.pathId() == pathId
        && last.imported() == isImported) {
      return last;
    }
    part.lastAttributes = attributes;
    if (last != null && fits(last, pathId, attributes, isImported)) {
      return last;
    }
    WeakReference<Path> known = part.paths.get(attributes);
    Path path = known == null ? null : known.get();
    if (path == null || !fits(path, pathId, attributes, isImported)) {
      Hop hop = locRib.hop(source, attributes.nextHop());
      pruneSentIds();
      int sentId = sentIds.computeIfAbsent(pathId, _ -> locRib.nextSentId());
      path = new Path(source, family, pathId, sentId, attributes, isImported, part.session, hop);
      part.paths.remove(attributes);
      part.paths.put(attributes, new WeakReference<>(path));
    }
    part.last = path;
    return path;
  }

  private boolean fits(Path path, int pathId, PathAttributes attributes, boolean isImported) {
    return path.pathId() == pathId
        && path.imported() == isImported
        && !isStale(path)
        && path.attributes().equals(attributes);
  }

  /// Marks what there is of some families as left over from before the peer's restart, or from
  /// before it began to tell all once more.
  public void markStale(Set<IpFamily> families) {
    for (IpFamily family : families) {
      Part part = part(family);
      part.session++;
      part.last = null;
      part.lastAttributes = null;
      stale += part.fresh;
      part.fresh = 0;
    }
  }

  public boolean hasStale() {
    return stale > 0;
  }

  /// Forgets the stale paths of some families.
  public void forgetStale(Set<IpFamily> families) {
    if (stale > 0) {
      forget(families, this::isStale);
    }
  }

  /// Forgets all paths of some families.
  public void forget(Set<IpFamily> families) {
    if (size > 0) {
      forget(families, _ -> true);
    }
  }

  private void forget(Set<IpFamily> families, Predicate<Path> which) {
    locRib.removeAll(
        source,
        path -> families.contains(path.family()) && which.test(path),
        path -> count(path, -1));
  }

  /// Asks again about each route whether it takes part in the decision.
  public void reconsider(Predicate<Route> imports) {
    locRib.forEach(
        path -> path.isFrom(source),
        (prefix, path) -> {
          boolean now = imports.test(new Route(prefix, path.attributes(), source));
          if (now != path.imported()) {
            Path changed =
                new Path(
                    source,
                    path.family(),
                    path.pathId(),
                    path.sentId(),
                    path.attributes(),
                    now,
                    path.session(),
                    path.hop());
            count(changed, 1);
            count(path, -1);
            locRib.put(
                PrefixList.high(prefix), PrefixList.low(prefix), PrefixList.key(prefix), changed);
          }
        });
    ipv4.last = null;
    ipv6.last = null;
  }

  /// What the peer told about a prefix without ADD-PATH.
  public @Nullable PathAttributes get(IpPrefix prefix) {
    Path path = locRib.get(prefix, source);
    return path == null ? null : path.attributes();
  }

  public int size() {
    return size;
  }

  /// The paths of a family, without stale ones.
  public int freshCount(IpFamily family) {
    return part(family).fresh;
  }

  public int importedCount() {
    return imported;
  }

  public int staleCount() {
    return stale;
  }
}
