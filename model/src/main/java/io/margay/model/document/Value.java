package io.margay.model.document;

import java.util.List;
import java.util.stream.Collectors;

/// What YAML says, before anything is made of it.
sealed interface Value {

  Position position();

  /// How many values this is, itself included; an alias counts as what it stands for.
  long size();

  /// The name JSON has for such a value.
  String jsonType();

  /// @param entries in the order of the text, no key twice
  record Mapping(Position position, List<Entry> entries, long size) implements Value {
    Mapping(Position position, List<Entry> entries) {
      this(position, entries, 1 + entries.stream().mapToLong(e -> 1 + e.value().size()).sum());
    }

    @Override
    public String jsonType() {
      return "object";
    }

    @Override
    public String toString() {
      return entries.stream()
          .limit(PRINTED)
          .map(e -> e.key().text() + ": " + e.value())
          .collect(Collectors.joining(", ", "{", "}"));
    }
  }

  record Entry(Scalar key, Value value) {}

  record Sequence(Position position, List<Value> items, long size) implements Value {
    Sequence(Position position, List<Value> items) {
      this(position, items, 1 + items.stream().mapToLong(Value::size).sum());
    }

    @Override
    public String jsonType() {
      return "array";
    }

    @Override
    public String toString() {
      return items.stream()
          .limit(PRINTED)
          .map(Value::toString)
          .collect(Collectors.joining(", ", "[", "]"));
    }
  }

  /// @param text the value as text: `true` for `yes`, `31` for `0x1f`
  /// @param written the value as it stands in the document, without quotes
  record Scalar(Position position, ScalarType type, String text, String written) implements Value {
    @Override
    public long size() {
      return 1;
    }

    @Override
    public String jsonType() {
      return switch (type) {
        case NULL -> "null";
        case BOOLEAN -> "bool";
        case NUMBER -> "number";
        case TEXT -> "string";
      };
    }

    @Override
    public String toString() {
      return written;
    }
  }

  enum ScalarType {
    NULL,
    BOOLEAN,
    NUMBER,
    TEXT
  }

  /// How much of a collection its text shows: it only ever lands in a message.
  int PRINTED = 5;
}
