package io.margay.calicoctl.output;

import java.util.List;

/// What `get --output` takes.
public sealed interface OutputFormat {

  record Ps() implements OutputFormat {}

  record Wide() implements OutputFormat {}

  record CustomColumns(List<String> headings) implements OutputFormat {}

  record Yaml() implements OutputFormat {}

  record Json() implements OutputFormat {}

  record GoTemplate(String text) implements OutputFormat {}

  record GoTemplateFile(String filename) implements OutputFormat {}

  /// The word is no output format.
  final class InvalidFormatException extends Exception {
    private static final long serialVersionUID = 1;

    InvalidFormatException(String message) {
      super(message);
    }
  }

  /// Reads `ps`, `wide`, `yaml`, `json`, or `custom-columns=`, `go-template=`, `go-template-file=`
  /// with what follows.
  static OutputFormat parse(String text) throws InvalidFormatException {
    int equals = text.indexOf('=');
    String name = equals < 0 ? text : text.substring(0, equals);
    String value = equals < 0 ? "" : text.substring(equals + 1);
    return switch (name) {
      case "ps" -> new Ps();
      case "wide" -> new Wide();
      case "yaml" -> new Yaml();
      case "json" -> new Json();
      case "custom-columns" -> {
        require(value, "need to specify at least one column");
        yield new CustomColumns(List.of(value.split(",", -1)));
      }
      case "go-template" -> {
        require(value, "need to specify a template");
        yield new GoTemplate(value);
      }
      case "go-template-file" -> {
        require(value, "need to specify a template file");
        yield new GoTemplateFile(value);
      }
      default -> throw new InvalidFormatException("unrecognized output format '" + text + "'");
    };
  }

  private static void require(String value, String message) throws InvalidFormatException {
    if (value.isEmpty()) {
      throw new InvalidFormatException(message);
    }
  }
}
