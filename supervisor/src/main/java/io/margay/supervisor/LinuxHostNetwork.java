package io.margay.supervisor;

import io.margay.kernel.Link;
import io.margay.kernel.LinkAddress;
import io.margay.kernel.Links;
import io.margay.net.IpAddress;
import io.margay.net.IpPrefix;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.channels.DatagramChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The interfaces of the network namespace of this process.
record LinuxHostNetwork(Links links) implements HostNetwork {

  /// Calico v1.1 connects to the port of HTTP; a UDP socket sends nothing by that.
  private static final int PORT = 80;

  @Override
  public List<Interface> interfaces() {
    List<LinkAddress> addresses = links.addresses();
    List<Interface> interfaces = new ArrayList<>();
    for (Link link : links.list()) {
      List<IpPrefix> own =
          addresses.stream()
              .filter(address -> address.linkIndex() == link.index())
              .map(LinkAddress::address)
              .toList();
      interfaces.add(new Interface(link.index(), link.name(), link.adminUp(), own));
    }
    return interfaces;
  }

  @Override
  public Optional<IpAddress> sourceTowards(InetAddress destination) {
    StandardProtocolFamily family =
        destination instanceof Inet4Address
            ? StandardProtocolFamily.INET
            : StandardProtocolFamily.INET6;
    try (DatagramChannel channel = DatagramChannel.open(family)) {
      channel.connect(new InetSocketAddress(destination, PORT));
      return channel.getLocalAddress() instanceof InetSocketAddress local
          ? Optional.of(IpAddress.of(local.getAddress().getAddress()))
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  @Override
  public boolean hasIpv6() {
    return Files.isDirectory(Path.of("/proc/sys/net/ipv6"));
  }
}
