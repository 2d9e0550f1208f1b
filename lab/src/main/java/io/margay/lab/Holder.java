package io.margay.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/// The process that keeps a lab's namespaces: network, mount and process namespaces of its own, and
/// without root a user namespace in which the caller is root.
///
/// It is the first process of its process namespace, so the kernel kills everything in the lab when
/// it ends, and the network namespaces go with their last process and the private `/run`.
///
/// @param pid of the holder itself, as seen from outside
/// @param startedAt when it started: a pid can be used again, both together cannot
/// @param rootless whether it has a user namespace
record Holder(long pid, Instant startedAt, boolean rootless) {

  private static final Duration LIMIT = Patience.of(Duration.ofSeconds(10));

  /// What the holder runs: private `/run` (for the names of network namespaces and the lock of
  /// iptables), then nothing, for ever.
  private static final String SCRIPT =
      "mount -t tmpfs -o mode=755 tmpfs /run && mkdir -p /run/netns /run/lock && echo ready"
          + " && exec sleep infinity";

  /// Starts a holder that lives on after this process.
  static Holder start(Path log) {
    boolean rootless = !isRoot();
    List<String> words = new ArrayList<>(List.of("setsid", "unshare"));
    if (rootless) {
      words.addAll(List.of("--user", "--map-root-user"));
    }
    words.addAll(List.of("--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"));
    words.addAll(List.of("--propagation", "private", "sh", "-c", SCRIPT));
    try {
      Process process =
          new ProcessBuilder(words)
              .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
      return awaitReady(process, log, rootless);
    } catch (IOException e) {
      throw new LabException(
          "cannot start the lab's namespaces: %s. Install util-linux (unshare, setsid)."
              .formatted(e.getMessage()),
          e);
    }
  }

  private static Holder awaitReady(Process process, Path log, boolean rootless) throws IOException {
    long deadline = System.nanoTime() + LIMIT.toNanos();
    while (System.nanoTime() < deadline && process.isAlive()) {
      Optional<ProcessHandle> child = process.toHandle().children().findFirst();
      if (child.isPresent() && Files.readString(log).contains("ready")) {
        ProcessHandle holder = child.get();
        return new Holder(holder.pid(), startOf(holder), rootless);
      }
      LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
    }
    process.destroyForcibly();
    throw new LabException(
        """
        this machine does not let us make namespaces: %s
        Run as root, or allow user namespaces (sysctl kernel.unprivileged_userns_clone=1, \
        user.max_user_namespaces above 0; in a container, its seccomp profile must allow unshare).\
        """
            .formatted(Files.readString(log).strip()));
  }

  private static boolean isRoot() {
    return "root".equals(System.getProperty("user.name"));
  }

  private static Instant startOf(ProcessHandle process) {
    return process.info().startInstant().orElse(Instant.EPOCH);
  }

  private Optional<ProcessHandle> process() {
    return ProcessHandle.of(pid).filter(process -> startOf(process).equals(startedAt));
  }

  boolean isAlive() {
    return process().isPresent();
  }

  /// The words that run a command in the lab's root namespace, where the switch is, in the working
  /// directory of this process.
  List<String> enter(List<String> command) {
    if (!isAlive()) {
      throw new LabException(
          "the lab is gone: its process %d has ended. Run 'margay lab down', then 'margay lab up'."
              .formatted(pid));
    }
    List<String> words = new ArrayList<>(List.of("nsenter", "--target", Long.toString(pid)));
    if (rootless) {
      words.addAll(List.of("--user", "--preserve-credentials"));
    }
    words.add("--wd=" + Path.of("").toAbsolutePath());
    words.addAll(List.of("--net", "--mount", "--pid", "--"));
    words.addAll(command);
    return words;
  }

  /// The words that run a command on a host or in a workload.
  List<String> enter(String place, List<String> command) {
    List<String> words = new ArrayList<>(List.of("ip", "netns", "exec", place));
    words.addAll(command);
    return enter(words);
  }

  /// Ends everything in the lab. Returns once it has ended.
  void stop() {
    process()
        .ifPresent(process -> {
          process.destroyForcibly();
          try {
            process.onExit().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          } catch (java.util.concurrent.ExecutionException
              | java.util.concurrent.TimeoutException e) {
            throw new LabException("process %d of the lab does not end".formatted(pid), e);
          }
        });
  }
}
