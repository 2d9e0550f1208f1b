package io.margay.bench.reflection;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/// A daemon's process, with a directory of its own, until [#close].
final class RunningDaemon implements AutoCloseable {

  private static final Duration START_LIMIT = Duration.ofSeconds(30);
  private static final Duration END_LIMIT = Duration.ofSeconds(10);

  /// No client: daemons let it connect and close at once.
  private static final String PROBE = "127.127.127.127";

  private final Daemon daemon;
  private final Path directory;
  private final Process process;
  private final InetSocketAddress address;

  /// Ends the daemon should the measurement be interrupted.
  private final Thread atInterrupt = new Thread(this::endAtOnce, "end-daemon");

  /// Starts a daemon and waits until it takes connections.
  @SuppressWarnings("AddressSelection") // a literal address, not a name
  RunningDaemon(Daemon daemon, Path home, int clients, int port) throws IOException {
    this.daemon = daemon;
    this.directory = Files.createTempDirectory("margay-bench");
    this.address = new InetSocketAddress(Daemon.LISTEN, port);
    ProcessBuilder builder =
        new ProcessBuilder(daemon.command(new Daemon.Run(home, directory, clients, port)))
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log().toFile());
    builder.environment().put("LD_LIBRARY_PATH", Daemon.librariesBelow(home));
    this.process = builder.start();
    try {
      Runtime.getRuntime().addShutdownHook(atInterrupt);
    } catch (IllegalStateException e) {
      endAtOnce();
      throw new IOException("interrupted before " + daemon.title() + " was started", e);
    }
    try {
      awaitPort();
    } catch (IOException e) {
      close();
      throw e;
    }
  }

  private Path log() {
    return directory.resolve("log");
  }

  InetSocketAddress address() {
    return address;
  }

  ProcessCost cost() {
    return new ProcessCost(process.toHandle());
  }

  private void awaitPort() throws IOException {
    long deadline = System.nanoTime() + START_LIMIT.toNanos();
    while (!answers()) {
      if (!process.isAlive() || System.nanoTime() > deadline) {
        throw new IOException(
            "%s has not started:%n%s".formatted(daemon.title(), Files.readString(log())));
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
    }
  }

  private boolean answers() {
    try (Socket probe = new Socket()) {
      probe.bind(new InetSocketAddress(PROBE, 0));
      probe.connect(address);
      return true;
    } catch (IOException _) {
      return false;
    }
  }

  private void endAtOnce() {
    process.descendants().toList().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
    try {
      deleteDirectory();
    } catch (IOException _) {
      // It may be at writing a file yet.
    }
  }

  @Override
  public void close() throws IOException {
    List<ProcessHandle> children = process.descendants().toList();
    process.destroy();
    try {
      if (!process.waitFor(END_LIMIT.toSeconds(), TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
    children.forEach(ProcessHandle::destroyForcibly);
    deleteDirectory();
    try {
      Runtime.getRuntime().removeShutdownHook(atInterrupt);
    } catch (IllegalStateException _) {
      // Interrupted this very moment; there is nothing left to end.
    }
  }

  private void deleteDirectory() throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path each : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(each);
      }
    }
  }
}
