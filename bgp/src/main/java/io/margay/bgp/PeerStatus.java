package io.margay.bgp;

import io.margay.bgp.session.NegotiatedSession;
import io.margay.bgp.session.PeerConfig;
import io.margay.bgp.session.SessionState;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// A peer as an operator sees it, at one moment.
///
/// @param inState how long the session has been in this state
/// @param lastError why the session last ended or could not begin; empty if it never did
/// @param received prefixes that the peer tells us, imported or not
/// @param imported those of them that take part in the decision
/// @param stale those of them left over from before the peer's restart
/// @param advertised prefixes that we tell the peer
/// @param client whether we reflect for it (RFC 4456 §6)
/// @param dynamic whether it is only known since it connected from a range
/// @param session what was negotiated; null unless established
public record PeerStatus(
    PeerConfig config,
    SessionState state,
    Duration inState,
    String lastError,
    int received,
    int imported,
    int stale,
    int advertised,
    boolean client,
    boolean dynamic,
    @Nullable NegotiatedSession session) {}
