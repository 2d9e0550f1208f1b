package io.margay.bgp.message;

/// An optional transitive attribute that is carried as it came (RFC 4271 §9).
///
/// @param flags without Extended Length, which the encoder decides; with Partial if we do not know
///   the attribute
/// @param type the type code
public record RawAttribute(int flags, int type, Octets value) {}
