package io.margay.linux;

import io.margay.kernel.KernelException;
import io.margay.kernel.Sysctls;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
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
      throw failed("read kernel parameter " + path, e);
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
      throw failed("set kernel parameter %s to '%s'".formatted(path, value), e);
    }
  }

  /// Interface names stand in paths, so what would lead out of `/proc/sys` is no parameter.
  private Path file(String path) {
    if (path.startsWith("/") || List.of(path.split("/")).contains("..")) {
      throw new IllegalArgumentException("not a kernel parameter: '" + path + "'");
    }
    return root.resolve(path);
  }

  private static KernelException failed(String what, IOException e) {
    return new KernelException(
        "cannot %s: %s. The old value stays; check that this runs as root and that /proc/sys is writable."
            .formatted(what, reason(e)),
        e);
  }

  private static String reason(IOException e) {
    return switch (e) {
      case AccessDeniedException _ -> "permission denied";
      case FileSystemException of when of.getReason() != null -> of.getReason();
      default -> String.valueOf(e.getMessage());
    };
  }
}
