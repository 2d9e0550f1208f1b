package io.margay.attach;

import io.margay.net.MacAddress;
import org.jspecify.annotations.Nullable;

/// The veth pair between a workload and its host.
///
/// @param hostName the host's end, see [InterfaceName]
/// @param hostMac null for a random one
/// @param owner whose it is: the endpoint, as [Endpoints#owner] writes it. It is noted down at the
///   host's end, so that nobody takes the interface of another workload for an old one of theirs
/// @param workloadName the workload's end, as the workload will see it or, where somebody else
///   renames it, for now
/// @param workloadMac null for a random one
/// @param mtu of both ends, in bytes; 0 for the kernel's own choice
public record Cable(
    String hostName,
    @Nullable MacAddress hostMac,
    String owner,
    String workloadName,
    @Nullable MacAddress workloadMac,
    int mtu) {

  /// The MAC address of every host end that [Wiring#connect] makes, as later versions of Calico
  /// have it: it never changes, so that what a workload knows of its gateway stays true.
  public static final MacAddress HOST_MAC = MacAddress.parse("ee:ee:ee:ee:ee:ee");
}
