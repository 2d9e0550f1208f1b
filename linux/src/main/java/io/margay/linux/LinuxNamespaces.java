package io.margay.linux;

import io.margay.kernel.KernelException;
import io.margay.kernel.Sysctls;
import io.margay.kernel.namespace.NetworkNamespace;
import io.margay.kernel.namespace.NetworkNamespaces;
import io.margay.linux.netlink.NamespaceFile;
import io.margay.linux.netlink.NetlinkClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Network namespaces by setns(2), which moves one thread alone: each visit is made by a thread
/// that lives no longer. What is asked by netlink needs a visit only to open the socket; kernel
/// parameters are those of the thread that opens their file.
public final class LinuxNamespaces implements NetworkNamespaces, AutoCloseable {

  private static final Path HERE = Path.of("/proc/thread-self/ns/net");

  private final NetlinkClient client;
  private final NetworkNamespace own;
  private final @Nullable Object ownKey;

  private LinuxNamespaces(NetlinkClient client, @Nullable Object ownKey) {
    this.client = client;
    this.own = new LinuxNamespace(client, new ProcSysctls(), null);
    this.ownKey = ownKey;
  }

  /// The caller's thread is in the process's own namespace.
  ///
  /// @throws KernelException if no netlink socket can be had
  public static LinuxNamespaces open() {
    return new LinuxNamespaces(NetlinkClient.open(), key(HERE));
  }

  /// Device and inode, which are the same for all files of one namespace.
  private static @Nullable Object key(Path file) {
    try {
      return Files.getAttribute(file, "unix:dev") + ":" + Files.getAttribute(file, "unix:ino");
    } catch (IOException e) {
      return null;
    }
  }

  @Override
  public NetworkNamespace own() {
    return own;
  }

  @Override
  public Optional<NetworkNamespace> open(Path path) {
    Object key = key(path);
    if (key != null && key.equals(ownKey)) {
      return Optional.of(own);
    }
    Optional<NamespaceFile> file = NamespaceFile.open(path);
    if (file.isEmpty()) {
      return Optional.empty();
    }
    NamespaceFile opened = file.get();
    @Nullable NetlinkClient inside = null;
    try {
      inside =
          visit(() ->
                  opened.enter()
                      ? Optional.of(NetlinkClient.open())
                      : Optional.<NetlinkClient>empty())
              .orElse(null);
    } finally {
      if (inside == null) {
        opened.close();
      }
    }
    return inside == null
        ? Optional.empty()
        : Optional.of(new LinuxNamespace(inside, new VisitedSysctls(opened), opened));
  }

  /// Does something on a thread that may move.
  private static <T> T visit(Supplier<T> work) {
    FutureTask<T> task = new FutureTask<>(work::get);
    Thread.ofPlatform().name("namespace").daemon().start(task);
    try {
      return task.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new KernelException("a visit to a network namespace failed: " + e.getCause(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new KernelException("interrupted while visiting a network namespace", e);
    }
  }

  /// Kernel parameters as a visitor sees them.
  private record VisitedSysctls(NamespaceFile file) implements Sysctls {

    @Override
    public Optional<String> read(String path) {
      return visit(() -> {
        file.enter();
        return new ProcSysctls().read(path);
      });
    }

    @Override
    public void write(String path, String value) {
      visit(() -> {
        file.enter();
        new ProcSysctls().write(path, value);
        return value;
      });
    }
  }

  @Override
  public void close() {
    client.close();
  }
}
