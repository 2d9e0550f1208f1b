/// The node process: wiring and life cycle, no algorithms.
///
/// ```
///   Syncer thread ──SyncUpdate──┬─> dataplane loop: CalculationGraph ──NodeUpdate──> Dataplane
///   netlink reader ─Link, Route─┤         └──EndpointStatus──> StatusReporter thread ──> datastore
///                               └─> BGP loop: NodeRouting, BgpSpeaker, sockets
/// ```
///
/// [io.margay.agent.SettingsInForce] is the one place that puts Felix's settings in force.
/// [io.margay.agent.NodeCommand] reads the options, [io.margay.agent.NodeAgent] wires the rest.
@NullMarked
package io.margay.agent;

import org.jspecify.annotations.NullMarked;
