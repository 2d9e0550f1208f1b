package io.margay.agent;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// The name of this host, which is a node's name unless it is given another.
public final class HostName {

  /// What hostname(1) prints (proc_sys_kernel(5)). Java's own way asks the resolver as well, and
  /// fails on a host whose name neither `/etc/hosts` nor DNS knows.
  private static final Path FILE = Path.of("/proc/sys/kernel/hostname");

  private HostName() {}

  /// @throws IOException if the kernel does not tell, or the host has no name
  public static String read() throws IOException {
    String name = Files.readString(FILE).strip();
    if (name.isEmpty() || name.equals("(none)")) {
      throw new IOException("this host has no name");
    }
    return name;
  }
}
