package io.margay.calc.output;

import io.margay.model.PortRange;
import io.margay.model.Protocol;
import io.margay.model.Rule;
import io.margay.net.IpFamily;
import io.margay.net.IpPrefix;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A rule as the dataplane renders it: [Rule] with selectors and tags replaced by set ids.
public record ActiveRule(
    Rule.Action action,
    @Nullable IpFamily ipVersion,
    @Nullable Protocol protocol,
    @Nullable Protocol notProtocol,
    Rule.@Nullable Icmp icmp,
    Rule.@Nullable Icmp notIcmp,
    Side source,
    Side destination) {

  /// One side of a connection.
  ///
  /// @param ipSetIds every set the address must be in; a tag's precedes a selector's
  /// @param notIpSetIds sets the address must not be in, in the same order
  public record Side(
      @Nullable IpPrefix net,
      @Nullable IpPrefix notNet,
      List<String> ipSetIds,
      List<String> notIpSetIds,
      List<PortRange> ports,
      List<PortRange> notPorts) {
    public Side {
      ipSetIds = List.copyOf(ipSetIds);
      notIpSetIds = List.copyOf(notIpSetIds);
      ports = List.copyOf(ports);
      notPorts = List.copyOf(notPorts);
    }
  }
}
