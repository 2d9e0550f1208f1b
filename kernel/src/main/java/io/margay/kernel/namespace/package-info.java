/// Other network namespaces (network_namespaces(7)) and the pairs of devices that lead into them
/// (veth(4)).
///
/// ```
///   path of a namespace ──> NetworkNamespaces ──> NetworkNamespace ──> Links, Routes, Neighbours,
///                                                     ▲                Sysctls, Veths inside it
///   Veth ──> Veths.create(veth, other namespace) ─────┘
/// ```
@NullMarked
package io.margay.kernel.namespace;

import org.jspecify.annotations.NullMarked;
