package io.margay.agent;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// The agent's place in the file system while it runs: a lock, so that a node has one agent, its
/// pid, and the file `ready`, which is there while the kernel holds what the datastore asks for.
final class RunDirectory implements AutoCloseable {

  private final Path directory;
  private final FileChannel lockFile;
  private final FileLock lock;

  private RunDirectory(Path directory, FileChannel lockFile, FileLock lock) {
    this.directory = directory;
    this.lockFile = lockFile;
    this.lock = lock;
  }

  /// @throws StartException if the directory cannot be used or another agent uses it
  static RunDirectory open(Path directory) {
    try {
      Files.createDirectories(directory);
      Path path = directory.resolve("agent.lock");
      FileChannel file =
          FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      FileLock lock = file.tryLock();
      if (lock == null) {
        file.close();
        throw new StartException(
            "another agent holds %s. Stop it, or give this one a directory of its own: --run-dir."
                .formatted(path));
      }
      RunDirectory opened = new RunDirectory(directory, file, lock);
      opened.setReady(false);
      Files.writeString(directory.resolve("agent.pid"), ProcessHandle.current().pid() + "\n");
      return opened;
    } catch (IOException e) {
      throw new StartException(
          "cannot use the run directory %s: %s. Name another one: --run-dir."
              .formatted(directory, e),
          e);
    }
  }

  void setReady(boolean ready) {
    Path path = directory.resolve("ready");
    try {
      if (ready) {
        Files.write(path, new byte[0]);
      } else {
        Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    try (lockFile) {
      setReady(false);
      Files.deleteIfExists(directory.resolve("agent.pid"));
      lock.release();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
