/// The state this node's kernel should have, from what the calculation graph says, and the driver
/// that brings it there.
///
/// ```
///   calc ──NodeUpdate──> Dataplane ──> FamilyDataplane (IPv4, IPv6) ──Chain──> IptablesTable ──┐
///   monitor ──Link──────────┤ │              ├──members──> IpSetTable ────────────────────────┼──> kernel
///           ──LinkAddress───┘ │              └──Route, Neighbour──> RouteTable, NeighbourTable ┤
///                             ├──> NodeTunnels ──> TunnelDevice, NeighbourTable ──────────────┤
///                             ├──> WorkloadSysctls ──> SysctlTable ───────────────────────────┘
///                             └──status──> EndpointStatusListener
/// ```
///
/// - [io.margay.dataplane.Dataplane]: start here;
/// - [io.margay.dataplane.rules]: policies and endpoints as iptables chains;
/// - [io.margay.dataplane.config]: what an operator can set;
/// - [io.margay.dataplane.StartupCheck]: whether the host is fit.
///
/// One thread, the one that calls. What is wanted is a function of the updates' sum and not of
/// their order; what is written is the difference to what is there. Table `mangle` is never
/// touched.
@NullMarked
package io.margay.dataplane;

import org.jspecify.annotations.NullMarked;
