package io.margay.kernel.route;

import io.margay.kernel.ApplyOutcome;
import io.margay.kernel.DeltaTracker;
import io.margay.kernel.KernelException;
import io.margay.kernel.Link;
import io.margay.kernel.NextHop;
import io.margay.kernel.Route;
import io.margay.kernel.Routes;
import io.margay.net.IpFamily;
import io.margay.net.IpPrefix;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// The routes of one family that are wanted, and the means to bring the main table there.
///
/// The main table is everyone's. Of routes that are not ours, only those in the way of wanted ones
/// are remembered; they stay, unless they yield, and the wanted route waits until they go.
///
/// Notices from the monitor come late: what they tell may have been overtaken by our own writes. A
/// notice is therefore never taken for the state of things, only for a reason to read them, and one
/// that agrees with what is known, as the echo of our own writes does, for none.
///
/// Belongs to one thread, which its calls to [Routes] may block.
public final class RouteTable {

  private static final int ATTEMPTS = 3;

  /// What the kernel says of a route whose device or gateway cannot be used yet (errno(3)).
  private static final List<String> WAIT_FOR_LINK =
      List.of("ENODEV", "ENETDOWN", "ENETUNREACH", "EHOSTUNREACH");

  private final IpFamily family;
  private final Routes routes;
  private final Predicate<Route> ours;
  private final Predicate<Route> yielding;

  /// By destination. On the actual side: our routes to it and, if one is wanted, those of others.
  private final DeltaTracker<IpPrefix, Route, List<Route>> tracker =
      new DeltaTracker<>(this::isInPlace);

  /// Routes of ours that are gone without our doing, until what became of them is settled.
  private final Map<IpPrefix, Lost> lost = new TreeMap<>();

  /// Destinations at which someone else changed our route, as found when last read.
  private final Set<IpPrefix> drifted = new HashSet<>();

  private final Map<IpPrefix, Route> conflicts = new TreeMap<>();
  private final Map<IpPrefix, Route> waiting = new TreeMap<>();
  private final Map<Integer, String> linkNames = new HashMap<>();

  /// Destinations no longer wanted that were wanted while deletions are held.
  private final Set<IpPrefix> released = new HashSet<>();

  private boolean holdDeletions;
  private boolean everRead;
  private boolean stale = true;
  private boolean retryWaiting;

  private record Lost(Route route, boolean withItsLink) {}

  public RouteTable(IpFamily family, Routes routes, Predicate<Route> ours) {
    this(family, routes, ours, route -> false);
  }

  /// @param ours which routes this table may delete or replace
  /// @param yielding which routes of others give way to a wanted one for the same destination
  public RouteTable(
      IpFamily family, Routes routes, Predicate<Route> ours, Predicate<Route> yielding) {
    this.family = family;
    this.routes = routes;
    this.ours = ours;
    this.yielding = yielding;
  }

  /// Wants the route, in the place of any other to its destination.
  public void put(Route route) {
    if (route.destination().family() != family) {
      throw new IllegalArgumentException(route + " does not belong to the routes of " + family);
    }
    if (!route.equals(tracker.desired(route.destination()))) {
      settle(route.destination());
      released.remove(route.destination());
      tracker.want(route.destination(), route);
    }
  }

  /// Wants no route to the destination any more.
  public void remove(IpPrefix destination) {
    settle(destination);
    if (holdDeletions && tracker.desired(destination) != null) {
      released.add(destination);
    }
    tracker.unwant(destination);
  }

  private void settle(IpPrefix destination) {
    conflicts.remove(destination);
    waiting.remove(destination);
  }

  /// While held, routes of ours that are not wanted stay: after a restart they are most likely
  /// still right, and will be wanted as soon as whoever feeds this table has learned them again
  /// (RFC 4724 §4.2 keeps forwarding state in the same way). Wanted routes replace them as ever,
  /// and one that was wanted meanwhile and is not any more is deleted: whoever feeds this table
  /// knows about it.
  public void holdDeletions(boolean hold) {
    holdDeletions = hold;
    released.clear();
  }

  private List<IpPrefix> toDelete() {
    List<IpPrefix> all = tracker.toDelete();
    return holdDeletions ? all.stream().filter(released::contains).toList() : all;
  }

  /// Has the next apply read the kernel's routes anew.
  public void invalidate() {
    stale = true;
  }

  /// Notes from the monitor that a route appeared or was replaced.
  public void onRoute(Route route) {
    IpPrefix destination = route.destination();
    if (destination.family() != family) {
      return;
    }
    List<Route> known = new ArrayList<>(known(destination));
    int echo = indexSatisfiedBy(route, known);
    if (echo >= 0) {
      known.set(echo, route);
      know(destination, known);
    } else {
      stale |= ours.test(route) || tracker.desired(destination) != null;
      retryWaiting |= !waiting.isEmpty();
    }
  }

  private static int indexSatisfiedBy(Route route, List<Route> known) {
    for (int i = 0; i < known.size(); i++) {
      if (RouteMatch.satisfies(route, known.get(i))) {
        return i;
      }
    }
    return -1;
  }

  /// Notes from the monitor that a route went away.
  public void onRouteRemoved(Route route) {
    stale |= indexSatisfiedBy(route, known(route.destination())) >= 0;
  }

  /// Notes from the monitor that a link appeared or changed. One that went down lost its routes, of
  /// which IPv4 gives no other notice.
  public void onLink(Link link) {
    String before = linkNames.put(link.index(), link.name());
    stale |= before != null && !before.equals(link.name());
    if (link.adminUp()) {
      retryWaiting |= !waiting.isEmpty();
    } else {
      loseRoutesOf(link.name());
    }
  }

  public void onLinkRemoved(Link link) {
    linkNames.remove(link.index());
    loseRoutesOf(link.name());
  }

  /// A route over several links loses only a part of itself, so it is read anew.
  private void loseRoutesOf(String device) {
    for (IpPrefix destination : List.copyOf(tracker.actualKeys())) {
      List<Route> left = new ArrayList<>();
      for (Route route : known(destination)) {
        List<NextHop> hops = route.nextHops();
        boolean touched = hops.stream().anyMatch(hop -> device.equals(hop.device()));
        stale |= touched && hops.size() > 1;
        if (!touched || hops.size() > 1) {
          left.add(route);
        } else if (ours.test(route)) {
          lost.put(destination, new Lost(route, true));
        }
      }
      if (left.size() < known(destination).size()) {
        know(destination, left);
      }
    }
  }

  /// Whether an apply would read or write.
  public boolean needsApply() {
    return stale
        || retryWaiting
        || !toDelete().isEmpty()
        || tracker.toWrite().stream()
            .anyMatch(to -> !conflicts.containsKey(to) && !waiting.containsKey(to))
        || lost.keySet().stream().anyMatch(destination -> tracker.desired(destination) == null);
  }

  /// Adds what is missing, replaces what differs, deletes what is not wanted.
  ///
  /// A route that the kernel says exists, though it was not known, means that someone else wrote
  /// meanwhile: the routes are read and compared anew.
  public ApplyOutcome<RouteChange> apply() {
    List<RouteChange> changes = new ArrayList<>();
    List<KernelException> failures = new ArrayList<>();
    retryWaiting = false;
    int attempt = 0;
    do {
      failures.clear();
      try {
        readIfStale();
      } catch (KernelException e) {
        failures.add(e);
        break;
      }
      tracker.toWrite().forEach(destination -> write(destination, changes, failures));
      toDelete().forEach(destination -> deleteOthers(null, destination, changes, failures));
    } while (stale && ++attempt < ATTEMPTS);
    settleLost(changes, failures);
    drifted.clear();
    return new ApplyOutcome<>(changes, failures);
  }

  private void readIfStale() {
    if (!stale) {
      return;
    }
    Map<IpPrefix, List<Route>> actual = new HashMap<>();
    for (Route route : routes.list(family)) {
      if (ours.test(route) || tracker.desired(route.destination()) != null) {
        actual.computeIfAbsent(route.destination(), to -> new ArrayList<>(1)).add(route);
      }
    }
    if (everRead) {
      for (IpPrefix destination : tracker.actualKeys()) {
        noteDrift(destination, actual.getOrDefault(destination, List.of()));
      }
    }
    tracker.foundAll(actual);
    conflicts.clear();
    everRead = true;
    stale = false;
  }

  private void noteDrift(IpPrefix destination, List<Route> now) {
    for (Route before : known(destination)) {
      if (ours.test(before)
          && now.stream().noneMatch(route -> RouteMatch.satisfies(route, before))) {
        if (now.stream().anyMatch(ours)) {
          drifted.add(destination);
        } else {
          lost.putIfAbsent(destination, new Lost(before, false));
        }
      }
    }
  }

  private boolean isInPlace(Route wanted, List<Route> actual) {
    return actual.stream().anyMatch(route -> RouteMatch.satisfies(route, wanted))
        && actual.stream()
            .allMatch(route -> !ours.test(route) || RouteMatch.satisfies(route, wanted));
  }

  /// A route that has to wait takes the one before it away: packets must not go on to where they
  /// are no longer wanted. One that is refused for another reason leaves everything as it is.
  private void write(
      IpPrefix destination, List<RouteChange> changes, List<KernelException> failures) {
    Route wanted = Objects.requireNonNull(tracker.desired(destination));
    try {
      if (known(destination).stream().noneMatch(route -> RouteMatch.satisfies(route, wanted))) {
        install(wanted, changes);
      }
      waiting.remove(destination);
    } catch (KernelException e) {
      if (WAIT_FOR_LINK.stream().noneMatch(e::names)) {
        stale |= e.names("EEXIST");
        failures.add(failure("route to " + destination + " cannot be written", e));
        return;
      }
      waiting.put(destination, wanted);
    }
    deleteOthers(wanted, destination, changes, failures);
  }

  /// The route goes in by a single step in the place of the one that has its metric, if that may be
  /// replaced.
  private void install(Route wanted, List<RouteChange> changes) {
    IpPrefix destination = wanted.destination();
    List<Route> there = new ArrayList<>(known(destination));
    List<Route> inPlace =
        there.stream().filter(route -> route.metric() == wanted.metric()).toList();
    for (Route route : inPlace) {
      if (!ours.test(route) && !yielding.test(route)) {
        conflicts.put(destination, route);
        return;
      }
    }
    conflicts.remove(destination);
    if (inPlace.isEmpty()) {
      routes.add(wanted);
      Lost before = lost.get(destination);
      changes.add(new RouteChange.Added(wanted, before != null && !before.withItsLink()));
    } else {
      routes.replace(wanted);
      Route before = inPlace.getFirst();
      changes.add(new RouteChange.Replaced(before, wanted, drifted.contains(destination)));
      there.remove(before);
    }
    there.add(wanted);
    know(destination, there);
  }

  /// Deletes our routes to the destination, except the wanted one.
  private void deleteOthers(
      @Nullable Route wanted,
      IpPrefix destination,
      List<RouteChange> changes,
      List<KernelException> failures) {
    for (Route route : known(destination)) {
      if (ours.test(route) && (wanted == null || !RouteMatch.satisfies(route, wanted))) {
        try {
          routes.delete(route);
          List<Route> left = new ArrayList<>(known(destination));
          left.remove(route);
          know(destination, left);
          changes.add(new RouteChange.Removed(route));
        } catch (KernelException e) {
          failures.add(failure("route to " + destination + " cannot be deleted", e));
        }
      }
    }
    if (wanted == null && known(destination).stream().noneMatch(ours)) {
      tracker.gone(destination);
    }
  }

  /// Decides about routes that are gone: those wanted again behind the same interfaces are still to
  /// come, or back; of the others the caller is told.
  private void settleLost(List<RouteChange> changes, List<KernelException> failures) {
    if (stale || holdDeletions) {
      return;
    }
    for (Map.Entry<IpPrefix, Lost> entry : Map.copyOf(lost).entrySet()) {
      IpPrefix destination = entry.getKey();
      Route before = entry.getValue().route();
      Route wanted = tracker.desired(destination);
      if (wanted != null && RouteMatch.sameDevices(before, wanted)) {
        if (isInPlace(wanted, known(destination))) {
          lost.remove(destination);
        }
      } else {
        forget(before, changes, failures);
      }
    }
  }

  /// A notice about the link may have been overtaken by the route's being written again, so the
  /// route is deleted nonetheless.
  private void forget(Route gone, List<RouteChange> changes, List<KernelException> failures) {
    try {
      routes.delete(gone);
      lost.remove(gone.destination());
      changes.add(new RouteChange.Vanished(gone));
    } catch (KernelException e) {
      failures.add(failure("route to " + gone.destination() + " cannot be deleted", e));
    }
  }

  private List<Route> known(IpPrefix destination) {
    List<Route> known = tracker.actual(destination);
    return known == null ? List.of() : known;
  }

  private void know(IpPrefix destination, List<Route> actual) {
    if (actual.isEmpty()) {
      tracker.gone(destination);
    } else {
      tracker.found(destination, actual);
    }
  }

  private static KernelException failure(String what, KernelException cause) {
    return new KernelException(
        what + ": " + cause.getMessage() + ". The kernel keeps what it has; it is tried again.",
        cause);
  }

  /// Wanted routes that are not there because someone else has a route in their place, which this
  /// table does not touch: by destination, with the route in the way.
  public Map<IpPrefix, Route> conflicts() {
    return Collections.unmodifiableMap(conflicts);
  }

  /// Wanted routes that are not there because their interface or gateway is not there, or down.
  public List<Route> waiting() {
    return List.copyOf(waiting.values());
  }
}
