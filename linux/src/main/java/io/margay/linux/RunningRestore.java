package io.margay.linux;

import io.margay.kernel.KernelException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One `iptables-nft-restore --noflush --verbose` that is kept running and gets one transaction
/// after the other, since starting and ending one costs more than its work: at its end the kernel
/// waits for what it replaced to fall out of use (tens of milliseconds), which holds up the program
/// alone and not the rules.
///
/// How a transaction is known to be done: with `--verbose` the program prints the comment lines it
/// reads, so one behind the `COMMIT` comes back once the commit has succeeded. The program stops at
/// the first error, so after one it never comes back. `stdbuf` has it print line by line.
///
/// What others write between two transactions is seen, as the program reads what it needs of the
/// kernel's rules for each, and the kernel refuses a commit that rests on older ones
/// (`NFTA_GEN_ID`). Not for iptables-legacy: that has no such wait, and a lock for all to share.
///
/// Belongs to one thread at a time.
final class RunningRestore implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(RunningRestore.class);

  /// How long the program may take to answer a mere comment before we do without.
  private static final Duration GREETING_LIMIT = Duration.ofSeconds(5);

  /// After an end, more than these lines of output help nobody.
  private static final int KEPT_LINES = 20;

  /// Exit codes from here on mean that the program was ended by a signal.
  private static final int KILLED = 128;

  /// Octets that an empty pipe takes at once: half of what pipe(7) promises.
  private static final int PIPE_HOLDS = 32 * 1024;

  private static final String END = "\u0000";

  /// What became of a transaction.
  enum Outcome {
    DONE,
    /// None of it has taken effect; another program may be asked.
    NOT_DONE
  }

  private final List<String> command;
  private final Duration limit;
  private @Nullable Running running;
  private boolean unusable;
  private long marks;

  /// @param restore the program with its options, but for `--verbose`
  RunningRestore(List<String> restore, Duration limit) {
    this.command = new ArrayList<>(List.of("stdbuf", "--output=L"));
    this.command.addAll(restore);
    this.command.add("--verbose");
    this.limit = limit;
  }

  private record Running(Process process, BlockingQueue<String> lines) {

    /// What a pipe may not hold is written by a thread of its own, as the program may not read on.
    void send(String text) {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      if (bytes.length <= PIPE_HOLDS) {
        write(bytes);
      } else {
        Thread.ofPlatform().name("program-stdin").daemon().start(() -> write(bytes));
      }
    }

    private void write(byte[] bytes) {
      try {
        OutputStream stdin = process.getOutputStream();
        stdin.write(bytes);
        stdin.flush();
      } catch (IOException e) {
        // It has ended, which shows at the other pipe.
      }
    }

    /// Reads up to the mark.
    ///
    /// @param before what came before it
    /// @return the mark, the end, or null after the time
    @Nullable String await(String mark, Duration limit, List<String> before)
        throws InterruptedException {
      long deadline = System.nanoTime() + limit.toNanos();
      while (true) {
        String line = lines.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
        if (line == null || line.equals(mark) || line.equals(END)) {
          return line;
        }
        if (before.size() < KEPT_LINES) {
          before.add(line);
        }
      }
    }
  }

  /// Has the program carry the transaction out, starting it if need be.
  ///
  /// @throws KernelException if it cannot be known whether it was carried out
  Outcome restore(String input) {
    Running program = running != null && running.process.isAlive() ? running : start();
    if (program == null) {
      return Outcome.NOT_DONE;
    }
    String mark = "# done " + ++marks;
    program.send(input + mark + "\n");
    List<String> said = new ArrayList<>();
    try {
      String line = program.await(mark, limit, said);
      if (mark.equals(line)) {
        return Outcome.DONE;
      }
      if (line != null && program.process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
        int code = program.process.exitValue();
        if (code > 0 && code < KILLED) {
          log.debug("{} refused a transaction: {}", command, said);
          close();
          return Outcome.NOT_DONE;
        }
      }
      close();
    } catch (InterruptedException e) {
      close();
      Thread.currentThread().interrupt();
    }
    throw new KernelException(
        "'%s' ended or was ended before it said that it was done (expected within %d s; it said: %s). The rules may be the old or the new ones; read them anew."
            .formatted(String.join(" ", command), limit.toSeconds(), String.join("; ", said)));
  }

  /// @return null if the program does not work like this here
  private @Nullable Running start() {
    close();
    Optional<Path> program = Programs.find(command.get(2));
    if (unusable || program.isEmpty() || Programs.find(command.get(0)).isEmpty()) {
      return null;
    }
    try {
      ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
      builder.environment().put("LC_ALL", "C");
      builder.command().set(2, program.get().toString());
      Process process = builder.start();
      Running started = new Running(process, new LinkedBlockingQueue<>());
      Thread.ofPlatform()
          .name("program-stdout")
          .daemon()
          .start(() -> drain(process.getInputStream(), started.lines));
      running = started;
      started.send("# hello\n");
      List<String> said = new ArrayList<>();
      if ("# hello".equals(started.await("# hello", GREETING_LIMIT, said))) {
        return started;
      }
      unusable = true;
      log.info(
          "{} does not repeat comments (it said: {}), so it is started anew for each change of"
              + " rules, which takes tens of milliseconds more.",
          command,
          said);
    } catch (IOException e) {
      unusable = true;
      log.info("{} cannot be kept running: {}", command, e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    close();
    return null;
  }

  private static void drain(InputStream from, BlockingQueue<String> lines) {
    try (BufferedReader reader =
        new BufferedReader(new InputStreamReader(from, StandardCharsets.UTF_8))) {
      String line = reader.readLine();
      while (line != null) {
        lines.add(line);
        line = reader.readLine();
      }
    } catch (IOException e) {
      // It was killed.
    }
    lines.add(END);
  }

  /// The running program's, for tests.
  OptionalLong pid() {
    return running == null ? OptionalLong.empty() : OptionalLong.of(running.process.pid());
  }

  /// Ends the program, if it runs.
  @Override
  public void close() {
    if (running != null) {
      running.process.destroyForcibly();
      running = null;
    }
  }
}
