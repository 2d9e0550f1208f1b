package io.margay.transport;

import io.margay.loop.Transport;
import io.netty.buffer.Unpooled;
import io.netty.channel.epoll.EpollSocketChannel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/// What is to be written on one connection, on its way to the kernel.
///
/// As a rule the kernel takes everything at once, and nothing but the call that gives it away is
/// needed. Only what it does not take goes through the channel, which waits until it does.
// How writing went shows in the channel's close future.
@SuppressWarnings("FutureReturnValueIgnored")
final class WriteQueue {

  /// IOV_MAX of Linux, writev(2).
  private static final int MAX_BUFFERS = 1024;

  private final EpollSocketChannel channel;
  private final Runnable onDrained;

  /// The first `count` are queued, and are outside of the heap.
  private ByteBuffer[] buffers = new ByteBuffer[2];

  private int count;
  private long unwritten;

  /// How much of that the channel has.
  private long waiting;

  /// Whether more than [Transport.Connection#MUCH] was unwritten since nothing was.
  private boolean much;

  /// An empty queue.
  ///
  /// @param onDrained called when much was unwritten and nothing is any more
  WriteQueue(EpollSocketChannel channel, Runnable onDrained) {
    this.channel = channel;
    this.onDrained = onDrained;
  }

  /// Adds what is between position and limit.
  ///
  /// @return whether this is the first since the latest [#flush]
  boolean add(ByteBuffer bytes) {
    int length = bytes.remaining();
    if (count == buffers.length) {
      buffers = Arrays.copyOf(buffers, 2 * count);
    }
    buffers[count++] =
        bytes.isDirect()
            ? bytes.slice()
            : ByteBuffer.allocateDirect(length).put(bytes.duplicate()).flip();
    unwritten += length;
    much |= unwritten > Transport.Connection.MUCH;
    return count == 1;
  }

  /// Octets that the kernel does not have.
  long unwritten() {
    return unwritten;
  }

  /// Gives the kernel as much as it takes, and what is left to the channel.
  void flush() throws IOException {
    int from = 0;
    int taken = 0;
    if (waiting == 0 && channel.isActive()) {
      while (from < count) {
        int to = Math.min(count, from + MAX_BUFFERS);
        long length = length(from, to);
        long written = write(from, to);
        unwritten -= written;
        if (written < length) {
          while (written >= buffers[from].limit()) {
            written -= buffers[from++].limit();
          }
          taken = (int) written;
          break;
        }
        from = to;
      }
    }
    if (from < count) {
      wait(from, taken);
    }
    Arrays.fill(buffers, 0, count, null);
    count = 0;
    checkDrained();
  }

  private long length(int from, int to) {
    long length = 0;
    for (int i = from; i < to; i++) {
      length += buffers[i].limit();
    }
    return length;
  }

  /// One call of the kernel.
  private long write(int from, int to) throws IOException {
    if (to - from == 1) {
      return Math.max(0, channel.fd().write(buffers[from], 0, buffers[from].limit()));
    }
    return Math.max(0, channel.fd().writev(buffers, from, to - from, Long.MAX_VALUE));
  }

  /// Has the channel write what the kernel does not take now.
  private void wait(int from, int taken) {
    for (int i = from; i < count; i++) {
      ByteBuffer rest = i == from ? buffers[i].position(taken) : buffers[i];
      int length = rest.remaining();
      waiting += length;
      channel
          .write(Unpooled.wrappedBuffer(rest))
          .addListener(_ -> {
            waiting -= length;
            unwritten -= length;
            checkDrained();
          });
    }
    channel.flush();
  }

  private void checkDrained() {
    if (unwritten == 0 && much) {
      much = false;
      onDrained.run();
    }
  }
}
