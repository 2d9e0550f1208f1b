package io.margay.calicoctl.log;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// What `--log-level` takes, the least talkative first.
public enum LogLevel {
  PANIC,
  FATAL,
  ERROR,
  WARN,
  INFO,
  DEBUG;

  /// The level of that name, in any letter case; null if there is none.
  public static @Nullable LogLevel find(String text) {
    for (LogLevel level : values()) {
      if (level.name().equalsIgnoreCase(text)) {
        return level;
      }
    }
    return null;
  }

  /// Whether messages of `other` are printed at this level.
  public boolean includes(LogLevel other) {
    return other.compareTo(this) <= 0;
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
