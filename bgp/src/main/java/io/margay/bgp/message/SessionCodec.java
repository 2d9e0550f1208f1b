package io.margay.bgp.message;

/// What the two OPENs settled about how UPDATEs are written and read.
///
/// @param fourOctetAs both sides know 4-octet AS numbers (RFC 6793)
/// @param external the peer is in another AS
public record SessionCodec(boolean fourOctetAs, boolean external) {}
