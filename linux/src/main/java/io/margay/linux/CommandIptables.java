package io.margay.linux;

import io.margay.kernel.KernelException;
import io.margay.kernel.iptables.Iptables;
import io.margay.kernel.iptables.Table;
import io.margay.linux.Programs.Result;
import io.margay.net.IpFamily;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The programs `iptables-save`, `iptables-restore` and their IPv6 twins. Any thread may call.
public final class CommandIptables implements Iptables {

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

  private final Flavour flavour;
  private final Programs programs;
  private final Map<IpFamily, List<String>> restoreCommands = new ConcurrentHashMap<>();

  public CommandIptables() {
    this(Flavour.SYSTEM, new Programs());
  }

  public CommandIptables(Flavour flavour, Programs programs) {
    this.flavour = flavour;
    this.programs = programs;
  }

  @Override
  public String save(IpFamily family, Table table) {
    List<String> command = List.of(flavour.program(family, "save"), "-t", table.toString());
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
    List<String> command = restoreCommands.computeIfAbsent(family, this::restoreCommand);
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

  /// `iptables-restore` knows `--wait` since 1.6.2, and takes no lock before that.
  private List<String> restoreCommand(IpFamily family) {
    String program = flavour.program(family, "restore");
    List<String> command = new ArrayList<>(List.of(program, "--noflush"));
    if (knowsWait(programs.run(List.of(program, "--version"), "").stdout())) {
      command.add("--wait");
      command.add(Integer.toString(LOCK_SECONDS));
    }
    return List.copyOf(command);
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
