package io.margay.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// A BIRD 2 of our own, in the foreground, with its files in a directory of its own, on loopback
/// addresses and without a kernel protocol: it touches nothing of this machine.
final class Bird implements AutoCloseable {

  private static final Duration LIMIT = Duration.ofSeconds(60);

  /// `show route all` begins a route with its prefix; BGP attributes follow, indented.
  private static final Pattern PREFIX = Pattern.compile("^([0-9a-f.:]+/\\d+)\\s.*");

  private final Path directory;
  private final String config;
  private Process process;

  /// Starts BIRD.
  ///
  /// @param directory empty or from an earlier run
  Bird(Path directory, String config) throws Exception {
    this.directory = directory;
    this.config = config;
    this.process = start();
  }

  /// Whether the Debian package `bird2` is here.
  static boolean isInstalled() {
    return Stream.of("/usr/sbin/bird", "/usr/sbin/birdc")
            .map(Path::of)
            .allMatch(Files::isExecutable)
        && run(List.of("/usr/sbin/bird", "--version")).contains("version 2.");
  }

  /// The text of a test resource with `@name@` replaced.
  static String config(String resource, String... namesAndValues) {
    try (InputStream in = Bird.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalArgumentException("no test resource " + resource);
      }
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      for (int i = 0; i < namesAndValues.length; i += 2) {
        text = text.replace("@" + namesAndValues[i] + "@", namesAndValues[i + 1]);
      }
      return text;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Process start(String... options) throws Exception {
    Files.writeString(directory.resolve("bird.conf"), config);
    Files.deleteIfExists(directory.resolve("bird.ctl"));
    List<String> command =
        new ArrayList<>(
            List.of("/usr/sbin/bird", "-f", "-c", "bird.conf", "-s", "bird.ctl", "-P", "bird.pid"));
    command.addAll(List.of(options));
    Process started =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(directory.resolve("log").toFile()))
            .start();
    process = started;
    await("show status", answer -> answer.contains("Daemon is up and running"));
    return started;
  }

  /// Kills BIRD, so that it says nothing to anyone.
  void kill() throws InterruptedException {
    process.destroyForcibly();
    assertThat(process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
  }

  /// Starts BIRD once more, for a graceful restart.
  void restart() throws Exception {
    process = start("-R");
  }

  /// What `birdc` answers.
  String ask(String command) {
    return run(List.of("/usr/sbin/birdc", "-s", directory.resolve("bird.ctl").toString(), command));
  }

  /// Asks until the answer is as expected.
  void await(String command, Predicate<String> expected) {
    long deadline = System.nanoTime() + LIMIT.toNanos();
    String answer = ask(command);
    while (!expected.test(answer)) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError(
            "'%s' still answers:%n%s%nLog:%n%s".formatted(command, answer, log()));
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
      answer = ask(command);
    }
  }

  /// Waits until BIRD has exactly these routes from us: `prefix via next hop`.
  void awaitRoutes(String... routes) {
    List<String> expected = Stream.of(routes).sorted().toList();
    await("show route all protocol margay", answer -> routes(answer).equals(expected));
  }

  static List<String> routes(String showRouteAll) {
    List<String> routes = new ArrayList<>();
    String prefix = "";
    for (String line : showRouteAll.lines().toList()) {
      Matcher matcher = PREFIX.matcher(line);
      if (matcher.matches()) {
        prefix = matcher.group(1);
      } else if (line.strip().startsWith("BGP.next_hop: ")) {
        String nextHop = line.strip().substring("BGP.next_hop: ".length()).split(" ", -1)[0];
        routes.add(prefix + " via " + nextHop);
      }
    }
    return routes.stream().sorted().toList();
  }

  private String log() {
    try {
      return Files.readString(directory.resolve("log"));
    } catch (IOException e) {
      return e.toString().toLowerCase(Locale.ROOT);
    }
  }

  private static String run(List<String> command) {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      process.getOutputStream().close();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      process.waitFor();
      return output;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() throws Exception {
    process.destroy();
    if (!process.waitFor(10, TimeUnit.SECONDS)) {
      process.destroyForcibly();
    }
  }
}
