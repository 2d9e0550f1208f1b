/// The permanent neighbour entries, and entries of forwarding databases, that are wanted versus
/// those of the kernel. Start with [io.margay.kernel.neighbour.NeighbourTable].
@NullMarked
package io.margay.kernel.neighbour;

import org.jspecify.annotations.NullMarked;
