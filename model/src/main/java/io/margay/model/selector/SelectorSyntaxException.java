package io.margay.model.selector;

/// Text that is no selector.
public final class SelectorSyntaxException extends IllegalArgumentException {

  private static final long serialVersionUID = 1;

  private final String text;
  private final int position;
  private final String expected;

  /// @param text the whole selector
  /// @param position where reading stopped, counted in characters from 0
  /// @param expected what could have stood there
  /// @param found what stands there
  SelectorSyntaxException(String text, int position, String expected, String found) {
    super(
        "selector \"%s\": expected %s at character %d, found %s"
            .formatted(text, expected, position + 1, found));
    this.text = text;
    this.position = position;
    this.expected = expected;
  }

  /// The whole selector, as written.
  public String text() {
    return text;
  }

  /// Where reading stopped, counted in characters from 0; the length of the text for its end.
  public int position() {
    return position;
  }

  /// What could have stood there.
  public String expected() {
    return expected;
  }
}
