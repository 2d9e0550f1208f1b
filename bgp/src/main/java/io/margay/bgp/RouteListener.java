package io.margay.bgp;

import io.margay.bgp.rib.BestRoute;
import io.margay.net.IpPrefix;
import org.jspecify.annotations.Nullable;

/// Who wants to know the routes that a speaker has chosen, usually to put them into the kernel.
/// Called on the speaker's loop.
public interface RouteListener {

  /// Nobody, as with a reflector that forwards no packets itself.
  RouteListener NONE =
      new RouteListener() {
        @Override
        public void bestPathChanged(IpPrefix prefix, @Nullable BestRoute best) {}

        @Override
        public void initialFeedComplete() {}
      };

  /// Another route, or another set of next hops, is best for `prefix`.
  ///
  /// @param best what was chosen among the routes of peers; null if no peer has a route, or if a
  ///   route of our own is better, for which the owner has its own way of forwarding
  void bestPathChanged(IpPrefix prefix, @Nullable BestRoute best);

  /// Every configured peer has told all it had to tell, or the wait for that is over. Whatever the
  /// kernel has from an earlier run and no call of [#bestPathChanged] has confirmed is gone. Called
  /// once.
  void initialFeedComplete();
}
