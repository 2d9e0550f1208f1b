package io.margay.calicoctl.template;

import io.margay.model.document.GoFloat;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// A value as Go would hold it.
public sealed interface Value {

  /// The text of `%v`.
  String print();

  /// Whether `if` takes its first branch: anything but false, zero, nil and what is empty.
  boolean isTrue();

  /// Also stands for addresses and other values that print as one word.
  record Text(String value) implements Value {
    @Override
    public String print() {
      return value;
    }

    @Override
    public boolean isTrue() {
      return !value.isEmpty();
    }
  }

  record Int(long value) implements Value {
    @Override
    public String print() {
      return Long.toString(value);
    }

    @Override
    public boolean isTrue() {
      return value != 0;
    }
  }

  record Decimal(double value) implements Value {
    @Override
    public String print() {
      return GoFloat.shortest(value);
    }

    @Override
    public boolean isTrue() {
      return value != 0;
    }
  }

  record Bool(boolean value) implements Value {
    @Override
    public String print() {
      return Boolean.toString(value);
    }

    @Override
    public boolean isTrue() {
      return value;
    }
  }

  record Items(List<Value> values) implements Value {
    public Items {
      values = List.copyOf(values);
    }

    @Override
    public String print() {
      StringBuilder text = new StringBuilder("[");
      for (Value value : values) {
        text.append(text.length() == 1 ? "" : " ").append(value.print());
      }
      return text.append(']').toString();
    }

    @Override
    public boolean isTrue() {
      return !values.isEmpty();
    }
  }

  /// A map; Go's templates walk it in the order of its keys.
  record Dictionary(SortedMap<String, Value> values) implements Value {
    public Dictionary {
      values = Collections.unmodifiableSortedMap(new TreeMap<>(values));
    }

    @Override
    public String print() {
      StringBuilder text = new StringBuilder("map[");
      for (Map.Entry<String, Value> entry : values.entrySet()) {
        text.append(text.length() == 4 ? "" : " ");
        text.append(entry.getKey()).append(':').append(entry.getValue().print());
      }
      return text.append(']').toString();
    }

    @Override
    public boolean isTrue() {
      return !values.isEmpty();
    }
  }

  /// @param type its name, for messages
  /// @param fields in order of declaration
  record Struct(String type, Map<String, Value> fields) implements Value {
    public Struct {
      fields = Collections.unmodifiableMap(new LinkedHashMap<>(fields));
    }

    @Override
    public String print() {
      StringBuilder text = new StringBuilder("{");
      for (Value value : fields.values()) {
        text.append(text.length() == 1 ? "" : " ").append(value.print());
      }
      return text.append('}').toString();
    }

    @Override
    public boolean isTrue() {
      return true;
    }
  }

  /// A pointer to nothing.
  record Nil() implements Value {
    @Override
    public String print() {
      return "<nil>";
    }

    @Override
    public boolean isTrue() {
      return false;
    }
  }

  /// What a map has under a key that is not in it.
  record Absent() implements Value {
    @Override
    public String print() {
      return "<no value>";
    }

    @Override
    public boolean isTrue() {
      return false;
    }
  }

  /// What it is, for messages.
  default String typeName() {
    return switch (this) {
      case Text _ -> "string";
      case Int _ -> "int";
      case Decimal _ -> "float64";
      case Bool _ -> "bool";
      case Items _ -> "list";
      case Dictionary _ -> "map";
      case Struct(String type, _) -> type;
      case Nil _ -> "nil";
      case Absent _ -> "no value";
    };
  }
}
