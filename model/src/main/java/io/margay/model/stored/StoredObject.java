package io.margay.model.stored;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.margay.model.Labels;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// A JSON object on its way out of or into the datastore. Reading a field that is absent or `null`
/// yields null, false or an empty collection; one of the wrong type is refused.
record StoredObject(ObjectNode json) {

  private static final JsonMapper MAPPER =
      JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

  StoredObject() {
    this(MAPPER.createObjectNode());
  }

  static StoredObject parse(String text) {
    return of(parseJson(text), "the value");
  }

  static JsonNode parseJson(String text) {
    try {
      return MAPPER.readTree(text);
    } catch (JsonProcessingException e) {
      throw new InvalidStoredValueException("not JSON: " + e.getOriginalMessage());
    }
  }

  static StoredObject of(JsonNode node, String what) {
    if (node instanceof ObjectNode object) {
      return new StoredObject(object);
    }
    throw new InvalidStoredValueException(
        "%s is %s, expected a JSON object".formatted(what, describe(node)));
  }

  static String toText(JsonNode node) {
    try {
      return MAPPER.writeValueAsString(node);
    } catch (JsonProcessingException e) {
      throw new AssertionError("a tree of plain JSON nodes can be written", e);
    }
  }

  String toText() {
    return toText(json);
  }

  // ---- reading

  @Nullable JsonNode field(String name) {
    JsonNode node = json.get(name);
    return node == null || node.isNull() ? null : node;
  }

  @Nullable String text(String name) {
    JsonNode node = field(name);
    return node == null ? null : text(node, name);
  }

  /// The text of a field that is there and not empty.
  @Nullable String nonEmptyText(String name) {
    String text = text(name);
    return text == null || text.isEmpty() ? null : text;
  }

  /// A non-empty text that something is made of; the reader's complaint becomes ours.
  <T> @Nullable T parsed(String name, Function<String, T> reader) {
    String text = nonEmptyText(name);
    return text == null ? null : read(text, name, reader);
  }

  @Nullable Integer integer(String name) {
    JsonNode node = field(name);
    if (node == null) {
      return null;
    }
    if (!node.isIntegralNumber() || !node.canConvertToInt()) {
      throw wrongType(node, name, "an integer");
    }
    return node.intValue();
  }

  @Nullable Long longInteger(String name) {
    JsonNode node = field(name);
    if (node == null) {
      return null;
    }
    if (!node.isIntegralNumber() || !node.canConvertToLong()) {
      throw wrongType(node, name, "an integer");
    }
    return node.longValue();
  }

  @Nullable Double number(String name) {
    JsonNode node = field(name);
    if (node == null) {
      return null;
    }
    if (!node.isNumber()) {
      throw wrongType(node, name, "a number");
    }
    return node.doubleValue();
  }

  @Nullable Boolean flag(String name) {
    JsonNode node = field(name);
    if (node == null) {
      return null;
    }
    if (!node.isBoolean()) {
      throw wrongType(node, name, "true or false");
    }
    return node.booleanValue();
  }

  List<JsonNode> elements(String name) {
    JsonNode node = field(name);
    return node == null ? List.of() : elements(node, name);
  }

  <T> List<T> list(String name, Function<String, T> reader) {
    return elements(name).stream().map(n -> read(text(n, name), name, reader)).toList();
  }

  SortedMap<String, String> labels(String name) {
    JsonNode node = field(name);
    return Labels.copyOf(node == null ? new TreeMap<>() : labels(node, name));
  }

  static SortedMap<String, String> labels(JsonNode node, String name) {
    SortedMap<String, String> labels = new TreeMap<>();
    of(node, name)
        .json
        .properties()
        .forEach(entry -> labels.put(entry.getKey(), text(entry.getValue(), name)));
    return labels;
  }

  static List<JsonNode> elements(JsonNode node, String name) {
    if (!node.isArray()) {
      throw wrongType(node, name, "an array");
    }
    return new ArrayList<>(node.valueStream().toList());
  }

  static String text(JsonNode node, String name) {
    if (!node.isTextual()) {
      throw wrongType(node, name, "text");
    }
    return node.textValue();
  }

  static <T> T read(String text, String name, Function<String, T> reader) {
    try {
      return reader.apply(text);
    } catch (IllegalArgumentException e) {
      throw new InvalidStoredValueException("%s = '%s': %s".formatted(name, text, e.getMessage()));
    }
  }

  static InvalidStoredValueException wrongType(JsonNode node, String name, String expected) {
    return new InvalidStoredValueException(
        "%s is %s, expected %s".formatted(name, describe(node), expected));
  }

  private static String describe(JsonNode node) {
    String text = node.toString();
    return text.isEmpty() ? "empty" : text.length() <= 60 ? text : text.substring(0, 60) + "…";
  }

  // ---- writing

  StoredObject put(String name, @Nullable Object value) {
    json.put(name, value == null ? null : value.toString());
    return this;
  }

  StoredObject put(String name, boolean value) {
    json.put(name, value);
    return this;
  }

  StoredObject putIfGiven(String name, @Nullable Object value) {
    return value == null || value.toString().isEmpty() ? this : put(name, value);
  }

  StoredObject putIfGiven(String name, @Nullable Integer value) {
    if (value != null) {
      json.put(name, value);
    }
    return this;
  }

  StoredObject putList(String name, Collection<?> values) {
    var array = json.putArray(name);
    values.forEach(value -> array.add(value.toString()));
    return this;
  }

  StoredObject putListIfGiven(String name, Collection<?> values) {
    return values.isEmpty() ? this : putList(name, values);
  }

  StoredObject putLabelsIfGiven(String name, SortedMap<String, String> labels) {
    if (!labels.isEmpty()) {
      json.set(name, labelsNode(labels));
    }
    return this;
  }

  static ObjectNode labelsNode(SortedMap<String, String> labels) {
    ObjectNode node = MAPPER.createObjectNode();
    labels.forEach(node::put);
    return node;
  }
}
