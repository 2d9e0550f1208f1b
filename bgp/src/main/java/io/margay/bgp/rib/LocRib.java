package io.margay.bgp.rib;

import io.margay.net.IpPrefix;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The routes that may be used, of all sources, and the best for each prefix.
public final class LocRib {

  /// Who wants to know when the choice for a prefix is another.
  public interface Listener {
    void bestChanged(IpPrefix prefix, @Nullable BestRoute before, @Nullable BestRoute now);
  }

  private static final class Entry {
    final List<Route> routes = new ArrayList<>(1);
    @Nullable BestRoute best;
  }

  private final Map<IpPrefix, Entry> entries = new HashMap<>();
  private final Listener listener;

  public LocRib(Listener listener) {
    this.listener = listener;
  }

  /// Adds a route, in place of an earlier one from its source.
  public void put(Route route) {
    Entry entry = entries.computeIfAbsent(route.prefix(), _ -> new Entry());
    for (int i = 0; i < entry.routes.size(); i++) {
      if (entry.routes.get(i).source().equals(route.source())) {
        if (!entry.routes.set(i, route).equals(route)) {
          decide(route.prefix(), entry);
        }
        return;
      }
    }
    entry.routes.add(route);
    decide(route.prefix(), entry);
  }

  /// Removes the route that came from `source`, if there is one.
  public void remove(IpPrefix prefix, RouteSource source) {
    Entry entry = entries.get(prefix);
    if (entry != null && entry.routes.removeIf(route -> route.source().equals(source))) {
      if (entry.routes.isEmpty()) {
        entries.remove(prefix);
      }
      decide(prefix, entry);
    }
  }

  private void decide(IpPrefix prefix, Entry entry) {
    BestRoute before = entry.best;
    entry.best = Decision.choose(entry.routes);
    if (!Objects.equals(before, entry.best)) {
      listener.bestChanged(prefix, before, entry.best);
    }
  }

  /// What was chosen for a prefix.
  public @Nullable BestRoute best(IpPrefix prefix) {
    Entry entry = entries.get(prefix);
    return entry == null ? null : entry.best;
  }

  /// The prefixes that have a route, in no order.
  public Collection<IpPrefix> prefixes() {
    return Collections.unmodifiableSet(entries.keySet());
  }
}
