/// netlink(7) by Java's foreign-function interface: the only native code in the product.
///
/// ```
///   NetlinkRequest ──bytes──> NetlinkClient ──> NetlinkSocket ──> Libc ──> kernel
///   NetlinkMessage <──bytes──      (one request at a time)
/// ```
///
/// Start with [io.margay.linux.netlink.NetlinkClient], which asks and waits for the answer;
/// [io.margay.linux.netlink.NetlinkSocket] also follows multicast groups. Message types, attributes
/// and flags carry their names of rtnetlink(7) in [io.margay.linux.netlink.Rtnetlink].
///
/// A socket belongs to the network namespace of the thread that opened it, whoever uses it later.
/// Calls block in native code, where a virtual thread would hold on to its carrier: make them on
/// platform threads.
@NullMarked
package io.margay.linux.netlink;

import org.jspecify.annotations.NullMarked;
