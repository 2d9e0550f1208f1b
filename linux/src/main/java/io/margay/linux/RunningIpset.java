package io.margay.linux;

import io.margay.kernel.KernelException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One `ipset -` (interactive mode, ipset(8)) that is kept running for small changes, since
/// starting a program takes longer than they do. An endpoint that comes is such a change of a few
/// sets, and nothing reaches it before.
///
/// The program answers each line with its prompt, and what it cannot do with a message before that.
/// Unlike `ipset restore` it then goes on with the next line, so each is sent once `version` behind
/// the one before is answered. Larger changes are better sent as one message of many.
///
/// Sets are not destroyed here unless something else is done too: nothing waits for that, and
/// nftables lets go of a set only a while after the last rule that referred to it.
///
/// It remembers `-exist` for all later lines, so that is never said here: a deletion that may find
/// nothing goes without, and that it found nothing is passed over.
///
/// Belongs to one thread at a time.
final class RunningIpset implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(RunningIpset.class);

  /// More than this takes longer than to start `ipset restore`.
  private static final int MOST_LINES = 16;

  private static final Duration GREETING_LIMIT = Duration.ofSeconds(5);
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final Set<String> COMMANDS = Set.of("add", "del", "create", "swap", "destroy");
  private static final String MAY_EXIST = " --exist";
  private static final String NOTHING_TO_DELETE = "it's not added";

  private static final String PROMPT = "ipset> ";
  private static final String END = "\u0000";

  private @Nullable Process process;
  private BlockingQueue<String> lines = new LinkedBlockingQueue<>();
  private boolean unusable;

  /// Whether the input is of the kind that this program is kept for.
  static boolean suits(String input) {
    List<String> all = input.lines().toList();
    return all.size() <= MOST_LINES
        && all.stream().allMatch(RunningIpset::suitsLine)
        && !all.stream().allMatch(line -> line.startsWith("destroy ") || line.equals("COMMIT"));
  }

  private static boolean suitsLine(String line) {
    return line.equals("COMMIT")
        || (COMMANDS.contains(line.split(" ", 2)[0]) && !withoutExist(line).contains("exist"));
  }

  private static String withoutExist(String line) {
    return line.startsWith("del ") && line.endsWith(MAY_EXIST)
        ? line.substring(0, line.length() - MAY_EXIST.length())
        : line;
  }

  /// Carries out changes, one after the other.
  ///
  /// @return false if nothing was done, as the program cannot be used like this here
  /// @throws KernelException if some of them were not, or may not have been carried out
  boolean restore(String input) {
    if (!(process != null && process.isAlive()) && !start()) {
      return false;
    }
    for (String line : input.lines().filter(each -> !each.equals("COMMIT")).toList()) {
      List<String> said = new ArrayList<>();
      if (!answers(withoutExist(line) + "\nversion\n", LIMIT, said)) {
        close();
        throw new KernelException(
            "'ipset -' ended or was ended before it said that it was done with: %s (expected within %d s; it said: %s). Read the sets anew."
                .formatted(line, LIMIT.toSeconds(), String.join("; ", said)));
      }
      if (line.endsWith(MAY_EXIST)) {
        said.removeIf(each -> each.contains(NOTHING_TO_DELETE));
      }
      if (!said.isEmpty()) {
        throw new KernelException(
            "'ipset -' refused a change: %s; the line is: %s. Lines before it have taken effect; read the sets anew."
                .formatted(String.join("; ", said), line));
      }
    }
    return true;
  }

  private boolean start() {
    close();
    Optional<Path> program = Programs.find("ipset");
    if (unusable || program.isEmpty() || Programs.find("stdbuf").isEmpty()) {
      return false;
    }
    try {
      ProcessBuilder builder =
          new ProcessBuilder("stdbuf", "--output=0", program.get().toString(), "-");
      builder.environment().put("LC_ALL", "C");
      Process started = builder.redirectErrorStream(true).start();
      BlockingQueue<String> output = new LinkedBlockingQueue<>();
      Thread.ofPlatform().name("program-stdout").daemon().start(() -> drain(started, output));
      process = started;
      lines = output;
    } catch (IOException e) {
      unusable = true;
      log.info("'ipset -' cannot be kept running: {}", e.getMessage());
      return false;
    }
    List<String> said = new ArrayList<>();
    if (!answers("version\n", GREETING_LIMIT, said) || !said.isEmpty()) {
      unusable = true;
      log.info("'ipset -' does not answer (it said: {}); it is started for each change.", said);
      close();
      return false;
    }
    return true;
  }

  /// Sends commands that end with `version` and waits for the answer to that.
  ///
  /// @param said what it says before, without prompts
  private boolean answers(String commands, Duration limit, List<String> said) {
    if (process == null) {
      return false;
    }
    try {
      OutputStream stdin = process.getOutputStream();
      // Less than a pipe holds: this does not wait for the program.
      stdin.write(commands.getBytes(StandardCharsets.UTF_8));
      stdin.flush();
      long deadline = System.nanoTime() + limit.toNanos();
      while (true) {
        String line = lines.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
        if (line == null || line.equals(END)) {
          return false;
        }
        String text = line.replace(PROMPT, "");
        if (text.contains("protocol version:")) {
          return true;
        }
        if (!text.isBlank()) {
          said.add(text);
        }
      }
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private static void drain(Process from, BlockingQueue<String> to) {
    try (BufferedReader reader =
        new BufferedReader(new InputStreamReader(from.getInputStream(), StandardCharsets.UTF_8))) {
      String line = reader.readLine();
      while (line != null) {
        to.add(line);
        line = reader.readLine();
      }
    } catch (IOException e) {
      // It was killed.
    }
    to.add(END);
  }

  /// Ends the program, if it runs.
  @Override
  public void close() {
    if (process != null) {
      process.destroyForcibly();
      process = null;
    }
  }
}
