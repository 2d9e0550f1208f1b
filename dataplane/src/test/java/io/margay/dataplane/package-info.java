/// The driver on a simulated kernel.
@NullMarked
package io.margay.dataplane;

import org.jspecify.annotations.NullMarked;
