package io.margay.model.selector;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A condition on labels, such as `role == 'frontend' && has(tested)`. Two selectors are equal if
/// their canonical texts are.
public final class Selector {

  /// Where labels come from: an endpoint's own map, or that and those of its profiles.
  @FunctionalInterface
  public interface LabelSource {
    /// The value of a label; null where the label is absent.
    @Nullable String value(String label);
  }

  private final Expression root;
  private final String canonical;
  private final String uniqueId;

  private Selector(Expression root) {
    this.root = root;
    this.canonical = root.toString();
    this.uniqueId = uniqueId('s', canonical);
  }

  /// Reads a selector. Blank text selects all.
  ///
  /// @throws SelectorSyntaxException if the text is no selector
  public static Selector parse(String text) {
    return new Selector(Parser.parse(text));
  }

  /// A selector from its tree.
  public static Selector of(Expression root) {
    return new Selector(root);
  }

  public boolean matches(Map<String, String> labels) {
    return root.matches(labels::get);
  }

  public boolean matches(LabelSource labels) {
    return root.matches(labels);
  }

  /// The expression as a tree.
  public Expression root() {
    return root;
  }

  /// The text that every spelling of this selector has in common.
  public String canonical() {
    return canonical;
  }

  /// The id that IP sets are named by: `s:` and a hash of the canonical text.
  public String uniqueId() {
    return uniqueId;
  }

  /// `P:` and the base64url (RFC 4648 §5, no padding) of the SHA-224 of `P:CONTENT`, the form of
  /// the ids of selectors (`s`) and tags (`t`).
  public static String uniqueId(char prefix, String content) {
    byte[] hashed = (prefix + ":" + content).getBytes(StandardCharsets.UTF_8);
    try {
      byte[] hash = MessageDigest.getInstance("SHA-224").digest(hashed);
      return prefix + ":" + Base64.getUrlEncoder().withoutPadding().encodeToString(hash);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("the JDK has SHA-224", e);
    }
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Selector selector && canonical.equals(selector.canonical);
  }

  @Override
  public int hashCode() {
    return canonical.hashCode();
  }

  /// The canonical text.
  @Override
  public String toString() {
    return canonical;
  }
}
