package io.margay.model;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// Rules for every endpoint that a selector picks.
public record Policy(Metadata metadata, Spec spec) implements Resource {

  public record Metadata(@Nullable String name) {}

  /// @param order policies of lower order are asked first; null comes last; equal ones by name
  /// @param selector as written; empty selects every endpoint
  /// @param doNotTrack decide before connection tracking; for host endpoints only
  public record Spec(
      @Nullable Double order,
      String selector,
      List<Rule> ingress,
      List<Rule> egress,
      boolean doNotTrack) {
    public Spec {
      ingress = List.copyOf(ingress);
      egress = List.copyOf(egress);
    }
  }

  @Override
  public ResourceKey.PolicyKey key() {
    return new ResourceKey.PolicyKey(MissingIdentifierException.require(metadata.name, "name"));
  }
}
