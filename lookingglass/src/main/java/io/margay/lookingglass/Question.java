package io.margay.lookingglass;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.margay.net.IpAddress;
import io.margay.net.IpFamily;
import io.margay.net.IpPrefix;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// What to show.
///
/// @param peer only that one's; null for all, which [Table#ADJ_OUT] does not allow
/// @param which prefixes to show
public record Question(Table table, @Nullable IpAddress peer, Prefixes which) {

  private static final ObjectMapper MAPPER = new ObjectMapper();

  /// What there is to look at.
  public enum Table {
    NEIGHBORS,
    /// All paths, and which were chosen.
    RIB,
    /// What peers tell, used or not.
    ADJ_IN,
    /// What a peer is told.
    ADJ_OUT
  }

  /// Which prefixes to show.
  public sealed interface Prefixes {

    /// Every one, of one family if that is not null.
    record All(@Nullable IpFamily family) implements Prefixes {}

    record Exactly(IpPrefix prefix) implements Prefixes {}

    /// This one and all inside it.
    record Inside(IpPrefix prefix) implements Prefixes {}

    /// The longest that contains an address: the one that packets go by.
    record Towards(IpAddress address) implements Prefixes {}
  }

  public Question {
    if (table == Table.ADJ_OUT && peer == null) {
      throw new IllegalArgumentException("no peer: what is told differs from peer to peer");
    }
  }

  String encode() {
    ObjectNode json = MAPPER.createObjectNode();
    json.put("table", table.name().toLowerCase(Locale.ROOT));
    if (peer != null) {
      json.put("peer", peer.toString());
    }
    switch (which) {
      case Prefixes.All(IpFamily family) -> {
        if (family != null) {
          json.put("family", family.version());
        }
      }
      case Prefixes.Exactly(IpPrefix prefix) -> json.put("exactly", prefix.toString());
      case Prefixes.Inside(IpPrefix prefix) -> json.put("inside", prefix.toString());
      case Prefixes.Towards(IpAddress address) -> json.put("towards", address.toString());
    }
    return json.toString();
  }

  /// @throws IllegalArgumentException if it is no question, with the reason
  static Question decode(String line) {
    JsonNode json;
    try {
      json = MAPPER.readTree(line);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("the question is no JSON: '" + line + "'", e);
    }
    Table table;
    try {
      table = Table.valueOf(json.path("table").asText().toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "there is no table '"
              + json.path("table").asText()
              + "', expected neighbors, rib, adj_in or adj_out",
          e);
    }
    JsonNode peer = json.get("peer");
    return new Question(
        table, peer == null ? null : IpAddress.parse(peer.asText()), prefixes(json));
  }

  private static Prefixes prefixes(JsonNode json) {
    if (json.has("exactly")) {
      return new Prefixes.Exactly(IpPrefix.parse(json.get("exactly").asText()).masked());
    }
    if (json.has("inside")) {
      return new Prefixes.Inside(IpPrefix.parse(json.get("inside").asText()).masked());
    }
    if (json.has("towards")) {
      return new Prefixes.Towards(IpAddress.parse(json.get("towards").asText()));
    }
    return new Prefixes.All(
        switch (json.path("family").asInt()) {
          case 4 -> IpFamily.IPV4;
          case 6 -> IpFamily.IPV6;
          default -> null;
        });
  }
}
