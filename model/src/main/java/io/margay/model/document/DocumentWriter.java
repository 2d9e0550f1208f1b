package io.margay.model.document;

import io.margay.model.Resource;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/// Writes resources as Calico v1.1 printed them: always a list, even of one, that [DocumentReader]
/// reads back as the same resources.
public final class DocumentWriter {

  private DocumentWriter() {}

  /// YAML, keys in alphabetical order, with a line break at the end; `[]` for none.
  public static String toYaml(Collection<? extends Resource> resources) {
    return YamlPrinter.print(trees(resources));
  }

  /// JSON, keys in the order of the schema, two blanks of indent, no line break at the end.
  public static String toJson(Collection<? extends Resource> resources) {
    return JsonPrinter.print(trees(resources));
  }

  private static List<Map<String, Object>> trees(Collection<? extends Resource> resources) {
    return resources.stream().map(ResourceTree::of).toList();
  }
}
