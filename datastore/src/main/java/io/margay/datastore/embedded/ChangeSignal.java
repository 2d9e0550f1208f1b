package io.margay.datastore.embedded;

import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Waits until another process has, or may have, written to the store.
///
/// Each writer touches the notify file after its commit, and inotify(7) tells us. A look at the log
/// file itself would come too early: its last bytes are written before the commit can be seen. A
/// writer that died in between, or a tool that knows nothing of this, is noticed by a look once a
/// second.
final class ChangeSignal implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(ChangeSignal.class);

  private static final Duration LOOK_ANYWAY = Duration.ofSeconds(1);
  private static final Duration WITHOUT_INOTIFY = Duration.ofMillis(5);

  private final StoreFile file;
  private final @Nullable WatchService watchService;
  private volatile boolean closed;

  ChangeSignal(StoreFile file) {
    this.file = file;
    this.watchService = watchDirectory(file);
  }

  private static @Nullable WatchService watchDirectory(StoreFile file) {
    WatchService service = null;
    try {
      service = file.directory().getFileSystem().newWatchService();
      file.directory()
          .register(
              service, StandardWatchEventKinds.ENTRY_MODIFY, StandardWatchEventKinds.ENTRY_CREATE);
      return service;
    } catch (IOException e) {
      LOG.warn(
          "cannot watch the directory of {} ({}). Changes are looked for every {} ms instead, which"
              + " costs some CPU. Raise fs.inotify.max_user_instances and"
              + " fs.inotify.max_user_watches, see sysctl(8).",
          file.path(),
          e.getMessage(),
          WITHOUT_INOTIFY.toMillis());
      closeQuietly(service);
      return null;
    }
  }

  /// Returns when there may be something new, at the latest after a second.
  void await() throws InterruptedException {
    if (watchService == null) {
      pause(WITHOUT_INOTIFY);
      return;
    }
    try {
      var deadline = System.nanoTime() + LOOK_ANYWAY.toNanos();
      for (long left = LOOK_ANYWAY.toNanos(); left > 0; left = deadline - System.nanoTime()) {
        var key = watchService.poll(left, TimeUnit.NANOSECONDS);
        if (key != null && isOfStore(key)) {
          return;
        }
      }
    } catch (ClosedWatchServiceException e) {
      // the caller looks whether it is to stop
    }
  }

  private boolean isOfStore(WatchKey key) {
    var notifyName = file.notifyPath().getFileName();
    var storeName = file.path().getFileName();
    boolean ofStore = false;
    for (var event : key.pollEvents()) {
      var name = event.context();
      ofStore |=
          event.kind().equals(StandardWatchEventKinds.OVERFLOW)
              || notifyName.equals(name)
              || (storeName.equals(name)
                  && event.kind().equals(StandardWatchEventKinds.ENTRY_CREATE));
    }
    key.reset();
    return ofStore;
  }

  /// Waits before another attempt.
  synchronized void pause(Duration time) throws InterruptedException {
    long deadline = System.nanoTime() + time.toNanos();
    for (long left = time.toNanos(); left > 0 && !closed; left = deadline - System.nanoTime()) {
      TimeUnit.NANOSECONDS.timedWait(this, left);
    }
  }

  @Override
  public void close() {
    synchronized (this) {
      closed = true;
      notifyAll();
    }
    closeQuietly(watchService);
  }

  private static void closeQuietly(@Nullable WatchService service) {
    if (service != null) {
      try {
        service.close();
      } catch (IOException e) {
        LOG.debug("closing a watch", e);
      }
    }
  }
}
