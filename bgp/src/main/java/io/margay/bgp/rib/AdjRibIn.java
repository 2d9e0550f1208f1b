package io.margay.bgp.rib;

import io.margay.bgp.message.PathAttributes;
import io.margay.net.IpFamily;
import io.margay.net.IpPrefix;
import java.lang.ref.WeakReference;
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

  private final LocRib locRib;
  private final RouteSource source;

  /// What belongs to one family.
  private static final class Part {
    /// Equal attributes are one path. An entry lasts as long as a prefix has the path.
    final Map<PathAttributes, WeakReference<Path>> paths = new WeakHashMap<>();

    @Nullable Path last;
    int session;
    int fresh;
  }

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
    Path path = path(prefix.family(), pathId, attributes, isImported);
    count(path, 1);
    Path replaced = locRib.put(prefix, path);
    if (replaced != null) {
      count(replaced, -1);
    }
  }

  /// Forgets a path.
  public void remove(IpPrefix prefix, int pathId) {
    Path removed = locRib.remove(prefix, source, pathId);
    if (removed != null) {
      count(removed, -1);
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
    return switch (family) {
      case IPV4 -> ipv4;
      case IPV6 -> ipv6;
    };
  }

  /// Whether a path is left from before the peer's restart, or from before a refresh.
  public boolean isStale(Path path) {
    return path.session() != part(path.family()).session;
  }

  private Path path(IpFamily family, int pathId, PathAttributes attributes, boolean isImported) {
    Part part = part(family);
    Path last = part.last;
    if (last != null && fits(last, pathId, attributes, isImported)) {
      return last;
    }
    WeakReference<Path> known = part.paths.get(attributes);
    Path path = known == null ? null : known.get();
    if (path == null || !fits(path, pathId, attributes, isImported)) {
      Hop hop = locRib.hop(source, attributes.nextHop());
      path = new Path(source, family, pathId, attributes, isImported, part.session, hop);
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
    locRib.forEach(
        path -> path.isFrom(source) && which.test(path),
        (prefix, path) -> {
          if (families.contains(prefix.family())) {
            remove(prefix, path.pathId());
          }
        });
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
                    path.attributes(),
                    now,
                    path.session(),
                    path.hop());
            count(changed, 1);
            count(path, -1);
            locRib.put(prefix, changed);
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
