package io.margay.model.document;

import io.margay.model.Labels;
import io.margay.model.Names;
import io.margay.model.document.Value.Entry;
import io.margay.model.document.Value.Mapping;
import io.margay.model.document.Value.Scalar;
import io.margay.model.document.Value.ScalarType;
import io.margay.model.document.Value.Sequence;
import io.margay.model.selector.Selector;
import io.margay.model.selector.SelectorSyntaxException;
import io.margay.net.IpAddress;
import io.margay.net.IpPrefix;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// One value at its place in a document. Every reading method yields null, false or nothing where
/// there is no value, and also where there is a wrong one, which it reports.
///
/// @param field its name, for messages: `profiles[0]` for the first of several
/// @param path the way to it from the top
record Slot(Problems problems, Section section, String field, String path, Value value) {

  static final String NAME_HINT = "A name is 1 to 128 letters, digits, _, . and -.";
  private static final int SHOWN = 80;

  boolean isGiven() {
    return !(value instanceof Scalar scalar && scalar.type() == ScalarType.NULL);
  }

  // ---- types

  /// Text; a number or boolean counts as its text.
  @Nullable String text() {
    return switch (value) {
      case Scalar scalar -> scalar.type() == ScalarType.NULL ? null : scalar.text();
      case Mapping _, Sequence _ -> wrongType("string", null);
    };
  }

  /// Text that is not empty.
  @Nullable String nonEmptyText() {
    String text = text();
    return text == null || text.isEmpty() ? null : text;
  }

  boolean flag() {
    if (!(value instanceof Scalar scalar) || scalar.type() == ScalarType.TEXT) {
      return Boolean.TRUE.equals(wrongType("bool", "Write true or false, without quotes."));
    }
    if (scalar.type() == ScalarType.NUMBER) {
      return Boolean.TRUE.equals(wrongType("bool", "Write true or false."));
    }
    return scalar.text().equals("true");
  }

  @Nullable Double number() {
    if (!isGiven()) {
      return null;
    }
    if (value instanceof Scalar scalar && scalar.type() == ScalarType.NUMBER) {
      try {
        double number = Double.parseDouble(scalar.text());
        if (Double.isFinite(number)) {
          return number + 0.0; // makes one zero of two
        }
      } catch (NumberFormatException e) {
        // `.inf` and `.nan`, which no field takes.
      }
    }
    return wrongType("float64", "Write a number, without quotes.");
  }

  @Nullable Integer integer() {
    if (!isGiven()) {
      return null;
    }
    if (value instanceof Scalar scalar
        && scalar.type() == ScalarType.NUMBER
        && isInt(scalar.text())) {
      return Integer.parseInt(scalar.text());
    }
    return wrongType("int", "Write a whole number, without quotes.");
  }

  /// @param hint what to write if it is no whole number of 64 bits
  @Nullable Long longInteger(String hint) {
    if (!isGiven()) {
      return null;
    }
    if (value instanceof Scalar scalar
        && scalar.type() == ScalarType.NUMBER
        && scalar.text().matches("-?[0-9]{1,18}")) {
      return Long.parseLong(scalar.text());
    }
    return wrongType("int64", hint);
  }

  private static boolean isInt(String text) {
    return text.matches("-?[0-9]{1,9}");
  }

  /// A part with fields of its own; none if there is no value.
  Fields fields(Section part) {
    if (value instanceof Mapping mapping) {
      return Fields.of(problems, part, path, mapping);
    }
    if (isGiven()) {
      wrongType(
          part.goName(),
          "Fields belong here, indented below %s: %s."
              .formatted(field, String.join(", ", part.fields())));
      // What the part lacks is no problem of its own now.
      return Fields.none(new Problems(), part, path, value.position());
    }
    return Fields.none(problems, part, path, value.position());
  }

  /// The elements of a list.
  ///
  /// @param type what Calico v1.1 calls the type of one
  List<Slot> items(String type) {
    if (value instanceof Sequence(Position _, List<Value> items, long _)) {
      List<Slot> slots = new ArrayList<>();
      for (Value item : items) {
        String index = "[" + slots.size() + "]";
        slots.add(new Slot(problems, section, field + index, path + index, item));
      }
      return slots;
    }
    if (isGiven()) {
      wrongType("[]" + type, "A list belongs here: each item on a line of its own, after `- `.");
    }
    return List.of();
  }

  <T> List<T> list(String type, Function<Slot, @Nullable T> reader) {
    List<T> elements = new ArrayList<>();
    for (Slot slot : items(type)) {
      if (!slot.isGiven()) {
        slot.wrongType(type, "The item is empty.");
        continue;
      }
      T element = reader.apply(slot);
      if (element != null) {
        elements.add(element);
      }
    }
    return elements;
  }

  // ---- special types

  /// Text from which something is made.
  ///
  /// @param type what the complaint calls it, as in `invalid IP address: x`
  <T> @Nullable T parsed(String type, String hint, Function<String, T> parser) {
    if (!isGiven()) {
      return null;
    }
    if (!(value instanceof Scalar scalar)) {
      return wrongType("string", hint);
    }
    try {
      return parser.apply(scalar.text());
    } catch (IllegalArgumentException e) {
      return problem("invalid %s: %s".formatted(type, shown(scalar.written())), hint);
    }
  }

  @Nullable IpAddress address() {
    return parsed(
        "IP address",
        "An address is like 192.168.0.1 or fd80::1, without a prefix length.",
        IpAddress::parse);
  }

  @Nullable IpPrefix network() {
    return parsed(
        "CIDR address",
        "A network is like 192.168.0.0/16 or fd80::/64; a bare address stands for itself alone.",
        IpPrefix::parse);
  }

  // ---- checked texts

  /// The name of a resource or a tag.
  @Nullable String name() {
    return checked(nonEmptyText(), Names::isName, NAME_HINT);
  }

  @Nullable String interfaceName() {
    return checked(
        nonEmptyText(),
        Names::isInterface,
        "An interface name is 1 to 15 letters, digits, _ and -.");
  }

  private @Nullable String checked(@Nullable String text, Predicate<String> valid, String hint) {
    return text == null || valid.test(text) ? text : invalid(field, null, hint);
  }

  @Nullable String selector() {
    String text = text();
    if (text == null) {
      return null;
    }
    try {
      Selector.parse(text);
      return text;
    } catch (SelectorSyntaxException e) {
      return invalid(field, null, "In the %s".formatted(e.getMessage()));
    }
  }

  SortedMap<String, String> labels() {
    SortedMap<String, String> labels = new TreeMap<>();
    switch (value) {
      case Mapping mapping -> mapping.entries().forEach(entry -> label(entry, labels));
      case Scalar _, Sequence _ -> {
        if (isGiven()) {
          wrongType("map[string]string", "Labels are `name: value`, one on each line.");
        }
      }
    }
    return Labels.copyOf(labels);
  }

  private void label(Entry entry, SortedMap<String, String> labels) {
    String key = entry.key().text();
    if (!Names.isLabelKey(key)) {
      new Slot(problems, section, "labels", path + "." + key, entry.key())
          .invalid(
              "labels",
              null,
              """
              A label's name is up to 63 letters, digits, _, . and -, a letter or digit at both ends.
              A prefix of letters, digits, _, ., / and - may precede it, which ends in a slash.\
              """);
    }
    Slot slot = new Slot(problems, section, "labels", path + "." + key, entry.value());
    String text = slot.text();
    if (text != null && !Names.isLabelValue(text)) {
      slot.invalid(
          "labels",
          null,
          "A label's value is empty, or up to 63 letters, digits, _, . and -, a letter or digit at"
              + " both ends.");
    }
    labels.put(key, text == null ? "" : text);
  }

  // ---- problems. Each method here returns null, as a value of the type that its caller reads.

  @SuppressWarnings("TypeParameterUnusedInFormals")
  <T> @Nullable T wrongType(String type, @Nullable String hint) {
    return problem(
        "cannot parse %s '%s' into field %s.%s of type %s"
            .formatted(value.jsonType(), shown(value.toString()), section.goName(), field, type),
        hint);
  }

  /// Reports that the value breaks a rule.
  ///
  /// @param name what Calico v1.1 calls the field in this message
  @SuppressWarnings("TypeParameterUnusedInFormals")
  <T> @Nullable T invalid(String name, @Nullable String reason, @Nullable String hint) {
    return problem(errorWithField(name, value.toString(), reason), hint);
  }

  @SuppressWarnings("TypeParameterUnusedInFormals")
  <T> @Nullable T problem(String message, @Nullable String hint) {
    problems.add(value.position(), path, isGiven() ? value.toString() : null, message, hint);
    return null;
  }

  static String errorWithField(String name, String value, @Nullable String reason) {
    return "error with field %s = '%s'%s"
        .formatted(name, shown(value), reason == null ? "" : " (" + reason + ")");
  }

  private static String shown(String text) {
    String line = text.replace("\n", "\\n");
    return line.codePointCount(0, line.length()) <= SHOWN
        ? line
        : line.substring(0, line.offsetByCodePoints(0, SHOWN)) + "…";
  }
}
