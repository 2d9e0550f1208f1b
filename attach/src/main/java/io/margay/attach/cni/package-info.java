/// The container network interface (<https://www.cni.dev/docs/spec/>), versions 0.1.0 to 1.1.0, on
/// the agent's side of its socket: what a plugin's environment and configuration mean, and what it
/// is to print.
///
/// ```
///   CniRequest ──> CniCommands ──NetworkConfig──> Place, Traits, AddressSource ──> Attachments
///   CniAnswer <──────────┴──CniResult, CniError──<── Attachment, AttachException
/// ```
///
/// Another IPAM plugin is a program that the plugin runs, not the agent: it is the plugin that a
/// runtime gave its place in the file system to. [io.margay.attach.cni.IpamProgram] asks it to.
///
/// Start with [io.margay.attach.cni.CniCommands].
@NullMarked
package io.margay.attach.cni;

import org.jspecify.annotations.NullMarked;
