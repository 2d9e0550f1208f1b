package io.margay.lab;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/// A program run to its end, with its output kept.
///
/// @param output standard output and standard error, as they came
record Command(int exitCode, String output) {

  private static final Duration LIMIT = Patience.of(Duration.ofSeconds(60));

  /// Runs a program and returns how it ended, whatever its exit code.
  static Command run(List<String> words, String standardInput) {
    try {
      Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
      CompletableFuture<String> output =
          CompletableFuture.supplyAsync(
              () -> readAll(process.getInputStream()), task -> Thread.ofVirtual().start(task));
      try (OutputStream in = process.getOutputStream()) {
        in.write(standardInput.getBytes(StandardCharsets.UTF_8));
      }
      if (!process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new LabException(
            "'%s' did not end within %d s; stopped it."
                .formatted(words.getFirst(), LIMIT.toSeconds()));
      }
      return new Command(process.exitValue(), output.join());
    } catch (IOException e) {
      throw new LabException("cannot run '" + words.getFirst() + "': " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LabException("interrupted while '" + words.getFirst() + "' ran", e);
    }
  }

  private static String readAll(InputStream stream) {
    try (stream) {
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      return "(its output could not be read: " + e.getMessage() + ")";
    }
  }

  /// The output, provided the program succeeded.
  ///
  /// @param what what it was to do, for the message if it did not
  String orThrow(String what) {
    if (exitCode != 0) {
      throw new LabException(
          "%s failed with exit code %d:%n%s".formatted(what, exitCode, output.strip().indent(4)));
    }
    return output;
  }
}
