package io.margay.kernel.iptables;

import io.margay.kernel.ApplyOutcome;
import io.margay.kernel.DeltaTracker;
import io.margay.kernel.KernelException;
import io.margay.kernel.LostLooks;
import io.margay.net.IpFamily;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/// The chains and rules that are wanted in one table, and the means to bring the kernel there.
///
/// Goals, in this order:
///
/// 1. What others wrote is never touched or reordered. Our chains are known by their names, our
///    rules by the hash in their comment; the rest is only counted. Rules in chains of others are
///    deleted by number, so the kernel is always read right before.
/// 2. The kernel is never between two states: all of one apply is one `iptables-restore`, which
///    takes effect whole or not at all. If it is refused, the rules stay as they were.
/// 3. As little as possible is written: nothing if nothing differs, and otherwise only rules whose
///    hash differs, so that the others keep their counters.
/// 4. An apply is fast. For that, what is in our own chains is remembered instead of read each
///    time. If someone changed them, a rule may be replaced at the wrong place until
///    [#invalidate()], which is due regularly and after each sign of another writer, has them read
///    and repaired.
///
/// Belongs to one thread, which its calls to [Iptables] may block.
public final class IptablesTable {

  private static final int ATTEMPTS = 3;

  private final IpFamily family;
  private final Table table;
  private final Iptables iptables;
  private final InsertMode mode;

  private final DeltaTracker<String, TrackedRules, List<SavedRule>> ownChains =
      new DeltaTracker<>((wanted, actual) -> wanted.marks().equals(actual));
  private final Map<String, TrackedRules> hooks = new TreeMap<>();
  private Map<String, List<SavedRule>> foreignChains = new LinkedHashMap<>();

  /// Chains that were not as remembered when last read.
  private final Set<String> drifted = new HashSet<>();

  /// What [Iptables#foreignWrites()] said right before the rules were last read.
  private OptionalLong foreignWrites = OptionalLong.empty();

  /// How often we have written.
  private long writes;

  private final LostLooks lostLooks = new LostLooks();

  /// How many rules are wanted in our own chains.
  private int ownRules;

  private boolean everRead;
  private boolean stale = true;

  public IptablesTable(IpFamily family, Table table, Iptables iptables, InsertMode mode) {
    this.family = family;
    this.table = table;
    this.iptables = iptables;
    this.mode = mode;
  }

  /// Wants the chain, in the place of any other of its name.
  ///
  /// @throws IllegalArgumentException if the name has no prefix by which we know our own chains
  public void setChain(Chain chain) {
    want(chain, false);
  }

  /// The same for a chain whose counters nobody reads: where rules would be replaced, it is emptied
  /// and written anew, in the same transaction. That spares `iptables-nft-restore` reading every
  /// rule of the table to find those, tens of milliseconds where there are hundreds of chains.
  public void setChainAtOnce(Chain chain) {
    want(chain, true);
  }

  private void want(Chain chain, boolean atOnce) {
    requireOurs(chain.name(), true);
    TrackedRules before = ownChains.desired(chain.name());
    if (before == null || !before.rules().equals(chain.rules())) {
      ownChains.want(chain.name(), TrackedRules.of(chain.name(), chain.rules(), atOnce));
      ownRules += chain.rules().size() - (before == null ? 0 : before.size());
    }
  }

  /// Wants no chain of the name any more.
  public void removeChain(String name) {
    TrackedRules before = ownChains.desired(name);
    ownRules -= before == null ? 0 : before.size();
    ownChains.unwant(name);
  }

  /// Wants the rules, and no others of ours, in a chain that is not ours.
  ///
  /// @param kernelChain for example `FORWARD`
  public void setHook(String kernelChain, List<Rule> rules) {
    requireOurs(kernelChain, false);
    hooks.put(kernelChain, TrackedRules.of(kernelChain, rules, false));
  }

  private static void requireOurs(String chain, boolean ours) {
    if (SavedTable.isOurs(chain) != ours) {
      throw new IllegalArgumentException(
          "chain '%s' %s a name by which chains of Calico are known"
              .formatted(chain, ours ? "has not" : "has"));
    }
  }

  /// How many chains of our own are wanted.
  public int chainCount() {
    return ownChains.desiredValues().size();
  }

  /// How many rules are wanted in all, those in chains of others included.
  public int ruleCount() {
    return ownRules + hooks.values().stream().mapToInt(TrackedRules::size).sum();
  }

  /// Has the next apply read the kernel's rules anew.
  public void invalidate() {
    stale = true;
  }

  /// Begins a look for what someone else wrote; let another thread read it.
  ///
  /// @param thorough whether to read the rules even if the kernel says that nobody else wrote any
  public RulesLook beginLook(boolean thorough) {
    OptionalLong known = thorough ? OptionalLong.empty() : foreignWrites;
    return new RulesLook(family, table, iptables, known, writes);
  }

  /// Has the next apply put back what someone else changed. Should we have written the table while
  /// the look was read, what it found is too old, and is left to the next look; when that has been
  /// so a few times, the next apply reads the rules itself.
  public void endLook(RulesLook look) {
    SavedTable found = look.found();
    if (found == null || stale) {
      return;
    }
    if (look.writes() != writes) {
      stale = lostLooks.another();
      return;
    }
    take(found, look.foreignWrites());
    if (!needsApply()) {
      drifted.clear();
    }
  }

  /// Whether an apply would read or write.
  public boolean needsApply() {
    return stale || !ownChains.inSync() || !misplacedHooks().isEmpty();
  }

  /// Brings the kernel to what is wanted. A refusal may mean that someone else wrote meanwhile, so
  /// the rules are read and compared anew a few times before it counts as failed.
  public ApplyOutcome<ChainChange> apply() {
    KernelException refusal = null;
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      try {
        return new ApplyOutcome<>(applyOnce(), List.of());
      } catch (KernelException e) {
        stale = true;
        refusal = e;
      }
    }
    return new ApplyOutcome<>(List.of(), List.of(failure(Objects.requireNonNull(refusal))));
  }

  private List<ChainChange> applyOnce() {
    boolean remembered = !stale;
    if (stale) {
      read();
    }
    RestoreInput input = difference();
    if (remembered && input.numbersForeignChains()) {
      read();
      input = difference();
    }
    if (!input.isEmpty()) {
      writes++;
      iptables.restore(family, input.text());
      remember(input);
    }
    drifted.clear();
    return input.changes();
  }

  private KernelException failure(KernelException cause) {
    return new KernelException(
        "table %s of %s cannot be brought to what is wanted, after %d attempts: %s It keeps the"
                .formatted(table, family, ATTEMPTS, cause.getMessage())
            + " rules it had; the change stays pending.",
        cause);
  }

  private void read() {
    OptionalLong foreignBefore = iptables.foreignWrites();
    take(SavedTable.parse(table, iptables.save(family, table)), foreignBefore);
  }

  private void take(SavedTable found, OptionalLong foreignBefore) {
    Map<String, List<SavedRule>> own = new LinkedHashMap<>();
    Map<String, List<SavedRule>> foreign = new LinkedHashMap<>();
    foreignWrites = foreignBefore;
    lostLooks.over();
    found
        .chains()
        .forEach((name, rules) -> (SavedTable.isOurs(name) ? own : foreign).put(name, rules));
    if (everRead) {
      noteDrift(own, foreign);
    }
    own.replaceAll(this::remembered);
    ownChains.foundAll(own);
    foreignChains = foreign;
    everRead = true;
    stale = false;
  }

  /// There may be tens of thousands of rules: those that are as wanted are kept once.
  private List<SavedRule> remembered(String chain, List<SavedRule> actual) {
    TrackedRules wanted = ownChains.desired(chain);
    return wanted != null && wanted.marks().equals(actual) ? wanted.marks() : actual;
  }

  private void noteDrift(Map<String, List<SavedRule>> own, Map<String, List<SavedRule>> foreign) {
    Set<String> names = new HashSet<>(own.keySet());
    names.addAll(ownChains.actualKeys());
    for (String name : names) {
      if (!Objects.equals(own.get(name), ownChains.actual(name))) {
        drifted.add(name);
      }
    }
    for (String name : chainsOfOthers(foreign)) {
      if (!actualRules(foreign, name).equals(actualRules(foreignChains, name))) {
        drifted.add(name);
      }
    }
  }

  private RestoreInput difference() {
    RestoreInput input = new RestoreInput(table);
    for (String name : ownChains.toWrite()) {
      TrackedRules wanted = Objects.requireNonNull(ownChains.desired(name));
      List<SavedRule> actual = ownChains.actual(name);
      if (actual == null) {
        input.create(wanted, drifted.contains(name));
      } else if (wanted.atOnce() && !wanted.extend(actual)) {
        input.rewrite(wanted, actual, drifted.contains(name));
      } else {
        input.update(wanted, actual, drifted.contains(name));
      }
    }
    for (String name : misplacedHooks()) {
      input.hook(wantedHook(name), actualRules(foreignChains, name), mode, drifted.contains(name));
    }
    for (String name : ownChains.toDelete()) {
      int rules = Objects.requireNonNull(ownChains.actual(name)).size();
      input.delete(name, rules, drifted.contains(name));
    }
    return input;
  }

  private List<String> misplacedHooks() {
    List<String> misplaced = new ArrayList<>();
    for (String name : chainsOfOthers(foreignChains)) {
      List<SavedRule> actual = actualRules(foreignChains, name);
      if (!actual.equals(hooked(wantedHook(name), actual))) {
        misplaced.add(name);
      }
    }
    return misplaced;
  }

  /// The chains we hook into, and those in which older generations or misplaced rules may be left.
  private Set<String> chainsOfOthers(Map<String, List<SavedRule>> actual) {
    Set<String> names = new TreeSet<>(actual.keySet());
    names.addAll(hooks.keySet());
    return names;
  }

  private TrackedRules wantedHook(String chain) {
    return hooks.getOrDefault(chain, new TrackedRules(chain, List.of(), List.of(), false));
  }

  /// A chain that the kernel has not made yet, as nftables does with its base chains, is empty.
  private static List<SavedRule> actualRules(Map<String, List<SavedRule>> chains, String name) {
    return chains.getOrDefault(name, List.of());
  }

  /// What a chain of others looks like once our rules are in their place.
  private List<SavedRule> hooked(TrackedRules wanted, List<SavedRule> actual) {
    int foreign = (int) actual.stream().filter(SavedRule::isForeign).count();
    List<SavedRule> theirs = Collections.nCopies(foreign, SavedRule.FOREIGN);
    List<SavedRule> all = new ArrayList<>(wanted.size() + foreign);
    switch (mode) {
      case INSERT -> {
        all.addAll(wanted.marks());
        all.addAll(theirs);
      }
      case APPEND -> {
        all.addAll(theirs);
        all.addAll(wanted.marks());
      }
    }
    return all;
  }

  private void remember(RestoreInput written) {
    for (ChainChange change : written.changes()) {
      String name = change.chain();
      switch (change.kind()) {
        case CREATED, UPDATED ->
            ownChains.found(name, Objects.requireNonNull(ownChains.desired(name)).marks());
        case DELETED -> ownChains.gone(name);
        case HOOKED ->
            foreignChains.put(name, hooked(wantedHook(name), actualRules(foreignChains, name)));
      }
    }
  }
}
