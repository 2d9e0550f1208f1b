package io.margay.agent.health;

import io.margay.loop.EventLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Whether the agent lives, and whether it is ready.
///
/// It lives while each of its loops takes tasks: every second each gets one, and one that has not
/// run it for the timeout is stuck. It is ready while nothing is known that keeps the kernel from
/// holding what the datastore asks for.
///
/// Any thread may call.
public final class AgentHealth implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(AgentHealth.class);
  private static final Duration BEAT = Duration.ofSeconds(1);

  /// A loop and the moment since which it owes an answer.
  private static final class Pulse {
    private final String name;
    private final EventLoop loop;
    private volatile boolean owing;
    private volatile long askedAt;
    private volatile boolean told;

    Pulse(String name, EventLoop loop) {
      this.name = name;
      this.loop = loop;
    }

    void ask() {
      if (!owing) {
        askedAt = System.nanoTime();
        owing = true;
        loop.execute(() -> owing = false);
      }
    }

    Duration silence() {
      return owing ? Duration.ofNanos(System.nanoTime() - askedAt) : Duration.ZERO;
    }
  }

  private final List<Pulse> pulses = new CopyOnWriteArrayList<>();
  private final ConcurrentMap<String, String> unready = new ConcurrentHashMap<>();
  private final List<Runnable> beats = new CopyOnWriteArrayList<>();
  private final Thread thread = Thread.ofVirtual().name("health").unstarted(this::run);
  private volatile Duration timeout = Duration.ofSeconds(90);

  /// Has the loop watched.
  ///
  /// @param name as the log and `/liveness` call it
  public void watch(String name, EventLoop loop) {
    pulses.add(new Pulse(name, loop));
  }

  /// Has something done each second for as long as the agent lives, and not while it is stuck. It
  /// must not block.
  public void onBeat(Runnable task) {
    beats.add(task);
  }

  public void start() {
    thread.start();
  }

  /// @param limit after what time a loop that does not answer counts as stuck
  public void setTimeout(Duration limit) {
    timeout = limit;
  }

  /// Notes what keeps the agent from being ready.
  ///
  /// @param subject what it is about; one is ready when no subject has a complaint
  /// @param complaint null if all is well
  public void report(String subject, @Nullable String complaint) {
    if (complaint == null) {
      unready.remove(subject);
    } else {
      unready.put(subject, complaint);
    }
  }

  /// Why the agent counts as dead, a sentence for each loop that is stuck; empty if it lives.
  public List<String> notLive() {
    List<String> stuck = new ArrayList<>();
    for (Pulse pulse : pulses) {
      Duration silence = pulse.silence();
      if (silence.compareTo(timeout) > 0) {
        stuck.add(
            "the %s loop has not answered for %d s (limit: HealthTimeoutSecs, %d s)"
                .formatted(pulse.name, silence.toSeconds(), timeout.toSeconds()));
      }
    }
    return stuck;
  }

  /// Why it is not ready; empty if it is.
  public List<String> notReady() {
    List<String> all = new ArrayList<>(notLive());
    unready.entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .forEach(each -> all.add(each.getKey() + ": " + each.getValue()));
    return all;
  }

  private void run() {
    try {
      while (true) {
        pulses.forEach(Pulse::ask);
        tellOfStuckLoops();
        if (notLive().isEmpty()) {
          beats.forEach(Runnable::run);
        }
        Thread.sleep(BEAT);
      }
    } catch (InterruptedException e) {
      LOG.debug("Nobody is watched any more.");
    }
  }

  private void tellOfStuckLoops() {
    for (Pulse pulse : pulses) {
      boolean stuck = pulse.silence().compareTo(timeout) > 0;
      if (stuck && !pulse.told) {
        LOG.error(
            "The {} loop has not answered for {} s and counts as stuck. What is in the kernel stays;"
                + " /liveness and systemd's watchdog tell of it. 'jstack {}' shows what it waits"
                + " for.",
            pulse.name,
            pulse.silence().toSeconds(),
            ProcessHandle.current().pid());
      } else if (!stuck && pulse.told) {
        LOG.info("The {} loop answers again.", pulse.name);
      }
      pulse.told = stuck;
    }
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
