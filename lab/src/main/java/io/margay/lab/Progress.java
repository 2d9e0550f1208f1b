package io.margay.lab;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;
import java.util.function.Supplier;

/// Tells what is being done, and when it is done.
///
/// @param out where to
record Progress(PrintStream out, Style style) {

  /// Does something, names it before, and marks it done after.
  <T> T step(String what, Supplier<T> work) {
    out.print("  " + what + " ... ");
    out.flush();
    long start = System.nanoTime();
    T result;
    try {
      result = work.get();
    } catch (RuntimeException e) {
      out.println(style.bad("failed"));
      throw e;
    }
    Duration taken = Duration.ofNanos(System.nanoTime() - start);
    String seconds = String.format(Locale.ROOT, "%.1f s", taken.toMillis() / 1000.0);
    out.println(style.good("done") + style.faint(" (" + seconds + ")"));
    return result;
  }

  void run(String what, Runnable work) {
    step(
        what,
        () -> {
          work.run();
          return "";
        });
  }

  void heading(String text) {
    out.println();
    out.println(style.heading(text));
  }
}
