package io.margay.lookingglass;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// Neighbors for an operator to read: a line about the whole, then a line for each.
final class NeighborTable {

  private static final List<String> HEADS =
      List.of("PEER", "AS", "KIND", "STATE", "SINCE", "RECEIVED", "ACCEPTED", "TOLD", "LAST ERROR");

  private final PrintWriter out;
  private final List<JsonNode> peers = new ArrayList<>();
  private String title = "";
  private long prefixes;

  NeighborTable(PrintWriter out) {
    this.out = out;
  }

  void line(JsonNode json) {
    if (json.has("title")) {
      title = json.get("title").asText();
      prefixes = json.path("prefixes").asLong();
    } else {
      peers.add(json);
    }
  }

  void end() {
    long established =
        peers.stream().filter(peer -> peer.path("state").asText().equals("Established")).count();
    out.printf(
        "%s: %d of %d sessions established, %d prefixes%n",
        title, established, peers.size(), prefixes);
    if (!peers.isEmpty()) {
      Columns columns = new Columns(out, HEADS);
      for (JsonNode peer : peers) {
        columns.row(
            List.of(
                peer.path("address").asText(),
                peer.path("as").asText(),
                peer.path("kind").asText(),
                peer.path("state").asText(),
                since(peer),
                peer.path("received").asText(),
                peer.path("imported").asText(),
                peer.path("told").asText(),
                peer.path("lastError").asText()));
      }
      columns.flush();
    }
    out.flush();
  }

  /// `h:mm:ss`.
  private static String since(JsonNode peer) {
    Duration duration = Duration.ofSeconds(peer.path("inStateSeconds").asLong());
    return "%d:%02d:%02d"
        .formatted(duration.toHours(), duration.toMinutesPart(), duration.toSecondsPart());
  }

  /// All that is known of one neighbor, name by name.
  static void detail(PrintWriter out, JsonNode peer) {
    detail(out, peer, "");
    out.flush();
  }

  private static void detail(PrintWriter out, JsonNode object, String indent) {
    object
        .properties()
        .forEach(entry -> {
          JsonNode value = entry.getValue();
          if (value.isObject()) {
            out.printf("%s%s:%n", indent, entry.getKey());
            detail(out, value, indent + "  ");
          } else if (value.isArray()) {
            List<String> words = new ArrayList<>();
            value.forEach(each -> words.add(each.asText()));
            out.printf(
                "%s%s: %s%n",
                indent, entry.getKey(), words.isEmpty() ? "none" : String.join(", ", words));
          } else {
            out.printf("%s%s: %s%n", indent, entry.getKey(), value.asText());
          }
        });
  }
}
