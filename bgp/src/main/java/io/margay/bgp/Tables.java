package io.margay.bgp;

import io.margay.bgp.rib.LocRib;
import io.margay.bgp.rib.RibEntry;
import io.margay.bgp.rib.RouteSource;
import io.margay.net.IpAddress;
import io.margay.net.IpPrefix;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// What operators look at: the Loc-RIB, and what single peers tell and are told (the Adj-RIBs-In
/// and Adj-RIBs-Out of RFC 4271 §3.2). All calls on the event loop; a large table is looked at in
/// slices, so that the speaker goes on meanwhile.
public final class Tables {

  /// Prefixes of one slice at most.
  private static final int SLICE = 4096;

  private final LocRib locRib;
  private final Function<IpAddress, @Nullable Neighbor> neighbors;

  Tables(LocRib locRib, Function<IpAddress, @Nullable Neighbor> neighbors) {
    this.locRib = locRib;
    this.neighbors = neighbors;
  }

  /// Some of the prefixes there are, in no order.
  ///
  /// @param next where the next slice begins; [#END] if this is the last
  public record Slice(List<IpPrefix> prefixes, int next) {
    public static final int END = -1;

    public Slice {
      prefixes = List.copyOf(prefixes);
    }
  }

  /// A slice of all prefixes.
  ///
  /// @param from 0 for the first one
  public Slice prefixes(int from) {
    List<IpPrefix> prefixes = new ArrayList<>();
    int next = locRib.prefixes(from, SLICE, prefixes::add);
    return new Slice(prefixes, next);
  }

  /// All paths to a prefix, the best one first; those of one peer if one is named.
  public List<RibEntry> rib(IpPrefix prefix, @Nullable IpAddress peer) {
    return locRib.entries(
        prefix,
        peer,
        path -> {
          Neighbor from = teller(path.source());
          return from != null && from.isStale(path);
        });
  }

  private @Nullable Neighbor teller(RouteSource source) {
    return source instanceof RouteSource.Peer from ? neighbors.apply(from.address()) : null;
  }

  /// What a peer has been told of a prefix. What the peer told itself is not told back.
  ///
  /// @throws IllegalArgumentException if there is no such peer
  public List<RibEntry> adjOut(IpPrefix prefix, IpAddress peer) {
    return neighbor(peer).told(prefix);
  }

  /// Why a path is not used; empty if it may be.
  public Optional<String> objection(RibEntry entry) {
    Neighbor from = teller(entry.source());
    return from == null ? Optional.empty() : from.objection(entry);
  }

  private Neighbor neighbor(IpAddress peer) {
    Neighbor neighbor = neighbors.apply(peer);
    if (neighbor == null) {
      throw new IllegalArgumentException("there is no peer " + peer);
    }
    return neighbor;
  }
}
