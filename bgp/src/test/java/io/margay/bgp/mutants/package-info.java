/// Shows that the tests of this module notice mistakes: start with
/// [io.margay.bgp.mutants.MutantTest].
@NullMarked
package io.margay.bgp.mutants;

import org.jspecify.annotations.NullMarked;
