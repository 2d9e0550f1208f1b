/// Kubernetes objects as resources of the datastore: values in, values out.
///
/// ```
///   NetworkPolicy ──NetworkPolicyConversion──> Policy
///   Namespace ──────NamespaceConversion──────> Profile
///   Pod ────────────PodConversion────────────> labels of its WorkloadEndpoint
/// ```
///
/// Source: https://kubernetes.io/docs/concepts/services-networking/network-policies and the API
/// reference of networking.k8s.io/v1. The names are those of Calico 2.1 ([Naming]).
@NullMarked
package io.margay.kubernetes.conversion;

import org.jspecify.annotations.NullMarked;
