package io.margay.datastore.migration;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The note at the target that says which migration is under way, and what has to be put back in
/// its end.
///
/// @param cluster the identity of the source (`ClusterGUID`); null if it has none
/// @param ready the source's ready flag as it was before; null if it had none
record Claim(@Nullable String cluster, @Nullable String ready) {

  static final String PATH = "/calico/margay/v1/migration";

  private static final String READY = "/calico/v1/Ready";
  private static final String CLUSTER_GUID = "/calico/v1/config/ClusterGUID";
  private static final ObjectMapper MAPPER = new ObjectMapper();

  static Claim of(Contents source) {
    return new Claim(source.value(CLUSTER_GUID), source.value(READY));
  }

  boolean isOf(Contents source) {
    return Objects.equals(cluster, source.value(CLUSTER_GUID));
  }

  String encode() {
    return MAPPER.createObjectNode().put("cluster", cluster).put("ready", ready).toString();
  }

  static Claim decode(String text) {
    try {
      var json = MAPPER.readTree(text);
      return new Claim(text(json.path("cluster")), text(json.path("ready")));
    } catch (JsonProcessingException e) {
      return new Claim(text, null); // of nobody, so that nobody goes on from it
    }
  }

  private static @Nullable String text(JsonNode node) {
    return node.isTextual() ? node.asText() : null;
  }

  @Override
  public String toString() {
    return cluster == null ? "a cluster without an identity" : "cluster " + cluster;
  }
}
