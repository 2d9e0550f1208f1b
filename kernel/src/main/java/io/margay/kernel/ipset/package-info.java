/// Sets of addresses and networks (ipset(8)) as values and as a desired-versus-actual table. Start
/// with [io.margay.kernel.ipset.IpSetTable].
///
/// ```
///   IpSet, members ──> WantedSet ──┐
///                                  ├──> SetRestoreInput ──text──> ipset restore
///   ipset list ──ActualSet─────────┘
/// ```
@NullMarked
package io.margay.kernel.ipset;

import org.jspecify.annotations.NullMarked;
