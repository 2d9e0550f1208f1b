package io.margay.datastore.path;

import io.margay.datastore.Key;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Values of one part as the text that lies under their path: for files that outlive a process.
public final class StoredTexts {

  private StoredTexts() {}

  /// The path of a key that has one.
  public static String path(Key<?> key) {
    return KeyPaths.of(key).getFirst();
  }

  /// The key at a path; null if there is none.
  public static @Nullable Key<?> key(String path) {
    return KeyPaths.keyAt(path);
  }

  public static String text(Key<?> key, Object value) {
    String text = KeyValues.encode(key, value).getFirst();
    if (text == null) {
      throw new IllegalArgumentException(key + " has no text");
    }
    return text;
  }

  /// @throws RuntimeException if the text cannot be understood; its message says why
  @SuppressWarnings("unchecked") // the codec makes of each key a value of its type
  public static <V> V value(Key<V> key, String text) {
    List<@Nullable String> texts = Arrays.asList(text);
    return (V) KeyValues.decode(key, texts);
  }
}
