package io.margay.ipam;

import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;

/// The pause before another attempt at what others are changing too.
interface Backoff {

  /// @param attempt 0 for the first one, before which nothing is waited for
  void pause(int attempt);

  /// A random time, so that those who collided do not do so again; on average twice as long each
  /// time, up to 64 ms.
  static Backoff random() {
    return attempt -> {
      if (attempt > 0) {
        long most = 1_000_000L << Math.min(attempt, 6);
        LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(most));
      }
    };
  }
}
