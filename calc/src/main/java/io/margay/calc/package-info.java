/// The calculation graph: cluster state in, what this node should hold out.
@NullMarked
package io.margay.calc;

import org.jspecify.annotations.NullMarked;
