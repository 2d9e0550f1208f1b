package io.margay.transport;

import io.margay.loop.EventLoop;
import io.netty.channel.Channel;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/// An event loop on a thread of its own that waits for sockets as well as for tasks and timers.
///
/// A task that throws is a broken invariant: the throwable goes to the handler given at
/// construction, which decides whether the process lives on.
// The end of the group is awaited in stop(); nothing waits for it in close().
@SuppressWarnings("FutureReturnValueIgnored")
public final class NettyEventLoop implements EventLoop, AutoCloseable {

  private final MultiThreadIoEventLoopGroup group;
  private final io.netty.channel.EventLoop loop;
  private final Consumer<Throwable> onFailure;

  /// Touched on the loop only.
  private final Set<Channel> open = new HashSet<>();

  private final List<NettyConnection> toFlush = new ArrayList<>();
  private final ReceiveBuffer receiveBuffer = new ReceiveBuffer();

  /// Starts the loop.
  ///
  /// @param name the thread's name
  /// @param onFailure receives what a task or a handler threw, on the loop
  public NettyEventLoop(String name, Consumer<Throwable> onFailure) {
    this.onFailure = onFailure;
    this.group =
        new MultiThreadIoEventLoopGroup(
            1, new DefaultThreadFactory(name, true), EpollIoHandler.newFactory());
    this.loop = group.next();
  }

  @Override
  public void execute(Runnable task) {
    try {
      loop.execute(guarded(task));
    } catch (RejectedExecutionException _) {
      // The loop has ended, and tasks with it.
    }
  }

  @Override
  public Timer schedule(Duration delay, Runnable task) {
    try {
      Future<?> future = loop.schedule(guarded(task), delay.toNanos(), TimeUnit.NANOSECONDS);
      return () -> future.cancel(false);
    } catch (RejectedExecutionException _) {
      return () -> {};
    }
  }

  @Override
  public long nanoTime() {
    return System.nanoTime();
  }

  private Runnable guarded(Runnable task) {
    return () -> run(task);
  }

  /// Runs a task or a call of a handler; what it throws goes to the failure handler.
  void run(Runnable task) {
    try {
      task.run();
    } catch (Throwable thrown) {
      failed(thrown);
    }
  }

  /// Something was thrown that nobody expects.
  void failed(Throwable thrown) {
    onFailure.accept(thrown);
  }

  /// Has a connection flushed once everything else of this turn is done. On the loop.
  void flushLater(NettyConnection connection) {
    if (toFlush.isEmpty()) {
      execute(this::flush);
    }
    toFlush.add(connection);
  }

  private void flush() {
    // Some may be added meanwhile.
    for (int i = 0; i < toFlush.size(); i++) {
      toFlush.get(i).flush();
    }
    toFlush.clear();
  }

  ReceiveBuffer receiveBuffer() {
    return receiveBuffer;
  }

  /// Begins to serve a channel. On the loop.
  void register(Channel channel) {
    open.add(channel);
    channel.closeFuture().addListener(_ -> open.remove(channel));
    loop.register(channel);
  }

  /// Netty closes its channels on the way out only if it notices the shutdown early enough in its
  /// turn; without a quiet period it may not.
  private void closeChannels() {
    execute(() -> List.copyOf(open).forEach(Channel::close));
  }

  /// Throws unless called on the loop.
  void checkOnLoop() {
    if (!loop.inEventLoop()) {
      throw new IllegalStateException(
          "called on thread " + Thread.currentThread().getName() + ", expected the event loop's");
    }
  }

  /// Lets the tasks given so far run (timers do not count), closes all sockets, and ends the
  /// thread. Later tasks are dropped. Waits at most `limit`.
  ///
  /// @return whether everything had run within the limit
  public boolean stop(Duration limit) throws InterruptedException {
    closeChannels();
    group.shutdownGracefully(0, limit.toNanos(), TimeUnit.NANOSECONDS);
    return group.awaitTermination(limit.toNanos(), TimeUnit.NANOSECONDS);
  }

  @Override
  public void close() {
    closeChannels();
    group.shutdownGracefully(0, 0, TimeUnit.NANOSECONDS);
  }
}
