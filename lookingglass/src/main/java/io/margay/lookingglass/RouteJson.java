package io.margay.lookingglass;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.margay.bgp.message.NextHop;
import io.margay.bgp.message.PathAttributes;
import io.margay.bgp.rib.RibEntry;
import io.margay.bgp.rib.RouteSource;
import io.margay.lookingglass.Question.Table;
import java.util.Locale;
import java.util.Optional;

/// A path as a line of JSON. What a path does not have is left out.
final class RouteJson {

  private static final ObjectMapper MAPPER = new ObjectMapper();

  private RouteJson() {}

  static ObjectNode of(RibEntry entry, Table table, Optional<String> objection) {
    ObjectNode json = MAPPER.createObjectNode();
    json.put("prefix", entry.prefix().toString());
    if (entry.pathId() != 0) {
      json.put("pathId", Integer.toUnsignedLong(entry.pathId()));
    }
    json.put("from", from(entry.source()));
    if (table == Table.ADJ_OUT) {
      put(json, "pending", entry.stale());
    } else {
      json.put("use", entry.use().toString().toLowerCase(Locale.ROOT));
      objection.ifPresent(reason -> json.put("objection", reason));
      put(json, "stale", entry.stale());
      if (entry.cost() > 0) {
        json.put("cost", entry.cost());
      }
    }
    attributes(json, entry.attributes());
    return json;
  }

  private static void put(ObjectNode json, String name, boolean value) {
    if (value) {
      json.put(name, true);
    }
  }

  private static String from(RouteSource source) {
    return switch (source) {
      case RouteSource.Local _ -> "local";
      case RouteSource.Fallback _ -> "fallback";
      case RouteSource.Peer peer -> peer.address().toString();
    };
  }

  private static void attributes(ObjectNode json, PathAttributes attributes) {
    NextHop nextHop = attributes.nextHop();
    if (nextHop != null) {
      json.put("nextHop", nextHop.address().toString());
      if (nextHop.linkLocal() != null) {
        json.put("linkLocal", nextHop.linkLocal().toString());
      }
    }
    json.put("asPath", attributes.asPath().toString());
    json.put("origin", attributes.origin().toString());
    if (attributes.localPref() != null) {
      json.put("localPref", attributes.localPref());
    }
    if (attributes.multiExitDisc() != null) {
      json.put("multiExitDisc", attributes.multiExitDisc());
    }
    if (attributes.originatorId() != null) {
      json.put("originatorId", attributes.originatorId().toString());
    }
    if (!attributes.clusterList().isEmpty()) {
      var list = json.putArray("clusterList");
      attributes.clusterList().forEach(id -> list.add(id.toString()));
    }
    if (!attributes.communities().isEmpty()) {
      var list = json.putArray("communities");
      attributes.communities().forEach(community -> list.add(community.toString()));
    }
  }
}
