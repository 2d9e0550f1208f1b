package io.margay.supervisor;

import io.margay.net.IpAddress;
import io.margay.net.IpPrefix;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;

/// This host's interfaces and addresses.
interface HostNetwork {

  /// @param index as the kernel numbers it
  /// @param up whether somebody asked for it to be up
  /// @param addresses with their networks
  record Interface(int index, String name, boolean up, List<IpPrefix> addresses) {
    public Interface {
      addresses = List.copyOf(addresses);
    }
  }

  List<Interface> interfaces();

  /// The address that packets to a destination leave from; empty if none could.
  Optional<IpAddress> sourceTowards(InetAddress destination);

  /// Whether the kernel speaks IPv6 here.
  boolean hasIpv6();
}
