package io.margay.bgp.message;

import io.margay.bgp.message.NotificationError.Cease;
import java.nio.charset.StandardCharsets;

/// The text that an operator sends along with an administrative shutdown or reset (RFC 9003 §2): a
/// length octet and UTF-8.
final class ShutdownText {

  private static final int MAX_OCTETS = 255;

  private ShutdownText() {}

  static Octets encode(Cease cease, String text) {
    if (text.isEmpty() || !carriesText(cease.subcode())) {
      return Octets.EMPTY;
    }
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    int length = Math.min(utf8.length, MAX_OCTETS);
    // 10xxxxxx continues a character: go back to where the one that does not fit begins.
    while (length < utf8.length && (utf8[length] & 0xc0) == 0x80) {
      length--;
    }
    byte[] data = new byte[1 + length];
    data[0] = (byte) length;
    System.arraycopy(utf8, 0, data, 1, length);
    return Octets.of(data);
  }

  /// The text of a NOTIFICATION; empty if it has none or the length octet does not fit. Octets that
  /// are no UTF-8 become replacement characters and control characters spaces, as the text ends up
  /// in logs.
  static String decode(BgpMessage.Notification notification) {
    Octets data = notification.data();
    if (notification.code() != Cease.CODE
        || !carriesText(notification.subcode())
        || data.length() < 2
        || data.get(0) > data.length() - 1) {
      return "";
    }
    return new String(data.toBytes(), 1, data.get(0), StandardCharsets.UTF_8)
        .replaceAll("\\p{Cntrl}", " ")
        .strip();
  }

  private static boolean carriesText(int subcode) {
    return subcode == Cease.ADMINISTRATIVE_SHUTDOWN.subcode()
        || subcode == Cease.ADMINISTRATIVE_RESET.subcode();
  }
}
