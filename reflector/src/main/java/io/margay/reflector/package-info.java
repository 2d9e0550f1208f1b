/// The route reflector: a process of its own that passes routes on among the nodes of an AS, so
/// that they need one session each instead of one with every other (RFC 4456). It forwards no
/// packets and touches no kernel table.
///
/// ```
///   options, YAML file ──ReflectorConfig──┐
///   datastore ──SyncUpdate──> DatastoreClients ──clients──> Reflector ──peers, ranges──┐
///   ┌ NettyEventLoop ───────────────────────┐                                          │
///   │ sockets ──> BgpSpeaker ──> sockets    │ <────────────────────────────────────────┘
///   └───────────────────────────────────────┘ <── LookingGlass, ReflectorMetrics
/// ```
///
/// One loop reads, decides and writes: whatever has come while it was busy is decided together and
/// written once for all clients. Start with [io.margay.reflector.Reflector].
///
/// Not here yet: several reflectors that share the clients of a cluster among them.
@NullMarked
package io.margay.reflector;

import org.jspecify.annotations.NullMarked;
