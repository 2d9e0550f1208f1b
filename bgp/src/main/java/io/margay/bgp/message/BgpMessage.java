package io.margay.bgp.message;

import io.margay.net.AsNumber;
import io.margay.net.IpFamily;
import io.margay.net.IpPrefix;
import io.margay.net.Ipv4Address;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

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

    /// Whether the sender marks begin and end of a refresh, and knows such marks (RFC 7313).
    public boolean enhancedRouteRefresh() {
      return capabilities.stream().anyMatch(Capability.EnhancedRouteRefresh.class::isInstance);
    }

    /// Whether the sender can read messages of 65535 octets (RFC 8654).
    public boolean extendedMessages() {
      return capabilities.stream().anyMatch(Capability.ExtendedMessage.class::isInstance);
    }

    /// The families in which the sender takes several paths to a prefix (RFC 7911).
    public List<IpFamily> receivesPaths() {
      return addPath(Capability.AddPath.Directions::receives);
    }

    /// The families in which the sender would like to tell several paths to a prefix.
    public List<IpFamily> sendsPaths() {
      return addPath(Capability.AddPath.Directions::sends);
    }

    /// RFC 7911 §4: of several such capabilities the last one counts.
    private List<IpFamily> addPath(Predicate<Capability.AddPath.Directions> direction) {
      return capabilities.stream()
          .filter(Capability.AddPath.class::isInstance)
          .map(Capability.AddPath.class::cast)
          .reduce((_, last) -> last)
          .stream()
          .flatMap(addPath -> addPath.families().stream())
          .filter(direction)
          .flatMap(family -> family.afiSafi().family().stream())
          .toList();
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
  /// @param withdrawnIds which paths to them are gone
  /// @param announced at most one group for each family, as one message holds one set of attributes
  record Update(PrefixList withdrawn, PathIds withdrawnIds, List<Announcement> announced)
      implements BgpMessage {
    public Update {
      announced = List.copyOf(announced);
    }

    /// An update of these prefixes.
    public Update(List<IpPrefix> withdrawn, PathIds withdrawnIds, List<Announcement> announced) {
      this(PrefixList.copyOf(withdrawn), withdrawnIds, announced);
    }

    /// An update without path identifiers.
    public Update(List<IpPrefix> withdrawn, List<Announcement> announced) {
      this(withdrawn, PathIds.NONE, announced);
    }
  }

  /// The sender has sent all its routes of a family (RFC 4724 §2). On the wire this is an UPDATE
  /// without content.
  record EndOfRib(IpFamily family) implements BgpMessage {}

  /// Asks for all routes of a family once more (RFC 2918).
  ///
  /// @param subtype one of the following; others are to be ignored
  record RouteRefresh(AfiSafi afiSafi, int subtype) implements BgpMessage {
    /// Asks.
    public static final int REQUEST = 0;

    /// The answer begins (BoRR, RFC 7313 §4).
    public static final int BEGIN = 1;

    /// The answer is complete (EoRR).
    public static final int END = 2;

    /// A message about unicast of a family.
    public static RouteRefresh of(IpFamily family, int subtype) {
      return new RouteRefresh(AfiSafi.unicast(family), subtype);
    }
  }

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

    /// A Cease that has the receiver drop our routes although it would keep them after any other
    /// NOTIFICATION; the true reason goes along (RFC 8538 §3.1).
    public static Notification hardReset(Notification reason) {
      byte[] data = new byte[2 + reason.data().length()];
      data[0] = (byte) reason.code();
      data[1] = (byte) reason.subcode();
      System.arraycopy(reason.data().toBytes(), 0, data, 2, reason.data().length());
      return of(NotificationError.Cease.HARD_RESET, data);
    }

    public boolean isHardReset() {
      return code == NotificationError.Cease.CODE
          && subcode == NotificationError.Cease.HARD_RESET.subcode();
    }

    /// The error, if it is a known one.
    public Optional<NotificationError> error() {
      return NotificationError.of(code, subcode);
    }

    /// What an operator reads: the error's name, and the sender's text if there is any.
    public String describe() {
      String name =
          error().map(NotificationError::describe).orElse("error " + code + "/" + subcode);
      if (isHardReset() && data.length() >= 2) {
        byte[] inner = data.toBytes();
        Octets rest = Octets.of(Arrays.copyOfRange(inner, 2, inner.length));
        Notification reason = new Notification(data.get(0), data.get(1), rest);
        // What is wrapped twice is not looked at: such a chain could be long.
        return name + ", " + (reason.isHardReset() ? name : reason.describe());
      }
      String text = ShutdownText.decode(this);
      return text.isEmpty() ? name : name + ": \"" + text + "\"";
    }
  }

  /// Prefixes that share their attributes.
  ///
  /// @param attributes with the next hop of these prefixes' family
  /// @param pathIds which path to each prefix this is
  record Announcement(PathAttributes attributes, PrefixList prefixes, PathIds pathIds) {

    /// An announcement of these prefixes.
    public Announcement(PathAttributes attributes, List<IpPrefix> prefixes, PathIds pathIds) {
      this(attributes, PrefixList.copyOf(prefixes), pathIds);
    }

    /// An announcement without path identifiers.
    public Announcement(PathAttributes attributes, List<IpPrefix> prefixes) {
      this(attributes, prefixes, PathIds.NONE);
    }
  }
}
