@NullMarked
package io.margay.monitoring;

import org.jspecify.annotations.NullMarked;
