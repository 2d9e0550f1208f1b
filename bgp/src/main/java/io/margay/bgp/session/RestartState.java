package io.margay.bgp.session;

/// What our OPEN says about graceful restart at the moment (RFC 4724 §3).
///
/// @param restarting the R bit: we have restarted, and wait for the peers' routes
/// @param forwarding the F bit: what we forwarded for the peer before is still forwarded
public record RestartState(boolean restarting, boolean forwarding) {}
