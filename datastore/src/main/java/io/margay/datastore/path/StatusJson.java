package io.margay.datastore.path;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.margay.datastore.Key;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Locale;

/// The statuses that Felix 2.1 reports, as JSON. Apart from the other values, so that who deals in
/// settings alone does not wait for a JSON library to load.
final class StatusJson {

  private static final ObjectMapper MAPPER = new ObjectMapper();

  private StatusJson() {}

  static String encode(Key.AgentStatus status) {
    return MAPPER
        .createObjectNode()
        .put("time", status.time().toString())
        .put("uptime", status.uptimeSeconds())
        .put("first_update", status.firstUpdate())
        .toString();
  }

  static String encode(Key.EndpointStatus status) {
    return MAPPER
        .createObjectNode()
        .put("status", status.name().toLowerCase(Locale.ROOT))
        .toString();
  }

  static Key.AgentStatus decodeAgentStatus(String text) {
    JsonNode json = object(text);
    String time = json.path("time").asText();
    try {
      return new Key.AgentStatus(
          Instant.parse(time),
          json.path("uptime").asDouble(),
          json.path("first_update").asBoolean());
    } catch (DateTimeParseException e) {
      throw new IllegalArgumentException(
          "time = '%s', expected a time as ISO 8601 writes it".formatted(time), e);
    }
  }

  static Key.EndpointStatus decodeEndpointStatus(String text) {
    String status = object(text).path("status").asText();
    return switch (status) {
      case "up" -> Key.EndpointStatus.UP;
      case "down" -> Key.EndpointStatus.DOWN;
      case "error" -> Key.EndpointStatus.ERROR;
      default ->
          throw new IllegalArgumentException(
              "status = '%s', expected up, down or error".formatted(status));
    };
  }

  private static JsonNode object(String text) {
    try {
      return MAPPER.readTree(text);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("no JSON: " + e.getOriginalMessage(), e);
    }
  }
}
