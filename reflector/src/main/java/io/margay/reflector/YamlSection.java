package io.margay.reflector;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/// A mapping of a YAML file, field by field. What is wrong is noted with its line and field and the
/// reading goes on, so that an operator sees all of it at once. A field that nobody asks for is
/// unknown, and that is wrong too.
final class YamlSection {

  private final Map<String, Node> fields = new LinkedHashMap<>();
  private final Map<String, Node> unread = new LinkedHashMap<>();
  private final Node node;
  private final String path;
  private final List<String> problems;

  private YamlSection(Node node, String path, List<String> problems) {
    this.node = node;
    this.path = path;
    this.problems = problems;
  }

  /// @param path of the mapping, empty for the whole file
  /// @param problems gets what is wrong
  static YamlSection of(Node node, String path, List<String> problems) {
    YamlSection section = new YamlSection(node, path, problems);
    if (node instanceof MappingNode mapping) {
      for (NodeTuple tuple : mapping.getValue()) {
        String name = tuple.getKeyNode() instanceof ScalarNode key ? key.getValue() : "?";
        if (section.fields.put(name, tuple.getValueNode()) != null) {
          section.problem(tuple.getKeyNode(), name, "it is there twice");
        }
      }
      section.unread.putAll(section.fields);
    } else {
      section.problem(node, "", "expected fields, as in 'name: value'");
    }
    return section;
  }

  private @Nullable Node take(String name) {
    unread.remove(name);
    return fields.get(name);
  }

  /// A value; `absent` if there is none, or it is wrong.
  <T> T value(String name, T absent, Function<String, T> parser) {
    T parsed = value(name, parser);
    return parsed == null ? absent : parsed;
  }

  /// A value; null if there is none, or it is wrong.
  <T> @Nullable T value(String name, Function<String, T> parser) {
    Node value = take(name);
    return value == null ? null : parsed(value, name, parser);
  }

  /// A value that must be there; null if it is not, or it is wrong.
  <T> @Nullable T required(String name, Function<String, T> parser) {
    if (!fields.containsKey(name)) {
      problem(node, name, "it is missing");
    }
    return value(name, parser);
  }

  /// One value, or a list of them.
  <T> List<T> values(String name, Function<String, T> parser) {
    Node value = take(name);
    List<T> values = new ArrayList<>();
    List<Node> items =
        switch (value) {
          case null -> List.of();
          case SequenceNode sequence -> sequence.getValue();
          default -> List.of(value);
        };
    for (Node item : items) {
      T parsed = parsed(item, name, parser);
      if (parsed != null) {
        values.add(parsed);
      }
    }
    return values;
  }

  /// A list of mappings.
  List<YamlSection> sections(String name) {
    Node value = take(name);
    List<YamlSection> sections = new ArrayList<>();
    if (value instanceof SequenceNode sequence) {
      int number = 0;
      for (Node item : sequence.getValue()) {
        sections.add(of(item, field(name) + "[" + number++ + "]", problems));
      }
    } else if (value != null) {
      problem(value, name, "expected a list, each item after a '-'");
    }
    return sections;
  }

  private <T> @Nullable T parsed(Node value, String name, Function<String, T> parser) {
    if (!(value instanceof ScalarNode scalar)) {
      problem(value, name, "expected one value");
      return null;
    }
    try {
      return parser.apply(scalar.getValue());
    } catch (IllegalArgumentException e) {
      problem(value, name, String.valueOf(e.getMessage()));
      return null;
    }
  }

  /// Notes that a field is wrong for a reason that concerns more than its own value.
  void problem(String name, String reason) {
    problem(fields.getOrDefault(name, node), name, reason);
  }

  private void problem(Node at, String name, String reason) {
    int line = at.getStartMark().map(Mark::getLine).orElse(0) + 1;
    String field = name.isEmpty() ? path : field(name);
    problems.add("line %d%s: %s".formatted(line, field.isEmpty() ? "" : ", " + field, reason));
  }

  private String field(String name) {
    return path.isEmpty() ? name : path + "." + name;
  }

  /// Call this after everything else: notes the fields that nobody asked for.
  void end() {
    unread.forEach((name, value) -> problem(value, name, "there is no such field"));
  }
}
