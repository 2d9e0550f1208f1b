package io.margay.transport.peers;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A BGP daemon in AS 64512 on 127.0.0.1 that waits for us to connect from 127.0.0.2, or on
/// fd00:6::1 for fd00:6::2. It announces 10.1.0.0/24 and 10.1.1.0/24 via 10.9.0.1 and, if it speaks
/// IPv6, fd80:1::/64 via fd00::1.
///
/// It runs in the foreground with all its files in one directory and touches nothing of the host.
abstract class Daemon implements AutoCloseable {

  static final Duration LIMIT = Duration.ofSeconds(60);

  /// Where build/bgp-peers.sh unpacks; tests run in their module's directory.
  private static final Path UNPACKED = Path.of("..", "target", "bgp-peers").toAbsolutePath();

  /// What tells our routes from the daemon's own.
  private static final List<String> OUR_NEXT_HOPS = List.of("10.9.0.2", "fd00::2");

  private @Nullable Path directory;
  private boolean reflector;
  private boolean overIpv6;
  private @Nullable Process process;

  /// The files that have to be there.
  abstract List<Path> programs();

  /// The configuration's name among the test resources.
  abstract String configuration();

  /// How the configuration says that the session has this password.
  abstract String passwordLine(String password);

  /// The command that starts the daemon in its directory.
  ///
  /// @param again whether it follows a run that was killed
  abstract List<String> command(int port, boolean again);

  /// What the daemon has learned from us, in its own words.
  abstract String table();

  /// Finds a prefix (group 1) and a next hop (group 2) in [#table].
  abstract Pattern route();

  /// Does not announce 10.1.1.0/24 any more.
  abstract void withdraw();

  /// Asks us for all IPv4 routes once more.
  ///
  /// @return why it has no way to ask
  abstract Optional<String> askForRefresh();

  /// Whether it has IPv4 routes.
  boolean speaksIpv4() {
    return true;
  }

  boolean speaksIpv6() {
    return true;
  }

  /// Why it does not give back what it announced when it is asked for it.
  Optional<String> answersNoRefresh() {
    return Optional.empty();
  }

  /// Why it does not sign sessions that it does not open itself.
  Optional<String> signsNothing() {
    return Optional.empty();
  }

  /// Why it does not say after a restart that its routes were kept, or not tell them before it says
  /// that it has told all.
  Optional<String> restartsWithoutGrace() {
    return Optional.empty();
  }

  /// Called when the daemon answers.
  void started() {}

  /// Why the daemon cannot run here.
  Optional<String> absence() {
    List<Path> absent = programs().stream().filter(path -> !Files.exists(path)).toList();
    return absent.isEmpty()
        ? Optional.empty()
        : Optional.of(absent + " is not there; run build/bgp-peers.sh to get it");
  }

  static Path unpacked(String packageName, String path) {
    return UNPACKED.resolve(packageName).resolve(path);
  }

  Path directory() {
    if (directory == null) {
      throw new IllegalStateException("not started");
    }
    return directory;
  }

  String password(@Nullable String password) {
    return password == null ? "" : passwordLine(password);
  }

  void start(Path in, int port, @Nullable String password) throws Exception {
    directory = in;
    String resourceName = (reflector ? "/peers/reflector/" : "/peers/") + configuration();
    try (InputStream resource = Daemon.class.getResourceAsStream(resourceName)) {
      if (resource == null) {
        throw new IllegalArgumentException("no test resource " + configuration());
      }
      String text = new String(resource.readAllBytes(), StandardCharsets.UTF_8);
      Path file = in.resolve(configuration());
      Files.writeString(
          file,
          text.replace("@port@", String.valueOf(port))
              .replace("@theirs@", theirs())
              .replace("@ours@", ours())
              .replace("@directory@", in.toString())
              .replace("@password@", password(password)));
      // OpenBGPD insists that nobody else can read it.
      file.toFile().setReadable(false, false);
      file.toFile().setReadable(true, true);
    }
    run(port, false);
  }

  /// Has it speak over IPv6.
  Daemon overIpv6() {
    overIpv6 = true;
    return this;
  }

  boolean isOverIpv6() {
    return overIpv6;
  }

  /// The daemon's address.
  String theirs() {
    return overIpv6 ? "fd00:6::1" : "127.0.0.1";
  }

  /// Our address.
  String ours() {
    return overIpv6 ? "fd00:6::2" : "127.0.0.2";
  }

  /// Has it reflect between 127.0.0.2 and 127.0.0.3, cluster 1.0.0.9, and announce nothing itself.
  Daemon asReflector() {
    reflector = true;
    return this;
  }

  boolean isReflector() {
    return reflector;
  }

  void startAgain(int port) throws Exception {
    run(port, true);
  }

  private void run(int port, boolean again) throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(command(port, again)).directory(directory().toFile());
    builder.environment().put("LD_LIBRARY_PATH", libraries());
    process =
        builder
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(directory().resolve("log").toFile()))
            .start();
    await(this::answers, "the daemon does not answer");
    started();
  }

  private boolean answers() {
    if (process != null && !process.isAlive()) {
      throw new AssertionError("the daemon has ended. Its log:\n" + log());
    }
    try {
      table();
      return true;
    } catch (UncheckedIOException | IllegalStateException _) {
      return false;
    }
  }

  private String libraries() {
    Path root = programs().getFirst();
    while (root.getParent() != null && !UNPACKED.equals(root.getParent())) {
      root = root.getParent();
    }
    return Stream.of(
            "usr/lib/x86_64-linux-gnu/frr", "usr/lib/x86_64-linux-gnu", "lib/x86_64-linux-gnu")
        .map(root::resolve)
        .map(Path::toString)
        .reduce((one, other) -> one + ":" + other)
        .orElseThrow();
  }

  /// Kills it without a word to its peers.
  void kill() throws Exception {
    Process killed = process;
    if (killed == null) {
      return;
    }
    List<ProcessHandle> children = killed.descendants().toList();
    killed.destroyForcibly();
    children.forEach(ProcessHandle::destroyForcibly);
    if (!killed.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
      throw new AssertionError("the daemon does not end");
    }
    process = null;
  }

  /// Our routes in its table: `prefix via next hop`, sorted.
  List<String> learned() {
    List<String> routes = new ArrayList<>();
    Matcher matcher = route().matcher(table());
    while (matcher.find()) {
      if (OUR_NEXT_HOPS.contains(matcher.group(2))) {
        routes.add(matcher.group(1) + " via " + matcher.group(2));
      }
    }
    return routes.stream().distinct().sorted().toList();
  }

  void awaitLearned(List<String> expected) {
    List<String> sorted = expected.stream().sorted().toList();
    await(() -> learned().equals(sorted), "the daemon does not come to have " + sorted);
  }

  /// Waits until what [#table] says is as expected.
  void awaitTable(Predicate<String> expected, String otherwise) {
    await(() -> expected.test(table()), otherwise);
  }

  private void await(BooleanSupplier condition, String otherwise) {
    long deadline = System.nanoTime() + LIMIT.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("%s:%n%s%nLog:%n%s".formatted(otherwise, table(), log()));
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(30));
    }
  }

  /// Runs a program to its end.
  ///
  /// @throws IllegalStateException if it fails
  String ask(List<String> command) {
    try {
      ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
      builder.environment().put("LD_LIBRARY_PATH", libraries());
      Process asked = builder.start();
      asked.getOutputStream().close();
      String output = new String(asked.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (asked.waitFor() != 0) {
        throw new IllegalStateException(command + " failed: " + output);
      }
      return output;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private String log() {
    try {
      return Files.readString(directory().resolve("log"));
    } catch (IOException e) {
      return e.toString();
    }
  }

  @Override
  public void close() throws Exception {
    kill();
  }

  @Override
  public String toString() {
    return getClass().getSimpleName();
  }
}
