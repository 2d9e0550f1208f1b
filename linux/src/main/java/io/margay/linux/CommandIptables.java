package io.margay.linux;

import io.margay.kernel.KernelException;
import io.margay.kernel.iptables.Iptables;
import io.margay.kernel.iptables.Table;
import io.margay.linux.Programs.Result;
import io.margay.net.IpFamily;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The programs `iptables-save`, `iptables-restore` and their IPv6 twins. Any thread may call.
public final class CommandIptables implements Iptables, AutoCloseable {

  /// Which of the two implementations in the kernel to speak to. They do not see each other's
  /// rules, though both apply to packets.
  public enum Flavour {
    /// What the names `iptables-save` and `iptables-restore` lead to (`update-alternatives
    /// --display iptables`).
    SYSTEM(""),
    LEGACY("-legacy"),
    NFT("-nft");

    private final String suffix;

    Flavour(String suffix) {
      this.suffix = suffix;
    }

    /// For example `ip6tables-legacy-save`.
    String program(IpFamily family, String action) {
      String base =
          switch (family) {
            case IPV4 -> "iptables";
            case IPV6 -> "ip6tables";
          };
      return base + suffix + "-" + action;
    }
  }

  /// `iptables-restore v1.8.9 (nf_tables)`; distributions and older ones write it alike.
  private static final Pattern VERSION = Pattern.compile("v(\\d+)\\.(\\d+)\\.(\\d+)");

  /// How long the legacy programs wait for each other's lock, `/run/xtables.lock`.
  private static final int LOCK_SECONDS = 10;

  private static final Duration RUNNING_LIMIT = Duration.ofSeconds(60);

  private final Flavour flavour;
  private final Programs programs;
  private final boolean keepsRunning;
  private final @Nullable NftGeneration generation;
  private final Map<IpFamily, Restore> restores = new ConcurrentHashMap<>();

  /// How rules of a family are written.
  ///
  /// @param nft whether the program writes nftables' rules
  /// @param running null if the program is started for each write
  private record Restore(List<String> command, boolean nft, @Nullable RunningRestore running) {}

  public CommandIptables() {
    this(Flavour.SYSTEM, new Programs());
  }

  /// Starts a program for each call.
  public CommandIptables(Flavour flavour, Programs programs) {
    this(flavour, programs, null, false);
  }

  private CommandIptables(
      Flavour flavour,
      Programs programs,
      @Nullable NftGeneration generation,
      boolean keepsRunning) {
    this.flavour = flavour;
    this.programs = programs;
    this.generation = generation;
    this.keepsRunning = keepsRunning;
  }

  /// Keeps one `iptables-nft-restore` a family running once it was needed, in the network namespace
  /// of the thread that calls first; [#close()] ends it. With iptables-legacy a program is started
  /// for each call all the same.
  ///
  /// @param generation tells whether others wrote too
  static CommandIptables keepingRestoreRunning(Flavour flavour, NftGeneration generation) {
    return new CommandIptables(flavour, new Programs(), generation, true);
  }

  @Override
  public String save(IpFamily family, Table table) {
    return save(List.of(flavour.program(family, "save"), "-t", table.toString()));
  }

  /// The same with `[PACKETS:BYTES]` before each rule (`--counters`).
  public String saveWithCounters(IpFamily family, Table table) {
    return save(List.of(flavour.program(family, "save"), "-c", "-t", table.toString()));
  }

  private String save(List<String> command) {
    Result result = programs.run(command, "");
    if (!result.succeeded()) {
      throw new KernelException(
          "'%s' failed with exit code %d: %s. Run it by hand as root to see why."
              .formatted(String.join(" ", command), result.exitCode(), result.stderr().strip()));
    }
    return result.stdout();
  }

  @Override
  public void restore(IpFamily family, String input) {
    Restore restore = restoreOf(family);
    if (generation != null && restore.nft()) {
      generation.during(() -> restore(restore, input));
    } else {
      restore(restore, input);
    }
  }

  private void restore(Restore restore, String input) {
    RunningRestore running = restore.running();
    if (running != null) {
      synchronized (running) {
        if (running.restore(input) == RunningRestore.Outcome.DONE) {
          return;
        }
      }
    }
    List<String> command = restore.command();
    Result result = programs.run(command, input);
    if (!result.succeeded()) {
      throw new KernelException(
          "'%s' refused its input with exit code %d: %s%s. None of it has taken effect."
              .formatted(
                  String.join(" ", command),
                  result.exitCode(),
                  result.stderr().strip(),
                  result.namedLine(input)));
    }
  }

  /// A program that could not say which version it is is asked again the next time.
  private Restore restoreOf(IpFamily family) {
    Restore known = restores.get(family);
    if (known != null) {
      return known;
    }
    Result version = programs.run(List.of(flavour.program(family, "restore"), "--version"), "");
    Restore restore = restoreOfVersion(family, version.stdout());
    Restore first = version.succeeded() ? restores.putIfAbsent(family, restore) : null;
    return first == null ? restore : first;
  }

  /// `iptables-restore` knows `--wait` since 1.6.2, and takes no lock before that.
  private Restore restoreOfVersion(IpFamily family, String version) {
    String program = flavour.program(family, "restore");
    List<String> command = new ArrayList<>(List.of(program, "--noflush"));
    if (knowsWait(version)) {
      command.add("--wait");
      command.add(Integer.toString(LOCK_SECONDS));
    }
    boolean nft = version.contains("nf_tables");
    RunningRestore running =
        keepsRunning && nft ? new RunningRestore(command, RUNNING_LIMIT) : null;
    return new Restore(List.copyOf(command), nft, running);
  }

  /// Those of others are known with iptables-nft alone.
  @Override
  public OptionalLong foreignWrites() {
    try {
      return generation != null && restoreOf(IpFamily.IPV4).nft()
          ? generation.foreign()
          : OptionalLong.empty();
    } catch (KernelException e) {
      return OptionalLong.empty();
    }
  }

  /// Ends the programs that are kept running.
  @Override
  public void close() {
    for (Restore restore : restores.values()) {
      RunningRestore running = restore.running();
      if (running != null) {
        synchronized (running) {
          running.close();
        }
      }
    }
  }

  /// @param version what the program prints about itself
  static boolean knowsWait(String version) {
    Matcher matcher = VERSION.matcher(version);
    if (!matcher.find()) {
      return false;
    }
    int major = Integer.parseInt(matcher.group(1));
    int minor = Integer.parseInt(matcher.group(2));
    int patch = Integer.parseInt(matcher.group(3));
    return major != 1 ? major > 1 : minor != 6 ? minor > 6 : patch >= 2;
  }
}
