package io.margay.model;

import io.margay.net.IpFamily;
import io.margay.net.IpPrefix;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// What to do with packets that are so and so. A rule matches when every field given holds; a `not`
/// field holds exactly when its positive twin would not.
public record Rule(
    Action action,
    @Nullable IpFamily ipVersion,
    @Nullable Protocol protocol,
    @Nullable Protocol notProtocol,
    @Nullable Icmp icmp,
    @Nullable Icmp notIcmp,
    Entity source,
    Entity destination) {

  public enum Action {
    ALLOW,
    DENY,
    LOG,
    /// Skip the remaining policies and ask the endpoint's profiles. Stored as `next-tier`.
    PASS;

    /// The action as documents spell it.
    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /// An ICMP or ICMPv6 type, and perhaps a code (each 0 to 255; documents allow types to 254).
  public record Icmp(@Nullable Integer type, @Nullable Integer code) {}

  /// One side of a connection.
  ///
  /// @param net a network, host bits as written
  /// @param selector endpoints by label, as written
  /// @param tag endpoints by tag of a profile (deprecated)
  public record Entity(
      @Nullable IpPrefix net,
      @Nullable IpPrefix notNet,
      @Nullable String selector,
      @Nullable String notSelector,
      @Nullable String tag,
      @Nullable String notTag,
      List<PortRange> ports,
      List<PortRange> notPorts) {

    /// Anyone.
    public static final Entity ANY =
        new Entity(null, null, null, null, null, null, List.of(), List.of());

    public Entity {
      ports = List.copyOf(ports);
      notPorts = List.copyOf(notPorts);
    }
  }
}
