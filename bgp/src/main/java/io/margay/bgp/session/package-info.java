/// One session with one peer: the finite state machine of RFC 4271 §8 over a
/// [io.margay.loop.Transport], its timers, and what the two OPENs settled.
///
/// ```
///   Transport ──octets──> Link ──Decoded──> PeerSession ──established, update, down──> SessionListener
///        <──octets── Link <──frames── PeerSession <──start, stop, send── owner
/// ```
///
/// Start with [io.margay.bgp.session.PeerSession]. Everything runs on one event loop.
@NullMarked
package io.margay.bgp.session;

import org.jspecify.annotations.NullMarked;
