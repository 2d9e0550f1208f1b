/// Our speaker against the BGP daemons of other makers, over TCP on loopback.
///
/// [io.margay.transport.peers.Daemon] is what the tests ask of each. The programs come from
/// `build/bgp-peers.sh`, which unpacks their packages without installing them.
@NullMarked
package io.margay.transport.peers;

import org.jspecify.annotations.NullMarked;
