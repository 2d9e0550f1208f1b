/// Tests of rendering.
@NullMarked
package io.margay.dataplane.rules;

import org.jspecify.annotations.NullMarked;
