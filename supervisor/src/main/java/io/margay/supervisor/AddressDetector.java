package io.margay.supervisor;

import io.margay.net.IpAddress;
import io.margay.net.IpFamily;
import io.margay.net.IpPrefix;
import io.margay.supervisor.HostNetwork.Interface;
import java.net.InetAddress;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/// Finds the address of this node among those of the host.
///
/// Interfaces are looked at from the last to the first, as Calico v1.1 does: where the first one
/// leads to the machine's maker and the second to the cluster, that is the right one. Names are
/// left out if they match as a whole; Calico v1.1 left out every name with "lo" anywhere in it.
record AddressDetector(HostNetwork host) {

  private static final Pattern LEFT_OUT =
      Pattern.compile("docker.*|cbr.*|dummy.*|virbr.*|lxcbr.*|veth.*|lo|cali.*|tunl.*|flannel.*");

  /// @param told the line that says what was found and how
  record Found(IpPrefix address, String told) {}

  /// Empty if the method finds none.
  Optional<Found> find(Detection method, IpFamily family) {
    return switch (method) {
      case Detection.FirstFound _ ->
          last(family, name -> !LEFT_OUT.matcher(name).matches())
              .map(found ->
                  new Found(
                      found.address(),
                      "Using autodetected IPv%d address on interface %s: %s"
                          .formatted(family.version(), found.name(), found.address())));
      case Detection.OnInterface(Pattern pattern) ->
          last(family, name -> pattern.matcher(name).find())
              .map(found ->
                  new Found(
                      found.address(),
                      "Using autodetected IPv%d address %s on matching interface %s"
                          .formatted(family.version(), found.address(), found.name())));
      case Detection.CanReach(String destination, InetAddress address) ->
          host.sourceTowards(address)
              .flatMap(this::onInterface)
              .map(found ->
                  new Found(
                      found.address(),
                      "Using autodetected IPv%d address %s, detected by connecting to %s"
                          .formatted(family.version(), found.address(), destination)));
    };
  }

  /// An address and the interface that has it.
  record OnInterface(String name, IpPrefix address) {}

  /// The interface that has an address, with the address in its network.
  Optional<OnInterface> onInterface(IpAddress address) {
    for (Interface each : host.interfaces()) {
      for (IpPrefix candidate : each.addresses()) {
        if (candidate.address().equals(address)) {
          return Optional.of(new OnInterface(each.name(), candidate));
        }
      }
    }
    return Optional.empty();
  }

  private Optional<OnInterface> last(IpFamily family, Predicate<String> wanted) {
    List<Interface> lastFirst =
        host.interfaces().stream()
            .filter(each -> each.up() && wanted.test(each.name()))
            .sorted(Comparator.comparingInt(Interface::index).reversed())
            .toList();
    for (Interface each : lastFirst) {
      for (IpPrefix candidate : each.addresses()) {
        if (candidate.family() == family && isGlobalUnicast(candidate.address())) {
          return Optional.of(new OnInterface(each.name(), candidate));
        }
      }
    }
    return Optional.empty();
  }

  /// As Go's `IsGlobalUnicast`: private addresses are, those of a link are not.
  private static boolean isGlobalUnicast(IpAddress address) {
    InetAddress as = address.toInetAddress();
    return !as.isLoopbackAddress()
        && !as.isLinkLocalAddress()
        && !as.isMulticastAddress()
        && !as.isAnyLocalAddress();
  }
}
