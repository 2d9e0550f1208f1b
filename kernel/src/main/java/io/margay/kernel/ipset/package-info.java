/// Sets of addresses and networks (ipset(8)) as values and as a desired-versus-actual table.
@NullMarked
package io.margay.kernel.ipset;

import org.jspecify.annotations.NullMarked;
