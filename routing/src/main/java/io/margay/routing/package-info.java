/// A node's use of BGP: who peers with whom, under which AS, what is told to them, and how what
/// they tell becomes routes of the kernel.
///
/// ```
///   datastore ──SyncUpdate──> BgpView ──Peering, ExportFilter──> NodeSpeaker (BgpSpeaker)
///                                └──blocks──────────┐              ^     │
///                                └──Encapsulation────┼────────────────────┼───────┐
///   kernel ──Route──> MainTable ──LocalRoutes.Kind──┼──announce────┘     │ BestRoute
///                        └──NextHopResolver─────────┤                    │
///   kernel <──Route (protocol 12)── RouteInstaller <── LearnedRoutes <───┴───────┘
/// ```
///
/// The rules are those of Calico 2.1 with BIRD: what this node's kernel holds for its workloads is
/// announced if it lies in a pool, and blocks of addresses that belong to the node stand for all
/// that is inside them. Everything here runs on the event loop of the speaker; start reading at
/// [io.margay.routing.NodeRouting].
@NullMarked
package io.margay.routing;

import org.jspecify.annotations.NullMarked;
