/// The state this node's kernel should have, from what the calculation graph says, and the driver
/// that brings it there.
///
/// - [io.margay.dataplane.config]: what an operator can set;
/// - [io.margay.dataplane.rules]: policies and endpoints as iptables chains.
@NullMarked
package io.margay.dataplane;

import org.jspecify.annotations.NullMarked;
