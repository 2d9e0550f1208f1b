package io.margay.loop;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/// What a process that serves waits for: a signal that ends it (SIGTERM, SIGINT), or a failure of
/// its own after which it cannot go on.
///
/// The JVM ends at a signal as soon as its hooks have; so one waits until all that was open is
/// closed, which [#close] tells.
///
/// ```
///   try (StopRequest stop = new StopRequest()) {
///     try (Server server = open(failure -> stop.fail())) {
///       stop.followSignals();
///       stop.await();
///     }
///   }
/// ```
public final class StopRequest implements AutoCloseable {

  private final CountDownLatch asked = new CountDownLatch(1);
  private final CountDownLatch closed = new CountDownLatch(1);
  private final AtomicInteger exitCode = new AtomicInteger();

  /// A signal counts as a request from now on. Before, it ends the process as any.
  public void followSignals() {
    Runtime.getRuntime().addShutdownHook(new Thread(this::awaitEnd, "stop"));
  }

  private void awaitEnd() {
    asked.countDown();
    try {
      closed.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// Asks for the end after a failure.
  public void fail() {
    exitCode.set(1);
    asked.countDown();
  }

  /// Returns once the end was asked for.
  public void await() throws InterruptedException {
    asked.await();
  }

  /// Waits at most so long.
  ///
  /// @return whether the end was asked for
  public boolean await(Duration limit) throws InterruptedException {
    return asked.await(limit.toNanos(), TimeUnit.NANOSECONDS);
  }

  /// 0, or 1 after a failure.
  public int exitCode() {
    return exitCode.get();
  }

  /// All is closed; the process may end.
  @Override
  public void close() {
    closed.countDown();
  }
}
