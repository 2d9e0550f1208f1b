package io.margay.kernel.contract;

import io.margay.net.IpAddress;
import java.util.stream.Stream;

/// A tracked connection: who sends to whom as it began, and as the answers have it.
public record Connection(
    IpAddress origSrc, IpAddress origDst, IpAddress replySrc, IpAddress replyDst) {

  /// One that no address translation touches.
  public static Connection plain(String source, String destination) {
    IpAddress from = IpAddress.parse(source);
    IpAddress to = IpAddress.parse(destination);
    return new Connection(from, to, to, from);
  }

  /// Whether the address is at one of the four places.
  public boolean names(IpAddress address) {
    return Stream.of(origSrc, origDst, replySrc, replyDst).anyMatch(address::equals);
  }
}
