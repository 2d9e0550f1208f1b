package io.margay.agent.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.margay.agent.report.NodeReport.Peer;
import io.margay.net.IpAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// Reports as they go over the socket. Durations are whole seconds.
final class NodeReportJson {

  private static final ObjectMapper MAPPER = new ObjectMapper();

  private NodeReportJson() {}

  static String encode(NodeReport report) {
    ObjectNode json = MAPPER.createObjectNode();
    json.put("node", report.node())
        .put("pid", report.pid())
        .put("uptimeSeconds", report.uptime().toSeconds())
        .put("ready", report.ready())
        .put("bgp", report.bgp());
    var peers = json.putArray("peers");
    for (Peer peer : report.peers()) {
      peers
          .addObject()
          .put("address", peer.address().toString())
          .put("type", peer.type())
          .put("state", peer.state())
          .put("inStateSeconds", peer.inState().toSeconds())
          .put("lastError", peer.lastError())
          .put("received", peer.received())
          .put("imported", peer.imported())
          .put("advertised", peer.advertised());
    }
    return json.toString();
  }

  /// @throws IllegalArgumentException if it is no report
  static NodeReport decode(String text) {
    JsonNode json = parse(text);
    List<Peer> peers = new ArrayList<>();
    for (JsonNode peer : json.path("peers")) {
      peers.add(
          new Peer(
              IpAddress.parse(peer.path("address").asText()),
              peer.path("type").asText(),
              peer.path("state").asText(),
              Duration.ofSeconds(peer.path("inStateSeconds").asLong()),
              peer.path("lastError").asText(),
              peer.path("received").asInt(),
              peer.path("imported").asInt(),
              peer.path("advertised").asInt()));
    }
    return new NodeReport(
        json.path("node").asText(),
        json.path("pid").asLong(),
        Duration.ofSeconds(json.path("uptimeSeconds").asLong()),
        json.path("ready").asBoolean(),
        json.path("bgp").asBoolean(),
        peers);
  }

  private static JsonNode parse(String text) {
    try {
      JsonNode json = MAPPER.readTree(text);
      if (json.isObject()) {
        return json;
      }
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("the agent's answer is no JSON: '" + text + "'", e);
    }
    throw new IllegalArgumentException("the agent's answer is no report: '" + text + "'");
  }
}
