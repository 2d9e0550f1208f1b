package io.margay.bench.reflection;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/// What a process and its children cost, from proc(5).
final class ProcessCost {

  private static final Path PROC = Path.of("/proc");
  private static final String PEAK = "VmHWM:";

  private final ProcessHandle root;

  ProcessCost(ProcessHandle root) {
    this.root = root;
  }

  private List<ProcessHandle> all() {
    return Stream.concat(Stream.of(root), root.descendants()).toList();
  }

  /// Processor time of all threads that live, to the nanosecond. Threads of daemons last as long as
  /// these.
  Duration processorTime() throws IOException {
    long nanos = 0;
    for (ProcessHandle each : all()) {
      Path tasks = PROC.resolve(String.valueOf(each.pid())).resolve("task");
      try (Stream<Path> threads = Files.list(tasks)) {
        for (Path thread : threads.toList()) {
          String text = Files.readString(thread.resolve("schedstat"), StandardCharsets.US_ASCII);
          nanos += Long.parseLong(text.substring(0, text.indexOf(' ')));
        }
      }
    }
    return Duration.ofNanos(nanos);
  }

  /// The most that each process has had resident at a time, together, in kB.
  long peakKilobytes() throws IOException {
    long kilobytes = 0;
    for (ProcessHandle each : all()) {
      Path status = PROC.resolve(String.valueOf(each.pid())).resolve("status");
      for (String line : Files.readAllLines(status)) {
        if (line.startsWith(PEAK)) {
          kilobytes += Long.parseLong(line.substring(PEAK.length()).replaceAll("[^0-9]", ""));
        }
      }
    }
    return kilobytes;
  }
}
