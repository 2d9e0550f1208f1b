package io.margay.bgp.message;

import io.margay.net.IpFamily;
import java.util.Set;

/// What the two OPENs settled about how messages are written and read.
///
/// @param fourOctetAs both sides know 4-octet AS numbers (RFC 6793)
/// @param external the peer is in another AS
/// @param extendedMessages messages may have up to 65535 octets (RFC 8654)
/// @param pathIdsReceived families whose prefixes come with a path identifier (RFC 7911)
/// @param pathIdsSent families whose prefixes go with a path identifier
public record SessionCodec(
    boolean fourOctetAs,
    boolean external,
    boolean extendedMessages,
    Set<IpFamily> pathIdsReceived,
    Set<IpFamily> pathIdsSent) {

  public SessionCodec {
    pathIdsReceived = Set.copyOf(pathIdsReceived);
    pathIdsSent = Set.copyOf(pathIdsSent);
  }

  /// A session with neither extended messages nor path identifiers.
  public SessionCodec(boolean fourOctetAs, boolean external) {
    this(fourOctetAs, external, false, Set.of(), Set.of());
  }

  /// The longest message.
  int maxMessage() {
    return extendedMessages ? MessageFramer.MAX_EXTENDED_MESSAGE : MessageFramer.MAX_MESSAGE;
  }
}
