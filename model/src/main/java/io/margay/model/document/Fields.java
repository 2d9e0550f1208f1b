package io.margay.model.document;

import io.margay.model.document.Value.Entry;
import io.margay.model.document.Value.Mapping;
import io.margay.model.document.Value.Scalar;
import io.margay.model.document.Value.ScalarType;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The fields of one part of a document, by the names its schema has.
///
/// @param path the path of the part, empty at the top level
/// @param position where the part starts, which is where something missing is missing
record Fields(
    Problems problems, Section section, String path, Position position, Map<String, Value> given) {

  /// Sorts the entries of a mapping by the schema's names: exact ones first, then ignoring case.
  /// Whatever is left is a problem.
  static Fields of(Problems problems, Section section, String path, Mapping mapping) {
    Fields fields = new Fields(problems, section, path, mapping.position(), new HashMap<>());
    for (Entry entry : mapping.entries()) {
      if (section.fields().contains(entry.key().text())) {
        fields.given.put(entry.key().text(), entry.value());
      }
    }
    for (Entry entry : mapping.entries()) {
      if (!section.fields().contains(entry.key().text())) {
        fields.takeIgnoringCase(entry);
      }
    }
    return fields;
  }

  /// A part that is not there.
  static Fields none(Problems problems, Section section, String path, Position position) {
    return new Fields(problems, section, path, position, Map.of());
  }

  private void takeIgnoringCase(Entry entry) {
    Scalar key = entry.key();
    for (String name : section.fields()) {
      if (name.equalsIgnoreCase(key.text())) {
        if (given.putIfAbsent(name, entry.value()) != null) {
          problems.add(
              key.position(),
              pathOf(key.written()),
              entry.value().toString(),
              "the field %s is given twice, also as %s".formatted(name, key.written()),
              "Keep one of the two.");
        }
        return;
      }
    }
    problems.add(
        key.position(),
        pathOf(key.written()),
        entry.value().toString(),
        "field in document is not recognized or is in the wrong location: " + key.written(),
        UnknownField.hint(section, key.text(), entry.value()));
  }

  boolean has(String name) {
    Value value = given.get(name);
    return value != null && !isNull(value);
  }

  private static boolean isNull(Value value) {
    return value instanceof Scalar scalar && scalar.type() == ScalarType.NULL;
  }

  /// The place of a field, also if nothing stands there.
  Slot slot(String name) {
    Value value = given.get(name);
    return new Slot(
        problems,
        section,
        name,
        pathOf(name),
        value == null ? new Scalar(position, ScalarType.NULL, "", "") : value);
  }

  /// A part within this one.
  Fields part(String name, Section part) {
    return slot(name).fields(part);
  }

  /// Reports a rule that concerns several fields, where the first of them stands.
  void invalid(String name, @Nullable Object value, String reason, @Nullable String hint) {
    problems.add(
        position,
        path,
        value == null ? null : value.toString(),
        Slot.errorWithField(name, value == null ? "" : value.toString(), reason),
        hint);
  }

  private String pathOf(String name) {
    return path.isEmpty() || path.endsWith("].") ? path + name : path + "." + name;
  }
}
