/// Tests of the settings.
@NullMarked
package io.margay.dataplane.config;

import org.jspecify.annotations.NullMarked;
