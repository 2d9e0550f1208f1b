package io.margay.bgp.rib;

import io.margay.bgp.message.PathAttributes;
import org.jspecify.annotations.Nullable;

/// What an export group tells of one [Path]. Prefixes refer to it, so that what peers know costs a
/// reference for each prefix.
final class Told {

  private final ExportGroup group;
  private final Teller teller;
  private final int pathId;
  private final @Nullable PathAttributes attributes;

  /// Prefixes that wait to be announced with these attributes, by number.
  private final Numbers pending = new Numbers();

  /// What is told.
  ///
  /// @param pathId tells it apart from others to the same prefix; 0 where only one is told
  /// @param attributes as the peers get them; null if the path must not be told
  Told(ExportGroup group, Teller teller, int pathId, @Nullable PathAttributes attributes) {
    this.group = group;
    this.teller = teller;
    this.pathId = pathId;
    this.attributes = attributes;
  }

  ExportGroup group() {
    return group;
  }

  Teller teller() {
    return teller;
  }

  int pathId() {
    return pathId;
  }

  @Nullable PathAttributes attributes() {
    return attributes;
  }

  Numbers pending() {
    return pending;
  }

  boolean saysTheSameAs(Told other) {
    return teller == other.teller && attributes != null && attributes.equals(other.attributes);
  }
}
