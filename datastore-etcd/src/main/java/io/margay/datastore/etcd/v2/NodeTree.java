package io.margay.datastore.etcd.v2;

import com.fasterxml.jackson.databind.JsonNode;
import io.margay.datastore.path.PathStore.PathValue;
import java.util.List;
import java.util.function.Consumer;

/// A key or directory as the keys API prints it: `{"key", "dir", "nodes", "value", ...}`.
final class NodeTree {

  private NodeTree() {}

  /// Goes through all keys that are not directories.
  static void forEachValue(JsonNode node, Consumer<PathValue> consumer) {
    if (node.path("dir").asBoolean()) {
      for (var child : node.path("nodes")) {
        forEachValue(child, consumer);
      }
    } else if (node.has("key")) {
      consumer.accept(value(node));
    }
  }

  static PathValue value(JsonNode node) {
    return new PathValue(
        node.path("key").asText(),
        node.path("value").asText(),
        node.path("modifiedIndex").asLong());
  }

  static List<PathValue> valueIfAny(JsonNode node) {
    return node.has("key") && !node.path("dir").asBoolean() ? List.of(value(node)) : List.of();
  }
}
