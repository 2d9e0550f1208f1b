package io.margay.model.document;

import org.jspecify.annotations.Nullable;

/// The text is no YAML, so reading ends here: on its way from [YamlReader] to [DocumentReader].
final class UnreadableTextException extends RuntimeException {

  private static final long serialVersionUID = 1;

  private final transient Position position;
  private final @Nullable String hint;

  UnreadableTextException(Position position, String message, @Nullable String hint) {
    super(message);
    this.position = position;
    this.hint = hint;
  }

  Position position() {
    return position;
  }

  String problem() {
    return String.valueOf(getMessage());
  }

  @Nullable String hint() {
    return hint;
  }
}
