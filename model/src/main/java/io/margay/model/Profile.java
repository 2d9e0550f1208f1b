package io.margay.model;

import java.util.List;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/// Rules, labels and tags for the endpoints that name it. Asked when no policy applies to an
/// endpoint, or a policy passes.
public record Profile(Metadata metadata, Spec spec) implements Resource {

  /// @param labels inherited by the endpoints; their own win
  /// @param tags deprecated; each also counts as a label with an empty value
  public record Metadata(
      @Nullable String name, SortedMap<String, String> labels, List<String> tags) {
    public Metadata {
      labels = Labels.copyOf(labels);
      tags = List.copyOf(tags);
    }
  }

  public record Spec(List<Rule> ingress, List<Rule> egress) {
    public Spec {
      ingress = List.copyOf(ingress);
      egress = List.copyOf(egress);
    }
  }

  @Override
  public ResourceKey.ProfileKey key() {
    return new ResourceKey.ProfileKey(MissingIdentifierException.require(metadata.name, "name"));
  }
}
