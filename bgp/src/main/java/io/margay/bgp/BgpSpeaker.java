package io.margay.bgp;

import io.margay.bgp.message.NotificationError.Cease;
import io.margay.bgp.message.PathAttributes;
import io.margay.bgp.session.PeerConfig;
import io.margay.loop.EventLoop;
import io.margay.loop.Transport;
import io.margay.net.IpAddress;
import io.margay.net.IpPrefix;
import java.util.List;

/// A BGP speaker: sessions with peers, the routes they tell, the ones we announce, and the best of
/// them.
///
/// Every method is called on the event loop. A usual life: [#addPeer] and [#announce] what is
/// known, [#start], then changes of either kind, at last [#stop].
@SuppressWarnings({"DoNotCallSuggester", "UnusedVariable"}) // until the sessions are here
public final class BgpSpeaker {

  /// A speaker that does nothing yet.
  ///
  /// @param transport of the same event loop
  public BgpSpeaker(
      SpeakerConfig config, EventLoop loop, Transport transport, RouteListener listener) {
    throw new UnsupportedOperationException("follows with the next change");
  }

  /// Begins to listen, and to connect to the peers. What we announce has to be announced by now:
  /// the end of our first feed makes peers forget what an earlier run announced and this one does
  /// not.
  ///
  /// @throws java.io.UncheckedIOException if an address cannot be listened on
  public void start() {
    throw new UnsupportedOperationException("follows with the next change");
  }

  /// Ends every session with a Cease, so that peers drop our routes at once. To have them keep the
  /// routes while we restart, leave without this.
  ///
  /// @param text for the peers' operators; goes along with an administrative shutdown or reset
  public void stop(Cease cease, String text) {
    throw new UnsupportedOperationException("follows with the next change");
  }

  /// Adds a peer, and connects to it if started.
  ///
  /// @throws IllegalArgumentException if there is one with that address
  public void addPeer(PeerConfig config, PeerPolicy policy) {
    throw new UnsupportedOperationException("follows with the next change");
  }

  /// Replaces what is configured for a peer. If more than the policy has changed, the session
  /// begins anew (Cease, other configuration change).
  ///
  /// @throws IllegalArgumentException if there is none with that address
  public void updatePeer(PeerConfig config, PeerPolicy policy) {
    throw new UnsupportedOperationException("follows with the next change");
  }

  /// Ends the session (Cease, peer de-configured) and forgets the peer and its routes. Does nothing
  /// if there is no such peer.
  public void removePeer(IpAddress remoteAddress) {
    throw new UnsupportedOperationException("follows with the next change");
  }

  /// Announces a route of our own, or replaces its attributes. It is better than any learned route
  /// of that prefix.
  ///
  /// @param attributes without a next hop, peers get our address on their session as next hop
  public void announce(IpPrefix prefix, PathAttributes attributes) {
    throw new UnsupportedOperationException("follows with the next change");
  }

  /// Announces a route of our own with origin IGP and ourselves as next hop.
  public void announce(IpPrefix prefix) {
    announce(prefix, PathAttributes.local());
  }

  /// Withdraws a route of our own. Does nothing if there is none.
  public void withdraw(IpPrefix prefix) {
    throw new UnsupportedOperationException("follows with the next change");
  }

  /// Asks the export policies of all peers again about every route, and tells peers the difference.
  public void exportPolicyChanged() {
    throw new UnsupportedOperationException("follows with the next change");
  }

  /// All peers in the order of their addresses.
  public List<PeerStatus> peers() {
    throw new UnsupportedOperationException("follows with the next change");
  }
}
