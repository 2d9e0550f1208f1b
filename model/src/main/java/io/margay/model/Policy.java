package io.margay.model;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Rules for every endpoint that a selector picks.
public record Policy(Metadata metadata, Spec spec) implements Resource {

  public record Metadata(@Nullable String name) {}

  /// A direction of traffic, as seen from the endpoint.
  public enum Direction {
    INGRESS,
    EGRESS;

    /// The direction as documents spell it.
    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /// @param order policies of lower order are asked first; null comes last; equal ones by name
  /// @param selector as written; empty selects every endpoint
  /// @param doNotTrack decide before connection tracking; for host endpoints only
  /// @param types the directions in which the policy is asked, each once, ingress first; empty
  ///   means both. In a direction that is left out it neither accepts nor drops anything
  public record Spec(
      @Nullable Double order,
      String selector,
      List<Rule> ingress,
      List<Rule> egress,
      boolean doNotTrack,
      List<Direction> types) {
    public Spec {
      ingress = List.copyOf(ingress);
      egress = List.copyOf(egress);
      types = types.stream().sorted().distinct().toList();
    }

    /// Whether the policy is asked about traffic in this direction.
    public boolean appliesTo(Direction direction) {
      return types.isEmpty() || types.contains(direction);
    }
  }

  @Override
  public ResourceKey.PolicyKey key() {
    return new ResourceKey.PolicyKey(MissingIdentifierException.require(metadata.name, "name"));
  }
}
