/// One workload's way into the network and out of it: address, veth, endpoint.
///
/// ```
///   a runtime's request ──> attach.cni ──> Attachments ──> AddressSource ──> Ipam
///                                             │ Cable
///                                             ├──> Wiring ────> kernel: veth, routes, neighbours
///                                             │ WorkloadEndpoint
///                                             └──> Endpoints ──> Datastore ──> the agent's dataplane
/// ```
///
/// The order is what makes it fail closed. A host end that no endpoint names passes nothing: the
/// dataplane's rules see to that. So the pair of devices comes first and the endpoint last, and the
/// request is answered once the dataplane has its rules in place. On the way out the endpoint goes
/// first and the address last, so that nobody gets an address that somebody may still use. What
/// fails half-way is undone; everything may be asked for again.
///
/// Another driver uses the parts: [io.margay.attach.InterfaceName] names the host end,
/// [io.margay.attach.Wiring#lay] makes the pair where somebody else moves and configures the
/// workload's end (as Docker does), [io.margay.attach.Endpoints] writes the endpoint and its
/// profile and deletes it, [io.margay.attach.Wiring#remove] takes the pair away. All of them may be
/// called from any platform thread and throw [io.margay.attach.AttachException],
/// [io.margay.kernel.KernelException] or [io.margay.datastore.DatastoreException].
///
/// Nothing here knows of rules, routes to other hosts, or BGP.
@NullMarked
package io.margay.attach;

import org.jspecify.annotations.NullMarked;
