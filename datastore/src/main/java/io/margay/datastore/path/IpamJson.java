package io.margay.datastore.path;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.margay.datastore.ipam.AllocationBlock;
import io.margay.datastore.ipam.IpamSettings;
import io.margay.net.IpPrefix;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Blocks and handles of addresses as JSON.
final class IpamJson {

  private static final ObjectMapper MAPPER = new ObjectMapper();

  private IpamJson() {}

  static String encode(AllocationBlock block) {
    ObjectNode json = MAPPER.createObjectNode();
    json.put("cidr", block.cidr().toString());
    json.put("affinity", block.affinity());
    json.put("strictAffinity", block.strictAffinity());
    ArrayNode allocations = json.putArray("allocations");
    block.allocations().forEach(index -> allocations.add(index));
    ArrayNode unallocated = json.putArray("unallocated");
    block.unallocated().forEach(ordinal -> unallocated.add(ordinal));
    ArrayNode attributes = json.putArray("attributes");
    for (AllocationBlock.Attribute attribute : block.attributes()) {
      ObjectNode node = attributes.addObject().put("handle_id", attribute.handle());
      if (attribute.secondary().isEmpty()) {
        node.putNull("secondary");
      } else {
        ObjectNode secondary = node.putObject("secondary");
        attribute.secondary().forEach(secondary::put);
      }
    }
    if (block.hostAffinity() != null) {
      json.put("hostAffinity", block.hostAffinity());
    }
    return json.toString();
  }

  static AllocationBlock decodeBlock(IpPrefix cidr, String text) {
    JsonNode json = object(text);
    List<@Nullable Integer> allocations = new ArrayList<>();
    for (JsonNode index : json.path("allocations")) {
      allocations.add(index.isNull() ? null : integer(index, "allocations"));
    }
    List<Integer> unallocated = new ArrayList<>();
    for (JsonNode ordinal : json.path("unallocated")) {
      unallocated.add(integer(ordinal, "unallocated"));
    }
    List<AllocationBlock.Attribute> attributes = new ArrayList<>();
    for (JsonNode attribute : json.path("attributes")) {
      Map<String, String> secondary = new TreeMap<>();
      attribute
          .path("secondary")
          .properties()
          .forEach(each -> secondary.put(each.getKey(), each.getValue().asText()));
      attributes.add(
          new AllocationBlock.Attribute(text(attribute, "handle_id"), new TreeMap<>(secondary)));
    }
    return new AllocationBlock(
        cidr,
        text(json, "affinity"),
        json.path("strictAffinity").asBoolean(),
        allocations,
        unallocated,
        attributes,
        text(json, "hostAffinity"));
  }

  static String encode(AllocationBlock.Handle handle) {
    ObjectNode json = MAPPER.createObjectNode();
    ObjectNode blocks = json.putObject("block");
    handle.blocks().forEach((block, count) -> blocks.put(block.toString(), count));
    return json.toString();
  }

  static AllocationBlock.Handle decodeHandle(String text) {
    Map<IpPrefix, Integer> blocks = new TreeMap<>();
    object(text)
        .path("block")
        .properties()
        .forEach(each ->
            blocks.put(IpPrefix.parse(each.getKey()).masked(), integer(each.getValue(), "block")));
    return new AllocationBlock.Handle(blocks);
  }

  static String encode(IpamSettings settings) {
    ObjectNode json = MAPPER.createObjectNode();
    if (settings.strictAffinity()) {
      json.put("strict_affinity", true);
    }
    if (settings.autoAllocateBlocks()) {
      json.put("auto_allocate_blocks", true);
    }
    if (!settings.reservedCidrs().isEmpty()) {
      ArrayNode reserved = json.putArray("reserved_cidrs");
      settings.reservedCidrs().forEach(cidr -> reserved.add(cidr.toString()));
    }
    return json.toString();
  }

  static IpamSettings decodeSettings(String text) {
    JsonNode json = object(text);
    List<IpPrefix> reserved = new ArrayList<>();
    for (JsonNode cidr : json.path("reserved_cidrs")) {
      reserved.add(IpPrefix.parse(cidr.asText()));
    }
    boolean strict = json.path("strict_affinity").asBoolean();
    // False ones are left out. Both cannot be false, as no node would get any address then.
    boolean auto = json.path("auto_allocate_blocks").asBoolean() || !strict;
    return new IpamSettings(strict, auto, reserved);
  }

  private static @Nullable String text(JsonNode json, String name) {
    JsonNode node = json.path(name);
    return node.isTextual() && !node.textValue().isEmpty() ? node.textValue() : null;
  }

  private static int integer(JsonNode node, String name) {
    if (!node.canConvertToInt()) {
      throw new IllegalArgumentException("%s holds %s, expected numbers".formatted(name, node));
    }
    return node.intValue();
  }

  private static JsonNode object(String text) {
    try {
      JsonNode json = MAPPER.readTree(text);
      if (!json.isObject()) {
        throw new IllegalArgumentException("'%s', expected a JSON object".formatted(text));
      }
      return json;
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("no JSON: " + e.getOriginalMessage(), e);
    }
  }
}
