@NullMarked
package io.margay.attach;

import org.jspecify.annotations.NullMarked;
