/// Rules as iptables-save prints them, for tests: golden files, what we render, and what a kernel
/// holds, made comparable.
@NullMarked
package io.margay.dataplane.golden;

import org.jspecify.annotations.NullMarked;
