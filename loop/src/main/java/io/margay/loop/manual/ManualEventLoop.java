package io.margay.loop.manual;

import io.margay.loop.EventLoop;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// An event loop that runs when told, on the caller's thread, with a clock that stands still in
/// between. Timers that are due at one moment run in the order in which they were set.
///
/// For one thread only; several owners of state may share one loop.
public final class ManualEventLoop implements EventLoop {

  private final Queue<Runnable> tasks = new ArrayDeque<>();
  private final PriorityQueue<Waiting> timers =
      new PriorityQueue<>(
          Comparator.comparingLong((Waiting w) -> w.atNanos).thenComparingLong(w -> w.sequence));

  private long nowNanos;
  private long sequence;

  private static final class Waiting implements Timer {
    final long atNanos;
    final long sequence;
    @Nullable Runnable task;

    Waiting(long atNanos, long sequence, Runnable task) {
      this.atNanos = atNanos;
      this.sequence = sequence;
      this.task = task;
    }

    @Override
    public void cancel() {
      task = null;
    }
  }

  @Override
  public void execute(Runnable task) {
    tasks.add(task);
  }

  @Override
  public Timer schedule(Duration delay, Runnable task) {
    Waiting timer = new Waiting(nowNanos + Math.max(0, delay.toNanos()), sequence++, task);
    timers.add(timer);
    return timer;
  }

  @Override
  public long nanoTime() {
    return nowNanos;
  }

  /// Runs what can run without time passing.
  public void runReady() {
    while (runOne(nowNanos)) {}
  }

  /// Lets `duration` pass and runs everything that falls due, each at its moment.
  public void advance(Duration duration) {
    long end = nowNanos + duration.toNanos();
    while (runOne(end)) {}
    nowNanos = end;
  }

  /// Lets time pass until `condition` holds, at most for `limit`; time stops at the moment it does.
  ///
  /// @return whether the condition holds
  public boolean advanceUntil(BooleanSupplier condition, Duration limit) {
    long end = nowNanos + limit.toNanos();
    while (!condition.getAsBoolean()) {
      if (!runOne(end)) {
        nowNanos = end;
        return false;
      }
    }
    return true;
  }

  /// Runs one task or, if there is none, the next timer that falls due until `endNanos`.
  private boolean runOne(long endNanos) {
    Runnable task = tasks.poll();
    if (task == null) {
      Waiting next = timers.peek();
      if (next == null || next.atNanos > endNanos) {
        return false;
      }
      timers.remove();
      nowNanos = next.atNanos;
      task = next.task;
    }
    if (task != null) {
      task.run();
    }
    return true;
  }
}
