package io.margay.supervisor;

import io.margay.net.IpAddress;
import io.margay.net.IpPrefix;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// A host made of words.
final class FakeHost implements HostNetwork {

  private final List<Interface> interfaces = new ArrayList<>();

  /// From where packets to a destination leave.
  final Map<String, String> sources = new TreeMap<>();

  boolean ipv6 = true;

  FakeHost with(String name, String... addresses) {
    return with(name, true, addresses);
  }

  FakeHost withDown(String name, String... addresses) {
    return with(name, false, addresses);
  }

  private FakeHost with(String name, boolean up, String... addresses) {
    List<IpPrefix> parsed = Arrays.stream(addresses).map(IpPrefix::parse).toList();
    interfaces.add(new Interface(interfaces.size() + 1, name, up, parsed));
    return this;
  }

  @Override
  public List<Interface> interfaces() {
    return List.copyOf(interfaces);
  }

  @Override
  public Optional<IpAddress> sourceTowards(InetAddress destination) {
    String wanted = IpAddress.of(destination.getAddress()).toString();
    return Optional.ofNullable(sources.get(wanted)).map(IpAddress::parse);
  }

  @Override
  public boolean hasIpv6() {
    return ipv6;
  }
}
