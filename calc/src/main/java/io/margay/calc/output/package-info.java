/// What the calculation graph tells the dataplane: the sets, policies, profiles and endpoints that
/// this node should hold, as differences. Applied in order from nothing, they always give the state
/// that the current cluster state asks for.
@NullMarked
package io.margay.calc.output;

import org.jspecify.annotations.NullMarked;
