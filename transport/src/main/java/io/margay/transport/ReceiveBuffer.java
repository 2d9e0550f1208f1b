package io.margay.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.DefaultMaxMessagesRecvByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator;

/// The one buffer that all channels of an event loop read into: what a read gives is consumed
/// before the next.
final class ReceiveBuffer extends DefaultMaxMessagesRecvByteBufAllocator {

  private static final int OCTETS = 1 << 16;

  /// After these others get their turn.
  private static final int READS = 16;

  private final ByteBuf buffer = Unpooled.directBuffer(OCTETS, OCTETS);

  ReceiveBuffer() {
    super(READS);
  }

  // What it replaces is deprecated in favour of an interface that it implements as well.
  @SuppressWarnings("deprecation")
  @Override
  public RecvByteBufAllocator.Handle newHandle() {
    return new MaxMessageHandle() {
      @Override
      public ByteBuf allocate(ByteBufAllocator allocator) {
        return buffer.clear().retain();
      }

      @Override
      public int guess() {
        return OCTETS;
      }
    };
  }
}
