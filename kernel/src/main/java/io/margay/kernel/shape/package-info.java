/// What limits the rate of packets on devices, with `tc(8)`'s means.
///
/// [io.margay.kernel.shape.ShapingTable] brings [io.margay.kernel.shape.Shapers] to what is wanted.
/// A queueing discipline limits what a device sends, so that what it receives is sent through
/// another device first:
///
/// ```
///   host ──> cali1 [root: tbf] ─────────────────────────────────────> workload
///   host <── (receives as cali1) <── bw-… [root: tbf] <── cali1 [ingress: redirect] <── workload
/// ```
@NullMarked
package io.margay.kernel.shape;

import org.jspecify.annotations.NullMarked;
