package io.margay.dataplane;

import io.margay.kernel.iptables.Table;
import io.margay.net.IpFamily;
import java.util.List;

/// What a dataplane wants in the kernel and why, for people who look into it.
public record DataplaneView(
    List<EndpointView> endpoints, List<PolicyView> policies, List<SetView> sets) {

  public DataplaneView {
    endpoints = List.copyOf(endpoints);
    policies = List.copyOf(policies);
    sets = List.copyOf(sets);
  }

  /// An endpoint of this node.
  ///
  /// @param name in the datastore
  /// @param id what distinguishes it from others of that name
  /// @param reason why it is in error, empty if it is not
  /// @param chains those of table `filter` that decide about its packets: to it, then from it
  /// @param untracked policies asked before connection tracking, in order
  public record EndpointView(
      String name,
      String id,
      List<String> interfaces,
      EndpointStatus status,
      String reason,
      List<String> addresses,
      List<String> untracked,
      List<String> policies,
      List<String> profiles,
      List<String> chains) {}

  /// A policy that selects an endpoint of this node.
  ///
  /// @param chains one for each IP version and direction
  public record PolicyView(String name, List<PolicyChain> chains) {}

  /// @param bodies for each rule of the policy, the rules in the kernel that it became
  public record PolicyChain(
      IpFamily family,
      Table table,
      String direction,
      String chain,
      List<String> actions,
      List<List<String>> bodies) {}

  /// @param id `s:` (selector) or `t:` (tag) and a hash
  /// @param policies which of them refer to it
  public record SetView(String id, List<String> names, int members, List<String> policies) {}
}
