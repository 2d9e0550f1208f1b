/// The permanent neighbour entries that are wanted versus those of the kernel. Start with
/// [io.margay.kernel.neighbour.NeighbourTable].
@NullMarked
package io.margay.kernel.neighbour;

import org.jspecify.annotations.NullMarked;
