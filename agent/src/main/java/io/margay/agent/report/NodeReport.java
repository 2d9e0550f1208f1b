package io.margay.agent.report;

import io.margay.net.IpAddress;
import java.time.Duration;
import java.util.List;

/// An agent as it is at one moment.
///
/// @param node its name
/// @param pid of its process
/// @param ready whether the kernel holds what the datastore asks for
/// @param bgp whether it speaks BGP
/// @param peers its sessions, by the peer's address; empty without BGP
public record NodeReport(
    String node, long pid, Duration uptime, boolean ready, boolean bgp, List<Peer> peers) {

  public NodeReport {
    peers = List.copyOf(peers);
  }

  /// A BGP session.
  ///
  /// @param type why there is one: `node-to-node mesh`, `global`, `node specific`
  /// @param state as RFC 4271 names it: `Established`
  /// @param inState how long it has been in this state
  /// @param lastError why it last ended or could not begin; empty if it never did
  /// @param received prefixes that the peer tells us
  /// @param imported those of them that take part in the decision
  /// @param advertised prefixes that we tell the peer
  public record Peer(
      IpAddress address,
      String type,
      String state,
      Duration inState,
      String lastError,
      int received,
      int imported,
      int advertised) {}
}
