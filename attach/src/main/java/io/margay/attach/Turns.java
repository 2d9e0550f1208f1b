package io.margay.attach;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/// One lock for each name that is in use.
final class Turns {

  private final Map<String, Turn> turns = new HashMap<>();

  private static final class Turn {
    final ReentrantLock lock = new ReentrantLock(true);
    int users;
  }

  /// Ends a turn.
  interface Taken extends AutoCloseable {
    @Override
    void close();
  }

  /// Waits until nobody else has the name.
  Taken take(String name) {
    Turn turn;
    synchronized (turns) {
      turn = turns.computeIfAbsent(name, _ -> new Turn());
      turn.users++;
    }
    turn.lock.lock();
    return () -> {
      turn.lock.unlock();
      synchronized (turns) {
        if (--turn.users == 0) {
          turns.remove(name);
        }
      }
    };
  }
}
