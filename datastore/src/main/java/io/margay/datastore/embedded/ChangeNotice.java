package io.margay.datastore.embedded;

import java.io.IOException;
import java.io.RandomAccessFile;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Tells the [ChangeSignal]s of all processes that something was committed.
final class ChangeNotice implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(ChangeNotice.class);

  private final StoreFile file;
  private @Nullable RandomAccessFile notifyFile;
  private boolean failed;

  ChangeNotice(StoreFile file) {
    this.file = file;
  }

  /// Writes a byte where a byte is. That it cannot does no harm but a delay, so it is said once.
  synchronized void give() {
    try {
      if (notifyFile == null) {
        file.createNotifyFile();
        // Unlike a FileChannel it does not mind if the calling thread is interrupted.
        notifyFile = new RandomAccessFile(file.notifyPath().toFile(), "rw");
      }
      notifyFile.seek(0);
      notifyFile.write('\n');
    } catch (IOException e) {
      if (!failed) {
        failed = true;
        LOG.warn(
            "cannot write {} ({}). Other processes hear of changes up to a second late. Give its"
                + " group and mode those of {}.",
            file.notifyPath(),
            e.getMessage(),
            file.path());
      }
    }
  }

  @Override
  public synchronized void close() {
    try {
      if (notifyFile != null) {
        notifyFile.close();
        notifyFile = null;
      }
    } catch (IOException e) {
      LOG.debug("closing {}", file.notifyPath(), e);
    }
  }
}
