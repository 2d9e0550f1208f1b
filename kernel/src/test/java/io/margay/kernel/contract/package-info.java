/// What every kernel must do, real or simulated: one abstract test class per interface of
/// [io.margay.kernel].
///
/// A kernel passes by extending each of them and giving a [io.margay.kernel.contract.KernelWorld]
/// for every test.
@NullMarked
package io.margay.kernel.contract;

import org.jspecify.annotations.NullMarked;
