/// Whole networks on one machine: hosts, switches and workloads as network namespaces, with real
/// agents in them.
///
/// ```
///   Topology ──NamespaceScript──> sh ──┐
///   NodeConfiguration ──files──> margay node ──┼──> all inside one Holder (namespaces of its own)
///   Reachability ──Probe, Responder────┘
/// ```
///
/// Everything runs inside a [io.margay.lab.Holder]: one process with its own network, mount and
/// process namespaces (and user namespace, without root). Ending that process ends and removes all.
/// The agents are the shipped program with settings that a real host could have; nothing in them
/// knows of the lab. Start reading at [io.margay.lab.Lab].
@NullMarked
package io.margay.lab;

import org.jspecify.annotations.NullMarked;
