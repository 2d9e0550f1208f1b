/// A simulated kernel for the tests of everything that writes to one. It passes the same contract
/// tests as the real one. Start with [io.margay.kernel.fake.FakeKernel].
@NullMarked
package io.margay.kernel.fake;

import org.jspecify.annotations.NullMarked;
