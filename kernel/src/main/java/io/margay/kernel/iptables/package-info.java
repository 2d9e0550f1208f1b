/// iptables as values and as a desired-versus-actual table. A rule is told from any other by a hash
/// in its comment, so that what is in the kernel can be compared without parsing it. Start with
/// [io.margay.kernel.iptables.IptablesTable].
///
/// ```
///   Chain, List<Rule> ──RuleHashes──> TrackedRules ──┐
///                                                    ├──> RestoreInput ──text──> iptables-restore
///   iptables-save ──text──> SavedTable ──SavedRule───┘
/// ```
@NullMarked
package io.margay.kernel.iptables;

import org.jspecify.annotations.NullMarked;
