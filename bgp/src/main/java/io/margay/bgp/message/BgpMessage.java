package io.margay.bgp.message;

import io.margay.net.AsNumber;
import io.margay.net.IpFamily;
import io.margay.net.IpPrefix;
import io.margay.net.Ipv4Address;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// One BGP message (RFC 4271 §4).
public sealed interface BgpMessage {

  /// Proposes a session (RFC 4271 §4.2).
  ///
  /// @param as the speaker's AS, from the 4-octet AS capability where there is one (RFC 6793)
  /// @param holdTimeSeconds 0, or 3 to 65535
  /// @param bgpIdentifier not 0 (RFC 6286)
  /// @param capabilities in the order of the message, repeated and unknown ones included
  record Open(
      AsNumber as, int holdTimeSeconds, Ipv4Address bgpIdentifier, List<Capability> capabilities)
      implements BgpMessage {
    public Open {
      capabilities = List.copyOf(capabilities);
    }

    /// The families for which the sender can take routes. A speaker without the multiprotocol
    /// capability speaks IPv4 unicast (RFC 4760 §8).
    public List<IpFamily> families() {
      List<IpFamily> families = new ArrayList<>();
      boolean multiprotocol = false;
      for (Capability capability : capabilities) {
        if (capability instanceof Capability.Multiprotocol(AfiSafi afiSafi)) {
          multiprotocol = true;
          afiSafi.family().filter(f -> !families.contains(f)).ifPresent(families::add);
        }
      }
      return multiprotocol ? families : List.of(IpFamily.IPV4);
    }

    /// Whether the sender knows 4-octet AS numbers.
    public boolean fourOctetAs() {
      return capabilities.stream().anyMatch(Capability.FourOctetAs.class::isInstance);
    }

    public boolean routeRefresh() {
      return capabilities.stream().anyMatch(Capability.RouteRefresh.class::isInstance);
    }

    /// The last graceful restart capability, which is the one that counts (RFC 4724 §3).
    public Optional<Capability.GracefulRestart> gracefulRestart() {
      return capabilities.stream()
          .filter(Capability.GracefulRestart.class::isInstance)
          .map(Capability.GracefulRestart.class::cast)
          .reduce((_, last) -> last);
    }
  }

  /// Accepts an OPEN, and later says that the sender is alive.
  record Keepalive() implements BgpMessage {}

  /// Routes that are gone, and routes that are new or have changed.
  ///
  /// @param withdrawn prefixes of either family
  /// @param announced at most one group for each family, as one message holds one set of attributes
  record Update(List<IpPrefix> withdrawn, List<Announcement> announced) implements BgpMessage {
    public Update {
      withdrawn = List.copyOf(withdrawn);
      announced = List.copyOf(announced);
    }
  }

  /// The sender has sent all its routes of a family (RFC 4724 §2). On the wire this is an UPDATE
  /// without content.
  record EndOfRib(IpFamily family) implements BgpMessage {}

  /// Asks for all routes of a family once more (RFC 2918).
  ///
  /// @param subtype 0; 1 and 2 mark begin and end of the answer where RFC 7313 was negotiated
  record RouteRefresh(AfiSafi afiSafi, int subtype) implements BgpMessage {}

  /// Says why the sender ends the session (RFC 4271 §4.5). Codes may be unknown to us.
  ///
  /// @param code 0 to 255, see [NotificationError]
  /// @param subcode 0 to 255
  record Notification(int code, int subcode, Octets data) implements BgpMessage {

    /// A NOTIFICATION about a known error, with the data that its definition asks for.
    public static Notification of(NotificationError error, byte... data) {
      return new Notification(error.code(), error.subcode(), Octets.of(data));
    }

    /// A Cease. The text goes along where RFC 9003 lets it: with an administrative shutdown or
    /// reset. It is cut to 255 octets between two characters.
    public static Notification cease(NotificationError.Cease cease, String text) {
      return new Notification(cease.code(), cease.subcode(), ShutdownText.encode(cease, text));
    }

    /// The error, if it is a known one.
    public Optional<NotificationError> error() {
      return NotificationError.of(code, subcode);
    }

    /// What an operator reads: the error's name, and the sender's text if there is any.
    public String describe() {
      String name =
          error().map(NotificationError::describe).orElse("error " + code + "/" + subcode);
      String text = ShutdownText.decode(this);
      return text.isEmpty() ? name : name + ": \"" + text + "\"";
    }
  }

  /// Prefixes that share their attributes.
  ///
  /// @param attributes with the next hop of these prefixes' family
  record Announcement(PathAttributes attributes, List<IpPrefix> prefixes) {
    public Announcement {
      prefixes = List.copyOf(prefixes);
    }
  }
}
