package io.margay.transport;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/// A Netty loop as a test uses it from its own thread.
public final class LoopThread implements AutoCloseable {

  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final CompletableFuture<Throwable> failure = new CompletableFuture<>();
  public final NettyEventLoop loop = new NettyEventLoop("test-loop", failure::complete);

  public <T> T call(Callable<T> task) throws Exception {
    CompletableFuture<T> result = new CompletableFuture<>();
    loop.execute(() -> {
      try {
        result.complete(task.call());
      } catch (Throwable e) {
        result.completeExceptionally(e);
      }
    });
    return result.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
  }

  public void run(Runnable task) throws Exception {
    call(() -> {
      task.run();
      return true;
    });
  }

  /// Waits for something that is looked at on the loop.
  public void await(BooleanSupplier condition, Supplier<String> otherwise) throws Exception {
    long deadline = System.nanoTime() + LIMIT.toNanos();
    while (!call(condition::getAsBoolean)) {
      if (failure.isDone()) {
        throw new AssertionError("the loop failed", failure.get());
      }
      if (System.nanoTime() > deadline) {
        throw new AssertionError("not within " + LIMIT + ": " + otherwise.get());
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(2));
    }
  }

  @Override
  public void close() throws Exception {
    if (!loop.stop(Duration.ofSeconds(10))) {
      throw new AssertionError("the loop did not end");
    }
    if (failure.isDone()) {
      throw new AssertionError("the loop failed", failure.get());
    }
  }
}
