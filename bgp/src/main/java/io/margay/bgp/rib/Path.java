package io.margay.bgp.rib;

import io.margay.bgp.message.PathAttributes;
import io.margay.net.IpFamily;
import org.jspecify.annotations.Nullable;

/// What a source says about prefixes: one object for all prefixes that it announced alike, so that
/// a prefix costs a reference to it and no more.
///
/// Two paths of one source with equal attributes are the same object as long as one of them is in
/// use and the source's session lasts ([AdjRibIn] sees to that).
public final class Path {

  private final RouteSource source;
  private final IpFamily family;
  private final int pathId;
  private final int sentId;
  private final PathAttributes attributes;
  private final boolean imported;
  private final int session;
  private final Hop hop;

  /// What export groups made of it, few as the groups are.
  private Told[] told = {};

  /// A path.
  ///
  /// @param family of the prefixes
  /// @param pathId tells apart what the source says about one prefix (RFC 7911); 0 without ADD-PATH
  /// @param sentId tells apart what peers are told about one prefix
  /// @param imported whether it takes part in the decision
  /// @param session counts the source's sessions: a path of an earlier one is stale
  /// @param hop where its next hop is
  Path(
      RouteSource source,
      IpFamily family,
      int pathId,
      int sentId,
      PathAttributes attributes,
      boolean imported,
      int session,
      Hop hop) {
    this.source = source;
    this.family = family;
    this.pathId = pathId;
    this.sentId = sentId;
    this.attributes = attributes;
    this.imported = imported;
    this.session = session;
    this.hop = hop;
  }

  /// Where it came from.
  public RouteSource source() {
    return source;
  }

  IpFamily family() {
    return family;
  }

  int pathId() {
    return pathId;
  }

  /// Unique among the paths to a prefix, and the same for what replaces this one (RFC 7911 §3).
  int sentId() {
    return sentId;
  }

  public PathAttributes attributes() {
    return attributes;
  }

  boolean imported() {
    return imported;
  }

  int session() {
    return session;
  }

  Hop hop() {
    return hop;
  }

  /// Whether it takes part in the decision: wanted, and its next hop is somewhere (RFC 4271
  /// §9.1.2.1).
  boolean usable() {
    return imported && hop.isReachable();
  }

  /// Whether this and `other` are two words of one source about a prefix, the later of which
  /// counts.
  boolean replaces(Path other) {
    return isOf(other.source, other.pathId);
  }

  boolean isOf(RouteSource from, int id) {
    return pathId == id && isFrom(from);
  }

  /// Whether it came from there. All paths of a source have the same object, that of its
  /// [AdjRibIn]: to compare records would cost more than all else that is done with each of many
  /// paths when a peer is lost.
  @SuppressWarnings("ReferenceEquality")
  boolean isFrom(RouteSource other) {
    return source == other;
  }

  /// Whether peers would see no difference.
  boolean saysTheSameAs(@Nullable Path other) {
    return this == other
        || (other != null && isFrom(other.source) && attributes.equals(other.attributes));
  }

  /// What `group` made of this path; null if it has not seen it yet.
  @Nullable Told told(ExportGroup group) {
    for (Told each : told) {
      if (each.group() == group) {
        return each;
      }
    }
    return null;
  }

  /// Remembers what a group made of this path, and forgets groups that are gone.
  void remember(Told made) {
    int live = 0;
    for (Told each : told) {
      live += each.group().isEmpty() ? 0 : 1;
    }
    Told[] now = new Told[live + 1];
    int at = 0;
    for (Told each : told) {
      if (!each.group().isEmpty()) {
        now[at++] = each;
      }
    }
    now[at] = made;
    told = now;
  }
}
