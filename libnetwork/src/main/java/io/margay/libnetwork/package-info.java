/// Docker's networks: the remote network driver and the remote IPAM driver of libnetwork, which
/// Docker asks over unix sockets.
///
/// ```
///                  calico.sock ───────> PluginServer ──> NetworkDriver ──> attach: profile, endpoint, veth
///   dockerd ──┤                                            │   └──> EndpointLabels ──> Datastore
///                  calico-ipam.sock ──> PluginServer ──> IpamDriver ──> ipam
///        ^                                                 │
///        └───── DockerApi: a network's name <──────────────┘
/// ```
///
/// Start with [io.margay.libnetwork.DockerDrivers], which wires it. The requests and answers are
/// those of libnetwork's `docs/remote.md` and `docs/ipam.md`; the behaviour is that of Calico's
/// plugin 1.1, less its mistakes.
///
/// Requests are answered on platform threads, as many as there are requests: answering calls into
/// the kernel and waits for the datastore and for Docker. Labels are waited for on virtual threads.
///
/// Nothing is remembered between requests: Docker tells all that is needed with each, and a new
/// process takes over from an old one at any time.
@NullMarked
package io.margay.libnetwork;

import org.jspecify.annotations.NullMarked;
