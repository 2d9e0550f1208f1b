@NullMarked
package io.margay.libnetwork;

import org.jspecify.annotations.NullMarked;
