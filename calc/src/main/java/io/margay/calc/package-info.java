/// The calculation graph: cluster state in, what this node should hold out.
///
/// ```
///                      Key, value
///                          │
///                     Dispatcher ─────────── node's address, pool ────────────┐
///         ┌────────────────┼──────────────────────┐                           │
///         │ endpoints of   │ policies, profiles,  │ profiles,                 │
///         │ all nodes,     │ local endpoints      │ local endpoints           │
///         │ profiles       v                      v                           │
///         │          ActivePolicies         ActiveProfiles                    │
///         │             │      │ Policy            │ Profile                  │
///         │             │      └─────────┐   ┌─────┘                          │
///         │     matches v                v   v                                │
///         │        PolicyOrder        RuleScanner                             │
///         v             │      Criterion │   │                                │
///   IpSetMembership <───┼────────────────┘   │ RuleSet                        │
///         │ members     │ LocalWorkload,     │                                │
///         v             v LocalHostEndpoint  v                                v
///   ════════════════════════════ EventSequencer ═════════════════════════════════
///                                      │ NodeUpdate
///                                      v
/// ```
///
/// Start with [io.margay.calc.CalculationGraph], which wires this and says what each calculation is
/// for. Two of them keep a [io.margay.calc.label.LabelIndex]: of policies over local endpoints, and
/// of IP sets over all endpoints.
///
/// One thread owns a graph. Updates are taken in as they come, but whatever can be undone by the
/// next update (a policy that no endpoint matches for a moment, a set that nothing uses) waits for
/// the flush to be settled. So a batch costs what its result costs.
///
/// Policy selection and its order, set ids and members are those of Felix 2.1. Not done here: what
/// chains and routes come of it (the dataplane's business), and which interface a host endpoint
/// governs, since that needs the kernel's interfaces.
@NullMarked
package io.margay.calc;

import org.jspecify.annotations.NullMarked;
