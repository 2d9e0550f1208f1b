package io.margay.attach;

/// How long each part of an ADD took, in nanoseconds.
///
/// @param addresses from IPAM
/// @param wiring the veth and everything in the container
/// @param endpoint the datastore's writes
/// @param dataplane until rules and routes were in the kernel
public record Phases(long addresses, long wiring, long endpoint, long dataplane) {
  static final Phases NONE = new Phases(0, 0, 0, 0);
}
