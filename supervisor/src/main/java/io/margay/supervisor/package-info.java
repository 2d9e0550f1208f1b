/// What `calicoctl node` does on a host: prepare it, register it as a node, start the agent and
/// keep it running, ask it how it is, and collect what helps when something is wrong.
///
/// ```
///   calicoctl ──NodeProgram──> NodeCommands ─┬─ RunCommand ──> HostPreparation     sysctls, modules
///                                            │            ├──> NodeStartup         datastore
///                                            │            └──> AgentProcess ──> margay-supervise ──> margay node
///                                            ├─ StatusCommand ──ReportClient──> the agent's socket
///                                            ├─ DiagsCommand
///                                            └─ SystemCheck
/// ```
///
/// Start with [io.margay.supervisor.RunCommand]: it reads as the start of a node reads on the
/// screen. What is printed is what Calico v1.1 printed, but for the lines about its container.
@NullMarked
package io.margay.supervisor;

import org.jspecify.annotations.NullMarked;
