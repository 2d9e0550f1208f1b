package io.margay.supervisor;

import io.margay.net.IpFamily;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/// How a node's address is found: `first-found`, `can-reach=DEST` or `interface=REGEX`.
sealed interface Detection {

  /// The last interface that is up and has a global address, leaving out those of containers and
  /// tunnels.
  record FirstFound() implements Detection {
    @Override
    public String toString() {
      return "first-found";
    }
  }

  /// The address that packets to a destination leave from.
  record CanReach(String text, InetAddress destination) implements Detection {
    @Override
    public String toString() {
      return "can-reach=" + text;
    }
  }

  /// The last interface whose name has a match and which has a global address.
  record OnInterface(Pattern name) implements Detection {
    @Override
    public String toString() {
      return "interface=" + name;
    }
  }

  /// @throws RefusedException if the text is no method for the family
  static Detection parse(String text, IpFamily family) {
    if (text.isEmpty() || text.equals("first-found")) {
      return new FirstFound();
    }
    if (text.startsWith("can-reach=")) {
      return canReach(text.substring("can-reach=".length()), family);
    }
    if (text.startsWith("interface=")) {
      String regex = text.substring("interface=".length());
      try {
        return new OnInterface(Pattern.compile(regex));
      } catch (PatternSyntaxException e) {
        throw new RefusedException(
            "invalid interface regex specified for IP autodetection: " + regex, e);
      }
    }
    throw new RefusedException("invalid IP autodetection method: " + text);
  }

  private static Detection canReach(String destination, IpFamily family) {
    List<InetAddress> addresses;
    try {
      addresses = Arrays.asList(InetAddress.getAllByName(destination));
    } catch (UnknownHostException e) {
      throw new RefusedException(
          "cannot resolve address specified for IP autodetection: " + destination, e);
    }
    return addresses.stream()
        .filter(address -> address instanceof Inet4Address == (family == IpFamily.IPV4))
        .findFirst()
        .<Detection>map(address -> new CanReach(destination, address))
        .orElseThrow(() ->
            new RefusedException(
                "address for IP autodetection does not resolve to an IPv%d address: %s"
                    .formatted(family.version(), destination)));
  }
}
