package io.margay.bgp.rib;

import io.margay.bgp.message.PathAttributes;
import io.margay.net.IpFamily;
import io.margay.net.IpPrefix;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// What one peer has told us, imported or not.
///
/// While a peer restarts gracefully its routes stay here, marked stale, until it tells them again
/// or has had its time (RFC 4724 §4.2).
public final class AdjRibIn {

  private static final class Entry {
    PathAttributes attributes;
    boolean imported;
    boolean stale;

    Entry(PathAttributes attributes) {
      this.attributes = attributes;
    }
  }

  private final Map<IpPrefix, Entry> entries = new HashMap<>();
  private int freshIpv4;
  private int freshIpv6;
  private int imported;
  private int stale;

  /// Notes what the peer told, and whether it takes part in the decision.
  public void put(IpPrefix prefix, PathAttributes attributes, boolean isImported) {
    Entry entry = entries.get(prefix);
    if (entry == null) {
      entry = new Entry(attributes);
      entries.put(prefix, entry);
      countFresh(prefix, 1);
    }
    entry.attributes = attributes;
    setStale(prefix, entry, false);
    setImported(entry, isImported);
  }

  /// Forgets a prefix.
  public void remove(IpPrefix prefix) {
    Entry entry = entries.remove(prefix);
    if (entry != null) {
      setStale(prefix, entry, false);
      setImported(entry, false);
      countFresh(prefix, -1);
    }
  }

  /// Marks what there is of these families as left over from before the peer's restart.
  public void markStale(Collection<IpFamily> families) {
    entries.forEach((prefix, entry) ->
        setStale(prefix, entry, entry.stale || families.contains(prefix.family())));
  }

  public boolean hasStale() {
    return stale > 0;
  }

  /// The stale prefixes of a family.
  public List<IpPrefix> stale(IpFamily family) {
    return stale == 0
        ? List.of()
        : select((prefix, entry) -> entry.stale && prefix.family() == family);
  }

  /// All prefixes of a family.
  public List<IpPrefix> prefixes(IpFamily family) {
    return select((prefix, _) -> prefix.family() == family);
  }

  private interface Selection {
    boolean selects(IpPrefix prefix, Entry entry);
  }

  private List<IpPrefix> select(Selection selection) {
    List<IpPrefix> selected = new ArrayList<>();
    entries.forEach((prefix, entry) -> {
      if (selection.selects(prefix, entry)) {
        selected.add(prefix);
      }
    });
    return selected;
  }

  /// Asks again about each route whether it takes part in the decision, and reports all.
  public void reconsider(
      Predicate<Route> imports, RouteSource source, BiConsumer<Route, Boolean> to) {
    entries.forEach((prefix, entry) -> {
      Route route = new Route(prefix, entry.attributes, source);
      setImported(entry, imports.test(route));
      to.accept(route, entry.imported);
    });
  }

  /// What the peer told about a prefix.
  public @Nullable PathAttributes get(IpPrefix prefix) {
    Entry entry = entries.get(prefix);
    return entry == null ? null : entry.attributes;
  }

  public int size() {
    return entries.size();
  }

  /// The prefixes of a family, without stale ones.
  public int freshCount(IpFamily family) {
    return switch (family) {
      case IPV4 -> freshIpv4;
      case IPV6 -> freshIpv6;
    };
  }

  public int importedCount() {
    return imported;
  }

  public int staleCount() {
    return stale;
  }

  private void countFresh(IpPrefix prefix, int more) {
    switch (prefix.family()) {
      case IPV4 -> freshIpv4 += more;
      case IPV6 -> freshIpv6 += more;
    }
  }

  private void setImported(Entry entry, boolean value) {
    imported += (value ? 1 : 0) - (entry.imported ? 1 : 0);
    entry.imported = value;
  }

  private void setStale(IpPrefix prefix, Entry entry, boolean value) {
    int more = (value ? 1 : 0) - (entry.stale ? 1 : 0);
    stale += more;
    countFresh(prefix, -more);
    entry.stale = value;
  }
}
