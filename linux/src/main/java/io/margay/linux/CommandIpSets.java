package io.margay.linux;

import io.margay.kernel.KernelException;
import io.margay.kernel.ipset.IpSets;
import io.margay.linux.Programs.Result;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The program `ipset`. Any thread may call.
public final class CommandIpSets implements IpSets, AutoCloseable {

  private final Programs programs;
  private final @Nullable RunningIpset running;

  public CommandIpSets() {
    this(new Programs());
  }

  /// Starts a program for each call.
  public CommandIpSets(Programs programs) {
    this(programs, null);
  }

  private CommandIpSets(Programs programs, @Nullable RunningIpset running) {
    this.programs = programs;
    this.running = running;
  }

  /// Keeps one program running for small changes once it was needed, in the network namespace of
  /// the thread that calls first; [#close()] ends it.
  static CommandIpSets keepingOneRunning() {
    return new CommandIpSets(new Programs(), new RunningIpset());
  }

  @Override
  public Map<String, ActualSet> list() {
    Result result = programs.run(List.of("ipset", "list"), "");
    if (!result.succeeded()) {
      throw new KernelException(
          "'ipset list' failed with exit code %d: %s. Run it by hand as root to see why."
              .formatted(result.exitCode(), result.stderr().strip()));
    }
    return parse(result.stdout());
  }

  @Override
  public void restore(String input) {
    if (running != null && RunningIpset.suits(input)) {
      synchronized (running) {
        if (running.restore(input)) {
          return;
        }
      }
    }
    Result result = programs.run(List.of("ipset", "restore"), input);
    if (!result.succeeded()) {
      throw new KernelException(
          "'ipset restore' refused its input with exit code %d: %s%s. Lines before it may have taken effect; read the sets anew."
              .formatted(result.exitCode(), result.stderr().strip(), result.namedLine(input)));
    }
  }

  /// Ends the program that is kept running.
  @Override
  public void close() {
    if (running != null) {
      synchronized (running) {
        running.close();
      }
    }
  }

  /// Reads what `ipset list` prints: per set a block of `Name:`, `Type:`, `Header:` and others,
  /// then `Members:` and one member a line up to an empty line or the end. There may be a hundred
  /// thousand of them: of a line no more is kept than the member.
  static Map<String, ActualSet> parse(String text) {
    Map<String, ActualSet> sets = new LinkedHashMap<>();
    Block block = new Block();
    for (Iterator<String> lines = text.lines().iterator(); lines.hasNext(); ) {
      String line = lines.next();
      if (line.startsWith("Name: ")) {
        block.addTo(sets);
        block = new Block();
      }
      block.take(line);
    }
    block.addTo(sets);
    return sets;
  }

  /// The lines of one set.
  private static final class Block {

    private @Nullable String name;
    private String type = "";
    private String family = "";
    private int maxElements;
    private boolean inMembers;
    private final List<String> members = new ArrayList<>();

    void take(String line) {
      if (inMembers) {
        takeMember(line);
      } else if (line.startsWith("Name: ")) {
        name = line.substring("Name: ".length());
      } else if (line.startsWith("Type: ")) {
        type = line.substring("Type: ".length());
      } else if (line.startsWith("Header: ")) {
        takeHeader(line.substring("Header: ".length()).split(" "));
      } else if (line.equals("Members:")) {
        inMembers = true;
      }
    }

    /// Behind a member stand its own options (`timeout 30`, `comment "..."`, `nomatch`). Only the
    /// last changes what it means, and so belongs to it.
    private void takeMember(String line) {
      if (!line.isEmpty()) {
        String[] words = line.split(" ");
        boolean nomatch = List.of(words).contains("nomatch");
        members.add(nomatch ? words[0] + " nomatch" : words[0]);
      }
    }

    /// `family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x5d66f8f4`: names with their
    /// values, and some names without.
    private void takeHeader(String[] words) {
      for (int i = 0; i + 1 < words.length; i++) {
        switch (words[i]) {
          case "family" -> family = words[i + 1];
          case "maxelem" -> maxElements = (int) Long.parseLong(words[i + 1]);
          default -> {}
        }
      }
    }

    void addTo(Map<String, ActualSet> sets) {
      if (name != null) {
        sets.put(name, new ActualSet(type, family, maxElements, Set.copyOf(members)));
      }
    }
  }
}
