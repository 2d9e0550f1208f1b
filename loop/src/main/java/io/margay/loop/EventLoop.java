package io.margay.loop;

import java.time.Duration;

/// One thread of control that owns some state. Tasks run one after the other, in the order in which
/// they were given; nothing else touches that state.
///
/// [#execute] may be called from any thread; [#schedule] too.
public interface EventLoop {

  /// Runs `task` on the loop, after everything given before it.
  void execute(Runnable task);

  /// Runs `task` on the loop once `delay` has passed, unless the timer is cancelled first.
  Timer schedule(Duration delay, Runnable task);

  /// The loop's clock: nanoseconds since an arbitrary moment, never going back.
  long nanoTime();

  /// A task that waits for its moment.
  interface Timer {

    /// Called on the loop, guarantees that the task will not run if it has not begun. Idempotent.
    void cancel();
  }
}
