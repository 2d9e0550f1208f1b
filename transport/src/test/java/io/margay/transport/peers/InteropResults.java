package io.margay.transport.peers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestWatcher;

/// Notes how each test went with each daemon, a line each, for [InteropTable].
public final class InteropResults implements TestWatcher, BeforeAllCallback {

  static final Path DIRECTORY = Path.of("target", "interop");

  private static final String ABORTED = "Assumption failed: ";

  @Override
  public void beforeAll(ExtensionContext context) throws IOException {
    Files.createDirectories(DIRECTORY);
    Files.writeString(file(context), "");
  }

  private static Path file(ExtensionContext context) {
    return DIRECTORY.resolve(context.getRequiredTestClass().getSimpleName());
  }

  @Override
  public void testSuccessful(ExtensionContext context) {
    note(context, "yes");
  }

  @Override
  public void testAborted(ExtensionContext context, @Nullable Throwable cause) {
    String reason = cause == null ? "" : String.valueOf(cause.getMessage());
    note(
        context,
        reason.startsWith(ABORTED) ? "no: " + reason.substring(ABORTED.length()) : "not tried");
  }

  @Override
  public void testFailed(ExtensionContext context, @Nullable Throwable cause) {
    note(context, "FAILED");
  }

  @Override
  public void testDisabled(ExtensionContext context, Optional<String> reason) {
    note(context, "not tried");
  }

  private static void note(ExtensionContext context, String result) {
    String line =
        String.join(
            "\t",
            context.getRequiredTestClass().getSimpleName()
                + "."
                + context.getRequiredTestMethod().getName(),
            context.getDisplayName(),
            result);
    try {
      Files.writeString(file(context), line + "\n", StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
