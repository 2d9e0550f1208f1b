/// Policies, profiles and endpoints as iptables chains: pure functions from what the calculation
/// graph says to [io.margay.kernel.iptables.Chain] values, the same text that Felix 2.1 writes, so
/// that the hashes of its rules are the hashes of ours.
///
/// ```
///   DataplaneConfig ──> StaticChains     the skeleton: what hooks into INPUT, FORWARD, ...
///   LocalWorkload ────> DispatchChains   interface name -> chain of the endpoint
///   LocalWorkload ────> EndpointChains   which policies and profiles are asked, in which order
///   LocalHostEndpoint ───┘
///   RuleSet ──────────> PolicyChains     one chain per policy (profile) and direction
///                         └─ RuleRenderer, FeasibleRule, PortBlocks: one rule
///   nat, pools ───────> NatChains        floating addresses, masquerading
/// ```
///
/// A packet of a workload walks `FORWARD` → `cali-FORWARD` → `cali-from-wl-dispatch` → `cali-fw-IF`
/// → `cali-po-POLICY`; each policy tells its verdict by a mark bit
/// ([io.margay.dataplane.config.Marks]), since a chain can only return. What goes to a workload
/// then walks `cali-to-wl-dispatch` → `cali-tw-IF` → `cali-pi-POLICY`.
///
/// A packet of the host itself walks `cali-from-host-endpoint` → `cali-fh-IF` or
/// `cali-to-host-endpoint` → `cali-th-IF`, if a host endpoint governs its interface: first in table
/// `raw` for policies that decide before connection tracking, then in `filter` for all others.
///
/// Start with [io.margay.dataplane.rules.StaticChains].
@NullMarked
package io.margay.dataplane.rules;

import org.jspecify.annotations.NullMarked;
