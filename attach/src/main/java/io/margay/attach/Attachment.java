package io.margay.attach;

import io.margay.net.IpAddress;
import io.margay.net.MacAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A workload that is attached.
///
/// @param addresses IPv4 before IPv6
/// @param hostName the host's end of its veth
/// @param workloadName the workload's end
/// @param mac of the workload's end
/// @param mtu of both ends in bytes, 0 if it is not known
/// @param phases how long it took; all 0 if it was attached already
public record Attachment(
    List<IpAddress> addresses,
    String hostName,
    String workloadName,
    @Nullable MacAddress mac,
    int mtu,
    Phases phases) {
  public Attachment {
    addresses = List.copyOf(addresses);
  }
}
