package io.margay.loop;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/// An event loop on a platform thread of its own. (A platform thread because tasks may call native
/// code, which would pin a virtual one.)
///
/// A task that throws is a broken invariant: the throwable goes to the handler given at
/// construction, which decides whether the process lives on.
public final class ThreadEventLoop implements EventLoop, AutoCloseable {

  private final ScheduledThreadPoolExecutor executor;
  private final Consumer<Throwable> onFailure;

  /// @param name the thread's name
  /// @param onFailure receives what a task threw, on the loop
  public ThreadEventLoop(String name, Consumer<Throwable> onFailure) {
    this.onFailure = onFailure;
    this.executor =
        new ScheduledThreadPoolExecutor(1, Thread.ofPlatform().name(name).daemon().factory());
    executor.setRemoveOnCancelPolicy(true);
    executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    executor.setRejectedExecutionHandler((_, _) -> {});
  }

  @Override
  public void execute(Runnable task) {
    executor.execute(guarded(task));
  }

  @Override
  public Timer schedule(Duration delay, Runnable task) {
    Future<?> future = executor.schedule(guarded(task), delay.toNanos(), TimeUnit.NANOSECONDS);
    return () -> future.cancel(false);
  }

  @Override
  public long nanoTime() {
    return System.nanoTime();
  }

  private Runnable guarded(Runnable task) {
    return () -> {
      try {
        task.run();
      } catch (Throwable thrown) {
        onFailure.accept(thrown);
      }
    };
  }

  /// Lets the tasks given so far run (timers do not count), then ends the thread. Later tasks are
  /// dropped. Waits at most `limit`.
  ///
  /// @return whether everything had run within the limit
  public boolean stop(Duration limit) throws InterruptedException {
    executor.shutdown();
    return executor.awaitTermination(limit.toNanos(), TimeUnit.NANOSECONDS);
  }

  @Override
  public void close() {
    executor.shutdownNow();
  }
}
