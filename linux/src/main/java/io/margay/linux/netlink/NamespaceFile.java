package io.margay.linux.netlink;

import io.margay.kernel.KernelException;
import java.nio.file.Path;
import java.util.Optional;

/// An open file that stands for a network namespace (network_namespaces(7)) and keeps it alive.
public final class NamespaceFile implements AutoCloseable {

  private final Path path;
  private final int fd;

  private NamespaceFile(Path path, int fd) {
    this.path = path;
    this.fd = fd;
  }

  /// @return empty if there is no such file
  /// @throws KernelException if it may not be opened
  public static Optional<NamespaceFile> open(Path path) {
    int fd = Libc.open(path.toString(), Libc.O_RDONLY_CLOEXEC);
    if (fd >= 0) {
      return Optional.of(new NamespaceFile(path, fd));
    }
    if (fd == -Errno.ENOENT || fd == -Errno.ENOTDIR) {
      return Optional.empty();
    }
    throw NetlinkException.ofSocket("open the network namespace " + path, -fd);
  }

  /// The descriptor, for requests that name a namespace by it (`IFLA_NET_NS_FD`).
  public int fd() {
    return fd;
  }

  /// Moves the calling thread there, for the rest of its life: a platform thread that nobody else
  /// uses. Threads that it starts begin there too.
  ///
  /// @return false if the file stands for no network namespace: that may have been unmounted
  /// @throws KernelException if the kernel does not let us in
  public boolean enter() {
    int result = Libc.setns(fd, Libc.CLONE_NEWNET);
    if (result == -Errno.EINVAL) {
      return false;
    }
    if (result < 0) {
      throw NetlinkException.ofSocket("enter the network namespace " + path, -result);
    }
    return true;
  }

  @Override
  public void close() {
    Libc.close(fd);
  }
}
