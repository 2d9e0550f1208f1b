package io.margay.linux;

import io.margay.kernel.KernelException;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Runs the programs that speak to the kernel for us, with `LC_ALL=C` so that their words are
/// known.
///
/// Input is written while both outputs are read, each by a platform thread that lives as long as
/// the program: a pipe holds 64 KiB, and a program that waits for us to read would wait for ever.
/// (No pooled thread does it: a thread inherits the network namespace of the one that starts it.)
public final class Programs {

  /// Where Debian keeps administrators' programs, which are not on every user's `PATH`.
  private static final List<String> SBIN = List.of("/usr/local/sbin", "/usr/sbin", "/sbin");

  private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(60);

  /// How iptables-restore and ipset name a line: `line 4 failed`, `Error occurred at line: 4`,
  /// `line 4: RULE_APPEND failed`, `Error in line 4`.
  private static final Pattern LINE = Pattern.compile("line:? (\\d{1,9})");

  private final List<String> prefix;
  private final Duration timeout;

  public Programs() {
    this(List.of(), DEFAULT_TIMEOUT);
  }

  /// @param prefix what to put before every command, as in `ip netns exec NAME`; empty for nothing
  /// @param timeout when a program that has not ended is killed
  public Programs(List<String> prefix, Duration timeout) {
    this.prefix = List.copyOf(prefix);
    this.timeout = timeout;
  }

  /// What a program left behind.
  public record Result(int exitCode, String stdout, String stderr) {

    public boolean succeeded() {
      return exitCode == 0;
    }

    /// `; line 4 is: -A ...` if the program named a line of its input in what it said, else
    /// nothing.
    String namedLine(String stdin) {
      Matcher matcher = LINE.matcher(stderr);
      List<String> lines = stdin.lines().toList();
      if (!matcher.find()) {
        return "";
      }
      int number = Integer.parseInt(matcher.group(1));
      return number < 1 || number > lines.size()
          ? ""
          : "; line %d is: %s".formatted(number, lines.get(number - 1));
    }
  }

  /// Where a program is: on the `PATH`, or where Debian keeps such programs.
  public static Optional<Path> find(String name) {
    if (name.indexOf('/') >= 0) {
      return Optional.of(Path.of(name)).filter(Files::isExecutable);
    }
    List<String> directories = new ArrayList<>();
    String path = System.getenv("PATH");
    if (path != null) {
      directories.addAll(List.of(path.split(File.pathSeparator)));
    }
    directories.addAll(SBIN);
    return directories.stream()
        .filter(directory -> !directory.isEmpty())
        .map(directory -> Path.of(directory, name))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /// The Debian package that holds a program.
  public static String debianPackage(String program) {
    return program.startsWith("iptables") || program.startsWith("ip6tables") ? "iptables" : program;
  }

  /// Runs a program to its end.
  ///
  /// @throws KernelException if it is not installed, cannot be started, or takes too long; an exit
  ///   code other than 0 is for the caller to judge
  public Result run(List<String> command, String stdin) {
    List<String> whole = new ArrayList<>(prefix);
    whole.addAll(command);
    whole.set(0, located(whole.getFirst()));
    ProcessBuilder builder = new ProcessBuilder(whole);
    builder.environment().put("LC_ALL", "C");
    Process process;
    try {
      process = builder.start();
    } catch (IOException e) {
      throw new KernelException(
          "cannot start '%s': %s. Check that it may be executed."
              .formatted(String.join(" ", whole), e.getMessage()),
          e);
    }
    return finish(process, whole, stdin);
  }

  private static String located(String program) {
    return find(program)
        .map(Path::toString)
        .orElseThrow(() ->
            new KernelException(
                "cannot run '%s': it is neither on the PATH nor in %s. Install the Debian package %s."
                    .formatted(program, String.join(", ", SBIN), debianPackage(program))));
  }

  private Result finish(Process process, List<String> command, String stdin) {
    Drain stdout = new Drain(process.getInputStream());
    Drain stderr = new Drain(process.getErrorStream());
    Thread feeder = start("stdin", () -> feed(process.getOutputStream(), stdin));
    Thread outReader = start("stdout", stdout);
    Thread errReader = start("stderr", stderr);
    try {
      if (!process.waitFor(timeout.toNanos(), TimeUnit.NANOSECONDS)) {
        throw new KernelException(
            "'%s' had not ended after %d s and was killed. It may have done a part of its work."
                .formatted(String.join(" ", command), timeout.toSeconds()));
      }
      outReader.join();
      errReader.join();
      feeder.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new KernelException(
          "interrupted while '%s' ran; it was killed".formatted(String.join(" ", command)), e);
    } finally {
      process.destroyForcibly();
    }
    return new Result(process.exitValue(), stdout.text, stderr.text);
  }

  private static Thread start(String name, Runnable task) {
    return Thread.ofPlatform().name("program-" + name).daemon().start(task);
  }

  /// A program that ends without reading all of its input is no failure in itself: its exit code
  /// tells.
  private static void feed(OutputStream to, String text) {
    try (to) {
      to.write(text.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      // "Broken pipe"
    }
  }

  /// Reads a stream to its end. The text is read after the thread that runs this was joined.
  private static final class Drain implements Runnable {

    private final InputStream from;
    private String text = "";

    Drain(InputStream from) {
      this.from = from;
    }

    @Override
    public void run() {
      try (from) {
        text = new String(from.readAllBytes(), StandardCharsets.UTF_8);
      } catch (IOException e) {
        // the process was killed; whoever killed it reports that
      }
    }
  }
}
