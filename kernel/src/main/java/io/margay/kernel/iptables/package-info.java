/// iptables as values and as a desired-versus-actual table. A rule is told from any other by a hash
/// in its comment, so that what is in the kernel can be compared without parsing it.
@NullMarked
package io.margay.kernel.iptables;

import org.jspecify.annotations.NullMarked;
