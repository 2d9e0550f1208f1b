package io.margay.reflector;

import io.margay.bgp.session.PeerConfig;
import io.margay.loop.Protection;
import io.margay.net.AsNumber;
import io.margay.net.IpAddress;
import io.margay.net.IpPrefix;
import io.margay.net.Ipv4Address;
import java.net.InetSocketAddress;
import java.time.Duration;

/// The words that options and the configuration file share. Each throws an
/// [IllegalArgumentException] that says what was expected.
final class Words {

  static final Duration DEFAULT_HOLD_TIME = PeerConfig.DEFAULT_HOLD_TIME;

  private static final int MAX_HOPS = 255;

  private Words() {}

  /// `address`, `address:port`, or `[address]:port`; without a port, BGP's own.
  static InetSocketAddress socketAddress(String text) {
    int colon = text.lastIndexOf(':');
    boolean bracketed = text.startsWith("[");
    boolean bareIpv6 = !bracketed && text.indexOf(':') != colon;
    if (colon < 0 || bareIpv6) {
      return new InetSocketAddress(IpAddress.parse(text).toInetAddress(), PeerConfig.BGP_PORT);
    }
    if (bracketed && text.charAt(colon - 1) != ']') {
      throw new IllegalArgumentException(
          "'" + text + "' is no address with a port, expected for example [2001:db8::1]:179");
    }
    String address = bracketed ? text.substring(1, colon - 1) : text.substring(0, colon);
    return new InetSocketAddress(
        IpAddress.parse(address).toInetAddress(), port(text.substring(colon + 1)));
  }

  /// The same, with a port in any case.
  static InetSocketAddress addressAndPort(String text) {
    if (!text.matches(".*[]0-9]:[0-9]+") || (!text.startsWith("[") && text.matches(".*:.*:.*"))) {
      throw new IllegalArgumentException(
          "'" + text + "' is no address with a port, expected for example 127.0.0.1:9092");
    }
    return socketAddress(text);
  }

  static int port(String text) {
    if (!text.matches("[0-9]{1,5}") || Integer.parseInt(text) > 0xffff) {
      throw new IllegalArgumentException("'" + text + "' is no port, expected 0-65535");
    }
    return Integer.parseInt(text);
  }

  static AsNumber as(String text) {
    AsNumber as = AsNumber.parse(text);
    if (as.value() == 0) {
      throw new IllegalArgumentException("AS 0, expected 1-4294967295 (RFC 7607)");
    }
    return as;
  }

  /// A router id or cluster id.
  static Ipv4Address identifier(String text) {
    Ipv4Address id = Ipv4Address.parse(text);
    if (id.equals(Ipv4Address.ANY)) {
      throw new IllegalArgumentException("0.0.0.0, expected any other IPv4 address (RFC 6286)");
    }
    return id;
  }

  static Duration holdTime(String text) {
    int seconds = count(text);
    if (seconds != 0 && (seconds < 3 || seconds > 0xffff)) {
      throw new IllegalArgumentException(seconds + " s, expected 0 or 3-65535 s (RFC 4271 §4.2)");
    }
    return Duration.ofSeconds(seconds);
  }

  static int count(String text) {
    if (!text.matches("[0-9]{1,9}")) {
      throw new IllegalArgumentException("'" + text + "' is no number, expected 0-999999999");
    }
    return Integer.parseInt(text);
  }

  static int hops(String text) {
    int hops = count(text);
    if (hops < 1 || hops > MAX_HOPS) {
      throw new IllegalArgumentException(hops + " hops, expected 1-255 (RFC 5082)");
    }
    return hops;
  }

  static boolean flag(String text) {
    return switch (text) {
      case "true" -> true;
      case "false" -> false;
      default -> throw new IllegalArgumentException("'" + text + "', expected true or false");
    };
  }

  /// Host bits are a slip of the pen: a range is a network.
  static IpPrefix range(String text) {
    IpPrefix range = IpPrefix.parse(text);
    if (!range.isMasked()) {
      throw new IllegalArgumentException(
          text + " has bits behind its length, expected " + range.masked());
    }
    return range;
  }

  static String password(String text) {
    return new Protection.Password(text).text();
  }

  static String policy(String text) {
    if (!text.equals("accept-all")) {
      throw new IllegalArgumentException("'" + text + "', expected accept-all");
    }
    return text;
  }
}
