/// What the table of routes costs in memory.
@NullMarked
package io.margay.bench.rib;

import org.jspecify.annotations.NullMarked;
