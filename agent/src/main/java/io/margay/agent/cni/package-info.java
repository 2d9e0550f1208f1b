/// The socket that CNI plugins on this host ask.
///
/// ```
///   plugin ──one JSON object a line──> CniSocket (a virtual thread) ──> a worker: CniCommands
///          <──"run this plugin", or the answer──────────────────────────────┘
/// ```
///
/// What is said is told by the package `io.margay.cni` of the plugin. The work blocks in native
/// calls, so it is done on platform threads, a few at once.
@NullMarked
package io.margay.agent.cni;

import org.jspecify.annotations.NullMarked;
