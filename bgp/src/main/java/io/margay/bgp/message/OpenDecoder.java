package io.margay.bgp.message;

import io.margay.bgp.message.BgpMessage.Open;
import io.margay.net.AsNumber;
import io.margay.net.Ipv4Address;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/// Reads an OPEN: RFC 4271 §4.2 and §6.2, capabilities by RFC 5492, long parameters by RFC 9072.
final class OpenDecoder {

  private static final int VERSION = 4;
  private static final int CAPABILITIES_PARAMETER = 2;
  private static final int EXTENDED = 255;

  private OpenDecoder() {}

  static Open decode(ByteBuffer body) {
    int version = body.get() & 0xff;
    if (version != VERSION) {
      throw new MalformedMessageException(
          NotificationError.Open.UNSUPPORTED_VERSION_NUMBER,
          "BGP version " + version + ", expected 4",
          (byte) 0,
          (byte) VERSION);
    }
    AsNumber twoOctetAs = new AsNumber(body.getShort() & 0xffff);
    int holdTime = body.getShort() & 0xffff;
    if (holdTime == 1 || holdTime == 2) {
      throw new MalformedMessageException(
          NotificationError.Open.UNACCEPTABLE_HOLD_TIME,
          "hold time " + holdTime + " s, expected 0 or at least 3 (RFC 4271 §6.2)");
    }
    Ipv4Address identifier = new Ipv4Address(body.getInt());
    if (identifier.equals(Ipv4Address.ANY)) {
      throw new MalformedMessageException(
          NotificationError.Open.BAD_BGP_IDENTIFIER,
          "BGP identifier 0.0.0.0, expected any other (RFC 6286 §2.1)");
    }
    List<Capability> capabilities = optionalParameters(body);
    AsNumber as = twoOctetAs;
    for (Capability capability : capabilities) {
      if (capability instanceof Capability.FourOctetAs(AsNumber fourOctetAs)) {
        as = fourOctetAs;
      }
    }
    if (as.value() == 0) {
      throw new MalformedMessageException(
          NotificationError.Open.BAD_PEER_AS, "AS 0 in OPEN (RFC 7607 §2)");
    }
    return new Open(as, holdTime, identifier, capabilities);
  }

  private static List<Capability> optionalParameters(ByteBuffer body) {
    int length = body.get() & 0xff;
    boolean extended =
        length == EXTENDED && body.hasRemaining() && (body.get(body.position()) & 0xff) == EXTENDED;
    if (extended) {
      body.get();
      if (body.remaining() < 2) {
        throw malformed("extended optional parameters without a length");
      }
      length = body.getShort() & 0xffff;
    }
    if (length != body.remaining()) {
      throw malformed(
          "optional parameters of %d octets in %d octets".formatted(length, body.remaining()));
    }
    List<Capability> capabilities = new ArrayList<>();
    while (body.hasRemaining()) {
      int type = body.get() & 0xff;
      if (body.remaining() < (extended ? 2 : 1)) {
        throw malformed("optional parameter " + type + " without a length");
      }
      int parameterLength = extended ? body.getShort() & 0xffff : body.get() & 0xff;
      ByteBuffer parameter = take(body, parameterLength, "optional parameter " + type);
      if (type != CAPABILITIES_PARAMETER) {
        throw new MalformedMessageException(
            NotificationError.Open.UNSUPPORTED_OPTIONAL_PARAMETER,
            "optional parameter " + type + ", expected 2 (capabilities)");
      }
      while (parameter.hasRemaining()) {
        capabilities.add(capability(parameter));
      }
    }
    return capabilities;
  }

  private static Capability capability(ByteBuffer parameter) {
    int code = parameter.get() & 0xff;
    if (!parameter.hasRemaining()) {
      throw malformed("capability " + code + " without a length");
    }
    ByteBuffer value = take(parameter, parameter.get() & 0xff, "capability " + code);
    return switch (code) {
      case Capability.Multiprotocol.CODE -> {
        expect(value, 4, value.remaining() == 4, "multiprotocol");
        int afi = value.getShort() & 0xffff;
        value.get();
        yield new Capability.Multiprotocol(new AfiSafi(afi, value.get() & 0xff));
      }
      case Capability.RouteRefresh.CODE -> {
        expect(value, 0, !value.hasRemaining(), "route refresh");
        yield new Capability.RouteRefresh();
      }
      case Capability.ExtendedMessage.CODE -> {
        expect(value, 0, !value.hasRemaining(), "extended message");
        yield new Capability.ExtendedMessage();
      }
      case Capability.EnhancedRouteRefresh.CODE -> {
        expect(value, 0, !value.hasRemaining(), "enhanced route refresh");
        yield new Capability.EnhancedRouteRefresh();
      }
      case Capability.AddPath.CODE -> addPath(value);
      case Capability.GracefulRestart.CODE -> gracefulRestart(value);
      case Capability.FourOctetAs.CODE -> {
        expect(value, 4, value.remaining() == 4, "4-octet AS");
        yield new Capability.FourOctetAs(new AsNumber(Integer.toUnsignedLong(value.getInt())));
      }
      default -> new Capability.Unknown(code, Octets.takeFrom(value));
    };
  }

  private static Capability gracefulRestart(ByteBuffer value) {
    expect(value, 2, value.remaining() % 4 == 2, "graceful restart");
    int flagsAndTime = value.getShort() & 0xffff;
    List<Capability.GracefulRestart.Family> families = new ArrayList<>();
    while (value.hasRemaining()) {
      AfiSafi afiSafi = new AfiSafi(value.getShort() & 0xffff, value.get() & 0xff);
      families.add(new Capability.GracefulRestart.Family(afiSafi, (value.get() & 0x80) != 0));
    }
    return new Capability.GracefulRestart(
        (flagsAndTime & 0x8000) != 0,
        (flagsAndTime & 0x4000) != 0,
        flagsAndTime & Capability.GracefulRestart.MAX_RESTART_TIME,
        families);
  }

  private static Capability addPath(ByteBuffer value) {
    expect(value, 4, value.remaining() % 4 == 0, "ADD-PATH");
    List<Capability.AddPath.Directions> families = new ArrayList<>();
    while (value.hasRemaining()) {
      AfiSafi afiSafi = new AfiSafi(value.getShort() & 0xffff, value.get() & 0xff);
      int direction = value.get() & 0xff;
      // RFC 7911 §4: other values than the three defined ones are ignored.
      if (direction >= Capability.AddPath.Directions.RECEIVE
          && direction
              <= (Capability.AddPath.Directions.RECEIVE | Capability.AddPath.Directions.SEND)) {
        families.add(
            new Capability.AddPath.Directions(
                afiSafi,
                (direction & Capability.AddPath.Directions.RECEIVE) != 0,
                (direction & Capability.AddPath.Directions.SEND) != 0));
      }
    }
    return new Capability.AddPath(families);
  }

  private static void expect(ByteBuffer value, int octets, boolean holds, String name) {
    if (!holds) {
      throw malformed(
          "%s capability of %d octets, expected %d".formatted(name, value.remaining(), octets));
    }
  }

  private static ByteBuffer take(ByteBuffer from, int length, String what) {
    if (length > from.remaining()) {
      throw malformed(
          "%s of %d octets, but only %d remain".formatted(what, length, from.remaining()));
    }
    ByteBuffer taken = from.slice(from.position(), length);
    from.position(from.position() + length);
    return taken;
  }

  private static MalformedMessageException malformed(String message) {
    return new MalformedMessageException(NotificationError.Open.UNSPECIFIC, "OPEN with " + message);
  }
}
