/// The shipped program: `margay` and its commands.
@NullMarked
package io.margay;

import org.jspecify.annotations.NullMarked;
