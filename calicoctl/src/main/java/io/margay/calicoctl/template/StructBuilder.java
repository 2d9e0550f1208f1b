package io.margay.calicoctl.template;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Puts a struct together, field by field, from what the model holds.
public final class StructBuilder {

  private final String type;
  private final Map<String, Value> fields = new LinkedHashMap<>();

  public StructBuilder(String type) {
    this.type = type;
  }

  public StructBuilder put(String name, Value value) {
    fields.put(name, value);
    return this;
  }

  /// What Go holds as a plain value: empty if absent.
  public StructBuilder text(String name, @Nullable Object value) {
    return put(name, new Value.Text(value == null ? "" : value.toString()));
  }

  /// What Go holds behind a pointer: nil if absent.
  public StructBuilder pointer(String name, @Nullable Object value) {
    return put(name, value == null ? new Value.Nil() : new Value.Text(value.toString()));
  }

  public StructBuilder integer(String name, @Nullable Number value) {
    return put(name, value == null ? new Value.Nil() : new Value.Int(value.longValue()));
  }

  public StructBuilder truth(String name, boolean value) {
    return put(name, new Value.Bool(value));
  }

  public StructBuilder items(String name, List<?> values) {
    List<Value> items = new ArrayList<>();
    for (Object value : values) {
      items.add(new Value.Text(String.valueOf(value)));
    }
    return put(name, new Value.Items(items));
  }

  public StructBuilder map(String name, SortedMap<String, String> entries) {
    SortedMap<String, Value> values = new TreeMap<>();
    entries.forEach((key, value) -> values.put(key, new Value.Text(value)));
    return put(name, new Value.Dictionary(values));
  }

  public Value build() {
    return new Value.Struct(type, fields);
  }
}
