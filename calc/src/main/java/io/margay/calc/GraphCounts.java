package io.margay.calc;

/// How much a calculation graph holds.
///
/// @param workloadEndpoints in the cluster
/// @param hostEndpoints in the cluster
/// @param localEndpoints of both kinds, on this node
/// @param policies that can be used, in the cluster
/// @param activePolicies those that select a local endpoint
/// @param profiles that can be used, in the cluster
/// @param activeProfiles those that a local endpoint names, also if they do not exist
/// @param ipSets in use by an active policy or profile
/// @param ipSetMembers addresses in all of these together
/// @param hostAddresses nodes that have an IPv4 address
public record GraphCounts(
    int workloadEndpoints,
    int hostEndpoints,
    int localEndpoints,
    int policies,
    int activePolicies,
    int profiles,
    int activeProfiles,
    int ipSets,
    int ipSetMembers,
    int hostAddresses,
    int pools) {}
