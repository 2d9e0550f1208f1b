package io.margay.bgp.rib;

import io.margay.bgp.message.PathAttributes;
import io.margay.bgp.message.SessionCodec;
import io.margay.bgp.message.UpdateEncoder;
import java.nio.ByteBuffer;
import java.util.Arrays;

/// UPDATEs one after the other, to be written to many peers at once.
final class UpdateBatch {

  /// Small batches share a buffer of this size.
  private static final int CHUNK = 1 << 16;

  private final LocRib locRib;
  private final UpdateEncoder encoder;
  private byte[] bytes = new byte[1 << 12];
  private int length;
  private ByteBuffer chunk = ByteBuffer.allocate(0);

  UpdateBatch(LocRib locRib, SessionCodec codec) {
    this.locRib = locRib;
    this.encoder = new UpdateEncoder(codec);
  }

  int length() {
    return length;
  }

  /// Announces a path to each prefix, all with one path identifier.
  ///
  /// @return false if the attributes leave no room for a prefix; nothing is written then
  boolean announce(PathAttributes attributes, Numbers numbers, int pathId) {
    return encoder.announce(
        attributes, new NumberedPrefixes(locRib, numbers, null, pathId), this::append);
  }

  /// Withdraws paths with one path identifier.
  void withdraw(Numbers numbers, int pathId) {
    withdraw(new NumberedPrefixes(locRib, numbers, null, pathId));
  }

  /// Withdraws paths.
  void withdraw(Numbers numbers, Numbers pathIds) {
    withdraw(new NumberedPrefixes(locRib, numbers, pathIds, 0));
  }

  private void withdraw(NumberedPrefixes prefixes) {
    if (prefixes.size() > 0) {
      encoder.withdraw(prefixes, this::append);
    }
  }

  private void append(ByteBuffer frame) {
    int size = frame.remaining();
    if (length + size > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, length + size));
    }
    frame.get(frame.position(), bytes, length, size);
    length += size;
  }

  /// Ends the batch and begins the next.
  ///
  /// @return all of it, outside of the heap so that the kernel can read it from there for every
  ///   peer. It lives as long as someone holds it.
  ByteBuffer take() {
    ByteBuffer taken;
    if (length > CHUNK / 2) {
      taken = ByteBuffer.allocateDirect(length);
    } else {
      if (chunk.remaining() < length) {
        chunk = ByteBuffer.allocateDirect(CHUNK);
      }
      taken = chunk.slice(chunk.position(), length);
      chunk.position(chunk.position() + length);
    }
    taken.put(0, bytes, 0, length);
    if (bytes.length > CHUNK) {
      bytes = new byte[CHUNK];
    }
    length = 0;
    return taken;
  }
}
