package io.margay.calicoctl;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/// Who looks at the output: people get colours and progress, files and scripts the bare text.
///
/// @param colour whether standard output shows colours
/// @param progress whether somebody watches standard error
public record Screen(boolean colour, boolean progress) {

  /// Nobody looks: a file, a pipe, a test.
  public static final Screen NONE = new Screen(false, false);

  private static final String ESCAPE = "\u001b[";
  private static final int PROGRESS_STEP = 100;

  /// The screen of this process. `NO_COLOR` (no-color.org) and `TERM=dumb` turn colours off.
  static Screen ofThisProcess(Map<String, String> environment) {
    boolean dumb =
        !environment.getOrDefault("NO_COLOR", "").isEmpty()
            || environment.getOrDefault("TERM", "dumb").equals("dumb");
    return new Screen(!dumb && isTerminal(1), isTerminal(2));
  }

  /// What the link says that proc(5) has for each descriptor: [java.lang.System#console()] knows
  /// only of standard input and output together.
  private static boolean isTerminal(int descriptor) {
    try {
      String target = Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor)).toString();
      return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty");
    } catch (IOException e) {
      return false;
    }
  }

  public String red(String text) {
    return painted("31", text);
  }

  public String green(String text) {
    return painted("32", text);
  }

  private String painted(String code, String text) {
    return colour ? ESCAPE + code + "m" + text + ESCAPE + "0m" : text;
  }

  /// Tells of a long task on a line of its own, which the next call overwrites.
  ///
  /// @param done of `total` steps
  void progress(PrintStream err, String what, int done, int total) {
    if (progress && total > PROGRESS_STEP && done % PROGRESS_STEP == 0) {
      err.print("\r" + what + " " + done + " of " + total);
      err.flush();
    }
  }

  /// Takes the line away again.
  void endProgress(PrintStream err, int total) {
    if (progress && total > PROGRESS_STEP) {
      err.print("\r" + ESCAPE + "K");
      err.flush();
    }
  }
}
