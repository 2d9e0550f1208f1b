package io.margay.agent;

import io.margay.dataplane.config.FelixConfig;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Felix's settings as they hold now. This is the one place that puts them in force: whoever
/// depends on some is told of all of them, at start and after each change alike, so that the
/// outcome of a change is that of a restart.
///
/// Belongs to the dataplane's loop, but for the calls before that starts.
final class SettingsInForce {

  private static final Logger LOG = LoggerFactory.getLogger(SettingsInForce.class);

  /// Something that depends on settings.
  interface User {
    /// Takes what concerns it; what is as before must not be disturbed.
    void use(FelixConfig config);
  }

  private final FelixSettingsSource source;
  private final List<User> users = new ArrayList<>();
  private FelixConfig current;

  /// @throws StartException if a value makes no sense without which the agent must not go on
  SettingsInForce(FelixSettingsSource source) {
    this.source = source;
    this.current = source.resolve();
  }

  FelixConfig current() {
    return current;
  }

  /// Tells the user now and after each change.
  void add(User user) {
    users.add(user);
    user.use(current);
  }

  /// Puts in force what the source says once the datastore's settings are there.
  ///
  /// @throws StartException if a value makes no sense without which the agent must not go on
  void start() {
    put(source.resolve());
  }

  /// Puts in force what the source says now. If that makes no sense, everything stays as it was.
  void refresh() {
    FelixConfig changed;
    try {
      changed = source.resolve();
    } catch (StartException e) {
      LOG.error(
          "The settings in the datastore make no sense; all stay as they were until that is mended."
              + " {}",
          e.getMessage());
      return;
    }
    if (!changed.equals(current)) {
      LOG.info("Settings have changed; they take effect now.");
      put(changed);
    }
  }

  private void put(FelixConfig config) {
    if (!config.equals(current)) {
      current = config;
      users.forEach(user -> user.use(config));
    }
  }
}
