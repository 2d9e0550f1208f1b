package io.margay.bgp.rib;

import io.margay.bgp.message.PathAttributes;
import io.margay.bgp.message.SessionCodec;
import io.margay.bgp.message.UpdateEncoder;
import io.margay.net.IpFamily;
import io.margay.net.IpPrefix;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What one peer has been told, and what it has yet to be told.
///
/// Changes only mark a prefix; [#flush] looks at what is best by then and sends the difference, so
/// a prefix that changes often costs one UPDATE at the pace of the peer. Prefixes with equal
/// attributes share their UPDATEs.
public final class AdjRibOut {

  private static final Logger log = LoggerFactory.getLogger(AdjRibOut.class);

  private final UpdateEncoder encoder;
  private final Map<IpPrefix, PathAttributes> advertised = new HashMap<>();
  private final Set<IpPrefix> dirty = new LinkedHashSet<>();

  /// Prefixes that the peer asked to be told again, changed or not.
  private final Set<IpPrefix> repeat = new HashSet<>();

  public AdjRibOut(SessionCodec codec) {
    this.encoder = new UpdateEncoder(codec);
  }

  /// Something may have changed for `prefix`.
  public void mark(IpPrefix prefix) {
    dirty.add(prefix);
  }

  /// Something may have changed for each of these, and for all that the peer was told.
  public void markAll(Collection<IpPrefix> prefixes) {
    dirty.addAll(prefixes);
    dirty.addAll(advertised.keySet());
  }

  /// Everything of a family is to be told again (RFC 2918).
  public void repeat(IpFamily family) {
    for (IpPrefix prefix : advertised.keySet()) {
      if (prefix.family() == family) {
        repeat.add(prefix);
        dirty.add(prefix);
      }
    }
  }

  public boolean isDirty() {
    return !dirty.isEmpty();
  }

  /// Sends what has changed.
  ///
  /// @param wanted the attributes with which the peer is to know a prefix; null: not at all
  /// @param limit how many prefixes to look at; the rest stays marked
  /// @param frames takes whole messages
  public void flush(
      Function<IpPrefix, @Nullable PathAttributes> wanted, int limit, Consumer<ByteBuffer> frames) {
    List<IpPrefix> withdrawn = new ArrayList<>();
    Map<Group, List<IpPrefix>> announced = new LinkedHashMap<>();
    int looked = 0;
    for (Iterator<IpPrefix> i = dirty.iterator(); i.hasNext() && looked < limit; looked++) {
      IpPrefix prefix = i.next();
      i.remove();
      boolean again = repeat.remove(prefix);
      PathAttributes now = wanted.apply(prefix);
      if (now == null) {
        if (advertised.remove(prefix) != null) {
          withdrawn.add(prefix);
        }
      } else if (!now.equals(advertised.put(prefix, now)) || again) {
        announced
            .computeIfAbsent(new Group(now, prefix.family()), _ -> new ArrayList<>())
            .add(prefix);
      }
    }
    List<IpPrefix> tooLong = new ArrayList<>();
    announced.forEach((group, prefixes) -> {
      if (!encoder.announce(group.attributes, prefixes, frames)) {
        log.warn(
            "attributes of {} do not fit into an UPDATE (RFC 4271 §9.2). The peer is not told;"
                + " look at who adds so much: {}",
            prefixes,
            group.attributes);
        tooLong.addAll(prefixes);
      }
    });
    tooLong.forEach(advertised::remove);
    withdrawn.addAll(tooLong);
    encoder.withdraw(withdrawn, frames);
  }

  /// Prefixes that can share an UPDATE.
  private record Group(PathAttributes attributes, IpFamily family) {}

  /// How many prefixes the peer knows from us.
  public int size() {
    return advertised.size();
  }
}
