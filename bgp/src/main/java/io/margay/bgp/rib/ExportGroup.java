package io.margay.bgp.rib;

import io.margay.bgp.message.PathAttributes;
import io.margay.bgp.message.SessionCodec;
import io.margay.net.IpFamily;
import io.margay.net.IpPrefix;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Peers that are told the same: their Adj-RIB-Out, kept once, and their UPDATEs, written once.
///
/// ```
///   LocRib ──number──> changed ──flush──> UpdateBatch ──one buffer──┬──> ExportMember
///                                │                                  ├──> ExportMember, less what it said
///                              told[]                               └──x owed: too slow, told later
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
  private final UpdateBatch batch;
  private final List<ExportMember> members = new ArrayList<>();
  private final Map<RouteSource, Teller> tellers = new HashMap<>();
  private final List<Teller> busy = new ArrayList<>();

  /// What the peers know of each prefix.
  private @Nullable Told[] told;

  private final BitSet changed = new BitSet();
  private int advertised;

  /// A group without peers.
  ///
  /// @param deferring whether learned routes are held back (RFC 4724 §4.1)
  /// @param wake called when there is something to flush, once or more often
  public ExportGroup(Key key, LocRib locRib, BooleanSupplier deferring, Runnable wake) {
    this.key = key;
    this.locRib = locRib;
    this.deferring = deferring;
    this.wake = wake;
    this.batch = new UpdateBatch(locRib, key.codec());
    this.told = new @Nullable Told[locRib.capacity()];
  }

  public Key key() {
    return key;
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
    for (int number = 0; number < told.length; number++) {
      Told known = told[number];
      if (known != null && known.teller() != member.teller()) {
        member.owed().set(number);
      }
    }
    return member;
  }

  /// Adds a peer that was in another group. What it knows from there and shall not know from here
  /// is withdrawn.
  public ExportMember join(RouteSource source, ExportMember.Outlet outlet, ExportGroup before) {
    ExportMember member = join(source, outlet);
    for (int number = 0; number < before.told.length; number++) {
      if (before.told[number] != null) {
        member.owed().set(number);
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
      Arrays.fill(told, null);
    }
  }

  public boolean isEmpty() {
    return members.isEmpty();
  }

  /// Asks again what is to be told about everything.
  public void reconsider() {
    wake.run();
    locRib.markAll(this);
    for (int number = 0; number < told.length; number++) {
      if (told[number] != null) {
        changed.set(number);
      }
    }
  }

  /// Has a peer told everything of a family once more (RFC 2918).
  public void repeat(ExportMember member, IpFamily family) {
    wake.run();
    for (int number = 0; number < told.length; number++) {
      Told known = told[number];
      if (known != null && known.teller() != member.teller() && locRib.family(number) == family) {
        member.owed().set(number);
      }
    }
  }

  /// What a peer has been told of a prefix, or is about to be.
  public List<RibEntry> told(ExportMember member, IpPrefix prefix) {
    int number = locRib.number(prefix);
    Told known = number < 0 || number >= told.length ? null : told[number];
    PathAttributes attributes = known == null ? null : known.attributes();
    if (known == null || attributes == null || known.teller() == member.teller()) {
      return List.of();
    }
    boolean owed = member.owed().get(number);
    RouteSource source = known.teller().source();
    return List.of(new RibEntry(prefix, 0, attributes, source, RibEntry.Use.BEST, 0, owed));
  }

  /// How many prefixes a peer knows as they are now.
  public int advertised(ExportMember member) {
    int owed = 0;
    BitSet numbers = member.owed();
    for (int number = numbers.nextSetBit(0); number >= 0; number = numbers.nextSetBit(number + 1)) {
      Told known = number < told.length ? told[number] : null;
      owed += known != null && known.teller() != member.teller() ? 1 : 0;
    }
    return advertised - member.teller().advertised - owed;
  }

  /// Whether a peer knows all there is to know.
  public boolean hasToldAll(ExportMember member) {
    return changed.isEmpty() && member.isUpToDate();
  }

  void mark(int number) {
    wake.run();
    changed.set(number);
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

  /// What is left to do after a flush.
  public enum Rest {
    NOTHING,
    /// There is more to write.
    MORE,
    /// Peers have to read first.
    BLOCKED
  }

  /// Tells the peers what has changed, or a good part of it.
  public Rest flush() {
    if (members.isEmpty()) {
      return Rest.NOTHING;
    }
    if (!changed.isEmpty()) {
      tellChanges();
    }
    boolean blocked = false;
    boolean more = !changed.isEmpty();
    for (ExportMember member : members) {
      if (!member.isUpToDate()) {
        switch (member.outlet().state()) {
          case READY -> {
            tellOwed(member);
            more |= !member.isUpToDate();
          }
          case FULL -> blocked = true;
          case RESTING -> {}
        }
      }
    }
    return more ? Rest.MORE : blocked ? Rest.BLOCKED : Rest.NOTHING;
  }

  private void tellChanges() {
    if (told.length < locRib.capacity()) {
      told = Arrays.copyOf(told, locRib.capacity());
    }
    int first = changed.nextSetBit(0);
    int number = first;
    BitSet looked = null;
    for (ExportMember member : members) {
      if (looked == null && !member.keepsUp()) {
        looked = new BitSet();
      }
    }
    for (int count = 0; number >= 0 && count < MAX_PER_FLUSH; count++) {
      if (compare(number) && looked != null) {
        looked.set(number);
      }
      number = changed.nextSetBit(number + 1);
    }
    if (number < 0) {
      changed.clear();
    } else {
      changed.clear(first, number);
    }
    write();
    if (batch.length() > 0) {
      send(looked);
    }
    finish();
  }

  /// Notes what there is to say about a prefix.
  ///
  /// @return whether there is anything
  private boolean compare(int number) {
    Told before = told[number];
    Told now = wanted(number);
    if (now == before) {
      return false;
    }
    told[number] = now;
    if (before != null) {
      before.teller().advertised--;
      advertised--;
    }
    if (now != null) {
      now.teller().advertised++;
      advertised++;
      if (before != null && now.saysTheSameAs(before)) {
        return false;
      }
      touch(now.teller()).announce(now, number);
      if (before != null && before.teller() != now.teller()) {
        now.teller().retracted.add(number);
      }
    } else if (before != null) {
      touch(before.teller()).withdrawn.add(number);
    }
    return true;
  }

  private Teller touch(Teller teller) {
    if (!teller.busy) {
      teller.busy = true;
      busy.add(teller);
    }
    return teller;
  }

  private void finish() {
    busy.forEach(Teller::done);
    busy.clear();
  }

  /// What the peers are to know of a prefix. Until the initial feed is complete after a restart,
  /// what peers told us is not passed on: it may not be the best yet (RFC 4724 §4.1). What is our
  /// own cannot get better by waiting.
  private @Nullable Told wanted(int number) {
    Path best = locRib.best(number);
    if (best == null) {
      return null;
    }
    if (deferring.getAsBoolean() && best.source() instanceof RouteSource.Peer) {
      return null;
    }
    Told made = best.told(this);
    if (made == null) {
      PathAttributes attributes =
          key.rules().export(best.attributes(), best.source(), best.family());
      made = new Told(this, teller(best.source()), attributes);
      best.remember(made);
    }
    if (made.attributes() == null) {
      return null;
    }
    if (!ExportPolicy.ALL.equals(key.policy())) {
      IpPrefix prefix = locRib.prefix(number);
      if (!key.policy().exports(new Route(prefix, best.attributes(), best.source()))) {
        return null;
      }
    }
    return made;
  }

  private Teller teller(RouteSource source) {
    return tellers.computeIfAbsent(source, Teller::new);
  }

  /// Writes what has been noted, source by source.
  private void write() {
    for (Teller teller : busy) {
      teller.from = batch.length();
      batch.withdraw(teller.withdrawn);
      for (Told each : teller.announced) {
        announce(each);
      }
      teller.to = batch.length();
    }
  }

  private void announce(Told each) {
    PathAttributes attributes = each.attributes();
    Numbers numbers = each.pending();
    if (attributes == null || batch.announce(attributes, numbers)) {
      return;
    }
    log.warn(
        "attributes of {} prefixes, the first being {}, do not fit into an UPDATE (RFC 4271 §9.2)."
            + " Peers are not told; look at who adds so much: {}",
        numbers.size(),
        locRib.prefix(numbers.get(0)),
        attributes);
    batch.withdraw(numbers);
    for (int i = 0; i < numbers.size(); i++) {
      if (told[numbers.get(i)] == each) {
        told[numbers.get(i)] = null;
        each.teller().advertised--;
        advertised--;
      }
    }
  }

  /// Gives every peer its parts of the batch.
  private void send(@Nullable BitSet looked) {
    ByteBuffer all = batch.take();
    for (ExportMember member : members) {
      if (looked != null && !member.keepsUp()) {
        member.owed().or(looked);
        continue;
      }
      if (member.teller().busy) {
        sendPartsOf(all, member);
      } else {
        member.outlet().send(all);
      }
      member.outlet().roundOver();
    }
  }

  /// Leaves out what the peer said itself.
  private void sendPartsOf(ByteBuffer all, ExportMember member) {
    Teller own = member.teller();
    if (own.from > 0) {
      member.outlet().send(all.slice(0, own.from));
    }
    if (own.to < all.limit()) {
      member.outlet().send(all.slice(own.to, all.limit() - own.to));
    }
    if (!own.retracted.isEmpty()) {
      batch.withdraw(own.retracted);
      member.outlet().send(batch.take());
    }
  }

  /// Tells one peer a part of what is owed to it.
  private void tellOwed(ExportMember member) {
    Numbers gone = new Numbers();
    int count = 0;
    int number = member.owed().nextSetBit(0);
    int first = number;
    for (; number >= 0 && count < MAX_PER_FLUSH; count++) {
      Told known = number < told.length ? told[number] : null;
      if (known == null || known.teller() == member.teller()) {
        gone.add(number);
      } else {
        touch(known.teller()).announce(known, number);
      }
      number = member.owed().nextSetBit(number + 1);
    }
    member.owed().clear(first, number < 0 ? member.owed().length() : number);
    batch.withdraw(gone);
    write();
    finish();
    if (batch.length() > 0) {
      member.outlet().send(batch.take());
    }
    if (member.isUpToDate()) {
      member.outlet().roundOver();
    }
  }
}
