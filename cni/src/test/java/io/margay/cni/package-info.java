@NullMarked
package io.margay.cni;

import org.jspecify.annotations.NullMarked;
