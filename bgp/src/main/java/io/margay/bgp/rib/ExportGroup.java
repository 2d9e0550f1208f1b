package io.margay.bgp.rib;

import io.margay.bgp.message.PathAttributes;
import io.margay.bgp.message.SessionCodec;
import io.margay.net.IpFamily;
import io.margay.net.IpPrefix;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Peers that are told the same: their Adj-RIB-Out, kept once, and their UPDATEs, written once.
///
/// ```
///   LocRib ──number──> changed ──flush──> Round ──one buffer──┬──> ExportMember
///                                │                            ├──> ExportMember, less what it said
///                              told[]                         └──x owed: too slow, told later
/// ```
///
/// 1. *A change costs little for each peer.* Changes only set a bit. A flush looks at what is best
///    by then, writes the difference into one buffer, and gives every peer references to parts of
///    it.
/// 2. *A path does not go back to its source* (RFC 4271 §9.2). What a flush says about the paths of
///    one source is in one run of octets, which the peer that is this source does not get. RFC 4456
///    would let us send it back and have the originator drop it.
/// 3. *A slow peer slows nobody, and takes no memory to speak of.* If too much waits for it,
///    changed prefixes are owed to it as a set of bits until it has caught up.
///
/// 4. *Several paths to a prefix* (RFC 7911), all that are usable, go to peers that take them. Each
///    has an identifier that stays while its source replaces it. What a slow peer knows of paths
///    that have gone in the meantime is kept, since nothing else would take their place.
///
/// All calls on the event loop.
public final class ExportGroup {

  private static final Logger log = LoggerFactory.getLogger(ExportGroup.class);

  /// Prefixes to look at before others get a turn on the loop.
  private static final int MAX_PER_FLUSH = 50_000;

  /// Who is in one group.
  ///
  /// @param policy of the owner: peers with another one are in another group
  public record Key(ExportRules rules, SessionCodec codec, ExportPolicy policy) {}

  private final Key key;
  private final LocRib locRib;
  private final BooleanSupplier deferring;
  private final Runnable wake;
  private final Round round;
  private final List<ExportMember> members = new ArrayList<>();
  private final Map<RouteSource, Teller> tellers = new HashMap<>();

  /// What the peers know of each prefix.
  private final ToldPaths told;

  private final NumberSet changed = new NumberSet();
  private int advertised;
  private int flushes;

  /// A group without peers.
  ///
  /// @param deferring whether learned routes are held back (RFC 4724 §4.1)
  /// @param wake called when there is something to flush, once or more often
  public ExportGroup(Key key, LocRib locRib, BooleanSupplier deferring, Runnable wake) {
    this.key = key;
    this.locRib = locRib;
    this.deferring = deferring;
    this.wake = wake;
    this.told = new ToldPaths(locRib.capacity());
    this.round = new Round(new UpdateBatch(locRib, key.codec()), this::cannotBeTold);
  }

  public Key key() {
    return key;
  }

  /// Whether there are families in which all paths are told and not only the best.
  boolean tellsSeveral() {
    return !key.codec().pathIdsSent().isEmpty();
  }

  private boolean tellsSeveral(IpFamily family) {
    return key.codec().pathIdsSent().contains(family);
  }

  /// Adds a peer, which is told all from now on.
  ///
  /// @param source the peer as a source of paths
  public ExportMember join(RouteSource source, ExportMember.Outlet outlet) {
    if (members.isEmpty()) {
      locRib.attach(this);
    }
    ExportMember member = new ExportMember(teller(source), outlet);
    members.add(member);
    wake.run();
    for (int number = 0; number < told.limit(); number++) {
      if (ToldPaths.hasOfOthers(told.of(number), member.teller())) {
        member.owed().set(number);
      }
    }
    return member;
  }

  /// Adds a peer that was in another group. What it knows from there and shall not know from here
  /// is withdrawn.
  public ExportMember join(RouteSource source, ExportMember.Outlet outlet, ExportGroup before) {
    ExportMember member = join(source, outlet);
    for (int number = 0; number < before.told.limit(); number++) {
      Object known = before.told.of(number);
      for (int i = 0; i < ToldPaths.count(known); i++) {
        member.owe(number, ToldPaths.at(known, i).pathId());
      }
    }
    return member;
  }

  /// Removes a peer. What it was told is no longer known.
  public void leave(ExportMember member) {
    members.remove(member);
    if (members.isEmpty()) {
      locRib.detach(this);
      changed.clear();
      told.clear();
    }
  }

  public boolean isEmpty() {
    return members.isEmpty();
  }

  /// Asks again what is to be told about everything.
  public void reconsider() {
    wake.run();
    locRib.markAll(this);
    for (int number = 0; number < told.limit(); number++) {
      if (!told.isEmpty(number)) {
        changed.add(number);
      }
    }
  }

  /// Has a peer told everything of a family once more (RFC 2918).
  public void repeat(ExportMember member, IpFamily family) {
    wake.run();
    for (int number = 0; number < told.limit(); number++) {
      if (ToldPaths.hasOfOthers(told.of(number), member.teller())
          && locRib.family(number) == family) {
        member.owed().set(number);
      }
    }
  }

  /// What a peer has been told of a prefix, or is about to be.
  public List<RibEntry> told(ExportMember member, IpPrefix prefix) {
    int number = locRib.number(prefix);
    if (number < 0 || number >= told.limit()) {
      return List.of();
    }
    Object known = told.of(number);
    boolean owed = member.owed().get(number);
    List<RibEntry> entries = new ArrayList<>();
    for (int i = 0; i < ToldPaths.count(known); i++) {
      Told each = ToldPaths.at(known, i);
      PathAttributes attributes = each.attributes();
      if (attributes != null && each.teller() != member.teller()) {
        RouteSource source = each.teller().source();
        entries.add(
            new RibEntry(prefix, each.pathId(), attributes, source, RibEntry.Use.BEST, 0, owed));
      }
    }
    return entries;
  }

  /// How many paths a peer knows as they are now.
  public int advertised(ExportMember member) {
    int owed = 0;
    BitSet numbers = member.owed();
    for (int number = numbers.nextSetBit(0); number >= 0; number = numbers.nextSetBit(number + 1)) {
      Object known = told.of(number);
      for (int i = 0; i < ToldPaths.count(known); i++) {
        owed += ToldPaths.at(known, i).teller() != member.teller() ? 1 : 0;
      }
    }
    return advertised - member.teller().advertised - owed;
  }

  /// Whether a peer knows all there is to know.
  public boolean hasToldAll(ExportMember member) {
    return changed.isEmpty() && member.isUpToDate();
  }

  void mark(int number) {
    wake.run();
    changed.add(number);
  }

  /// Whether no peer has yet to hear of anything.
  boolean isSettled() {
    if (!changed.isEmpty()) {
      return false;
    }
    for (ExportMember member : members) {
      if (!member.isUpToDate()) {
        return false;
      }
    }
    return true;
  }

  /// Tells the peers what has changed, or a good part of it.
  ///
  /// @return whether there is more that could be written at once
  public boolean flush() {
    if (members.isEmpty()) {
      return false;
    }
    if (!changed.isEmpty()) {
      tellChanges();
    }
    boolean more = !changed.isEmpty();
    flushes++;
    for (int i = 0; i < members.size(); i++) {
      ExportMember member = members.get(i);
      if (isDue(member)) {
        List<ExportMember> alike = alike(member, i + 1);
        if (alike.size() > 1) {
          tellAlike(alike);
        } else {
          tellOwed(member);
        }
        more |= !member.isUpToDate();
      }
    }
    return more;
  }

  /// Whether something is owed to a peer that can be told now and has not been in this flush.
  private boolean isDue(ExportMember member) {
    return !member.isUpToDate()
        && member.flushed != flushes
        && member.outlet().state() == ExportMember.State.READY;
  }

  /// The peers from the `from`th on to which the same is owed as to this one, and itself. Where
  /// several paths are told what is owed is more than a set of prefixes.
  private List<ExportMember> alike(ExportMember member, int from) {
    List<ExportMember> alike = new ArrayList<>();
    alike.add(member);
    for (int i = from; i < members.size() && !tellsSeveral(); i++) {
      ExportMember other = members.get(i);
      if (isDue(other) && other.owed().equals(member.owed())) {
        alike.add(other);
      }
    }
    alike.forEach(each -> each.flushed = flushes);
    return alike;
  }

  private void tellChanges() {
    told.grow(locRib.capacity());
    BitSet looked = null;
    for (ExportMember member : members) {
      if (looked == null && !member.keepsUp()) {
        looked = new BitSet();
      }
    }
    for (int count = 0; !changed.isEmpty() && count < MAX_PER_FLUSH; count++) {
      int number = changed.remove();
      if (compare(number) && looked != null) {
        looked.set(number);
      }
    }
    ByteBuffer all = round.write();
    if (all != null) {
      send(all, looked);
    }
    round.finish();
  }

  /// Notes what there is to say about a prefix.
  ///
  /// @return whether there is anything
  private boolean compare(int number) {
    Object before = told.of(number);
    Object now = wanted(number);
    if (Objects.equals(now, before)) {
      return false;
    }
    told.set(number, now);
    boolean something = false;
    for (int i = 0; i < ToldPaths.count(before); i++) {
      Told gone = ToldPaths.at(before, i);
      count(gone, -1);
      if (ToldPaths.withId(now, gone.pathId()) == null) {
        round.withdraw(gone, number);
        something = true;
      }
    }
    for (int i = 0; i < ToldPaths.count(now); i++) {
      Told each = ToldPaths.at(now, i);
      count(each, 1);
      Told replaced = ToldPaths.withId(before, each.pathId());
      if (replaced == null || !each.saysTheSameAs(replaced)) {
        round.announce(each, number);
        if (replaced != null && replaced.teller() != each.teller()) {
          each.teller().retracted.add(number);
        }
        something = true;
      }
    }
    return something;
  }

  private void count(Told each, int by) {
    each.teller().advertised += by;
    advertised += by;
  }

  /// What the peers are to know of a prefix: nothing, one [Told], or several.
  private @Nullable Object wanted(int number) {
    if (!tellsSeveral(locRib.family(number))) {
      Path best = locRib.best(number);
      return best == null ? null : wanted(number, best);
    }
    Object all = null;
    for (int i = 0; i < locRib.pathCount(number); i++) {
      Path path = locRib.path(number, i);
      Told one = path.usable() ? wanted(number, path) : null;
      if (one != null) {
        all = ToldPaths.and(all, one);
      }
    }
    return all;
  }

  /// What the peers are to know of a path. Until the initial feed is complete after a restart, what
  /// peers told us is not passed on: it may not be the best yet (RFC 4724 §4.1). What is our own
  /// cannot get better by waiting.
  private @Nullable Told wanted(int number, Path path) {
    if (deferring.getAsBoolean() && path.source() instanceof RouteSource.Peer) {
      return null;
    }
    Told made = path.told(this);
    if (made == null) {
      PathAttributes attributes =
          key.rules().export(path.attributes(), path.source(), path.family());
      int id = tellsSeveral(path.family()) ? path.sentId() : 0;
      made = new Told(this, teller(path.source()), id, attributes);
      path.remember(made);
    }
    if (made.attributes() == null) {
      return null;
    }
    if (!ExportPolicy.ALL.equals(key.policy())) {
      IpPrefix prefix = locRib.prefix(number);
      if (!key.policy().exports(new Route(prefix, path.attributes(), path.source()))) {
        return null;
      }
    }
    return made;
  }

  private Teller teller(RouteSource source) {
    return tellers.computeIfAbsent(source, Teller::new);
  }

  /// Attributes that leave no room for a prefix (RFC 4271 §9.2).
  private void cannotBeTold(Told each) {
    Numbers numbers = each.pending();
    log.warn(
        "attributes of {} prefixes, the first being {}, do not fit into an UPDATE (RFC 4271 §9.2)."
            + " Peers are not told; look at who adds so much: {}",
        numbers.size(),
        locRib.prefix(numbers.get(0)),
        each.attributes());
    for (int i = 0; i < numbers.size(); i++) {
      if (ToldPaths.withId(told.of(numbers.get(i)), each.pathId()) == each) {
        told.remove(numbers.get(i), each);
        count(each, -1);
      }
    }
  }

  /// Gives every peer its parts of what was written.
  private void send(ByteBuffer all, @Nullable BitSet looked) {
    for (ExportMember member : members) {
      if (looked != null && !member.keepsUp()) {
        fallBehind(member, looked);
        continue;
      }
      round.send(all, member);
      member.outlet().roundOver();
    }
  }

  private void fallBehind(ExportMember member, BitSet looked) {
    member.owed().or(looked);
    if (tellsSeveral()) {
      for (Teller teller : round.tellers()) {
        if (teller != member.teller()) {
          member.owe(teller.withdrawn, teller.withdrawnIds);
        }
      }
    }
  }

  /// Tells one peer a part of what is owed to it.
  private void tellOwed(ExportMember member) {
    Numbers gone = new Numbers();
    Numbers goneIds = new Numbers();
    int count = 0;
    int number = member.owed().nextSetBit(0);
    int first = number;
    for (; number >= 0 && count < MAX_PER_FLUSH; count++) {
      Object known = told.of(number);
      for (int i = 0; i < ToldPaths.count(known); i++) {
        Told each = ToldPaths.at(known, i);
        if (each.teller() != member.teller()) {
          round.announce(each, number);
        }
      }
      Numbers ids = member.takeGone(number);
      if (tellsSeveral(locRib.family(number))) {
        for (int i = 0; i < ids.size(); i++) {
          Told back = ToldPaths.withId(known, ids.get(i));
          if (back == null || back.teller() == member.teller()) {
            gone.add(number);
            goneIds.add(ids.get(i));
          }
        }
      } else if (!ToldPaths.hasOfOthers(known, member.teller())) {
        gone.add(number);
        goneIds.add(0);
      }
      number = member.owed().nextSetBit(number + 1);
    }
    member.owed().clear(first, number < 0 ? member.owed().length() : number);
    round.withdrawFirst(gone, goneIds);
    ByteBuffer all = round.write();
    round.finish();
    if (all != null) {
      member.outlet().send(all);
    }
    if (member.isUpToDate()) {
      member.outlet().roundOver();
    }
  }

  /// Tells peers together to whom the same is owed, as to all of them after a restart of ours.
  private void tellAlike(List<ExportMember> alike) {
    BitSet owed = alike.getFirst().owed();
    Numbers gone = new Numbers();
    int first = owed.nextSetBit(0);
    int number = first;
    for (int count = 0; number >= 0 && count < MAX_PER_FLUSH; count++) {
      Object known = told.of(number);
      if (known == null) {
        gone.add(number);
      } else {
        round.announce(ToldPaths.at(known, 0), number);
      }
      number = owed.nextSetBit(number + 1);
    }
    int end = number < 0 ? owed.length() : number;
    round.withdrawFirst(gone, 0);
    ByteBuffer all = round.write();
    for (Teller teller : round.tellers()) {
      // What is a peer's own now may have been another's when it was told last.
      teller.announced.forEach(each -> teller.retracted.addAll(each.pending()));
    }
    for (ExportMember member : alike) {
      if (all != null) {
        round.send(all, member);
      }
      member.owed().clear(first, end);
      if (member.isUpToDate()) {
        member.outlet().roundOver();
      }
    }
    round.finish();
  }
}
