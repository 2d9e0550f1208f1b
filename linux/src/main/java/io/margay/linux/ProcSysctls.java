package io.margay.linux;

import io.margay.kernel.KernelException;
import io.margay.kernel.Sysctls;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;

/// Kernel parameters by their files below `/proc/sys`. Those of `net/` are of the network namespace
/// of the calling thread.
public final class ProcSysctls implements Sysctls {

  private final Path root;

  public ProcSysctls() {
    this(Path.of("/proc/sys"));
  }

  /// @param root where the parameters are
  public ProcSysctls(Path root) {
    this.root = root;
  }

  @Override
  public Optional<String> read(String path) {
    try {
      String text = Files.readString(file(path));
      return Optional.of(text.endsWith("\n") ? text.substring(0, text.length() - 1) : text);
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw failed("read", path, e);
    }
  }

  @Override
  public void write(String path, String value) {
    try {
      // Only WRITE: neither created nor, which the kernel ignores, truncated.
      Files.writeString(file(path), value, StandardOpenOption.WRITE);
    } catch (NoSuchFileException e) {
      throw new KernelException(
          "cannot set kernel parameter %s to '%s': there is none of this name. Its interface may be gone, or the kernel lacks the feature."
              .formatted(path, value),
          e);
    } catch (IOException e) {
      throw failed("set to '" + value + "'", path, e);
    }
  }

  /// Interface names stand in paths, so what would lead out of `/proc/sys` is no parameter.
  private Path file(String path) {
    if (path.startsWith("/") || List.of(path.split("/")).contains("..")) {
      throw new IllegalArgumentException("not a kernel parameter: '" + path + "'");
    }
    return root.resolve(path);
  }

  private static KernelException failed(String what, String path, IOException e) {
    return new KernelException(
        "cannot %s kernel parameter %s: %s. The old value stays; check that this runs as root and that %s is writable."
            .formatted(what, path, e.getMessage(), "/proc/sys"),
        e);
  }
}
