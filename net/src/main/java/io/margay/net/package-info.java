/// Values every layer speaks in: addresses, prefixes, MAC addresses, AS numbers.
///
/// Everything here is immutable, has a canonical text form that [Object#toString()] prints and that
/// its `parse` reads back, and knows nothing of Calico. Start with [io.margay.net.IpPrefix].
@NullMarked
package io.margay.net;

import org.jspecify.annotations.NullMarked;
