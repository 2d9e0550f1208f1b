package io.margay.agent;

import io.margay.dataplane.config.ConfigProblem;
import io.margay.dataplane.config.FelixConfig;
import io.margay.dataplane.config.FelixConfig.Resolution;
import io.margay.datastore.Datastore;
import io.margay.datastore.Entry;
import io.margay.datastore.Key;
import io.margay.datastore.KeyRange;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Felix's settings from all their places, resolved anew whenever one in the datastore changes.
final class FelixSettingsSource {

  private static final Logger LOG = LoggerFactory.getLogger(FelixSettingsSource.class);

  private final String node;
  private final Map<String, String> environment;
  private final Path file;
  private final Map<String, String> global = new TreeMap<>();
  private final Map<String, String> perHost = new TreeMap<>();
  private final Set<String> told = new LinkedHashSet<>();

  FelixSettingsSource(String node, Map<String, String> environment, Path file) {
    this.node = node;
    this.environment = environment;
    this.file = file;
  }

  /// Takes in what the datastore has now.
  void read(Datastore datastore) {
    for (@Nullable String scope : new String[] {null, node}) {
      for (Entry<String> entry : datastore.list(new KeyRange.FelixSettings(scope))) {
        onUpdate(entry.key(), entry.value());
      }
    }
  }

  /// Takes in one value; everything but settings of this node and of all nodes is ignored.
  ///
  /// @return whether it was a setting
  boolean onUpdate(Key<?> key, @Nullable Object value) {
    if (!(key instanceof Key.FelixSetting(String scope, String name))
        || (scope != null && !scope.equals(node))) {
      return false;
    }
    Map<String, String> settings = scope == null ? global : perHost;
    if (value instanceof String text) {
      settings.put(name, text);
    } else {
      settings.remove(name);
    }
    return true;
  }

  /// @throws StartException if a value makes no sense without which the agent must not go on
  FelixConfig resolve() {
    return switch (FelixConfig.resolve(environment, file, perHost, global)) {
      case Resolution.Resolved(FelixConfig config, List<ConfigProblem> problems) -> {
        problems.forEach(this::tell);
        yield config;
      }
      case Resolution.Refused(List<ConfigProblem> problems) ->
          throw new StartException(
              problems.stream().map(ConfigProblem::message).collect(Collectors.joining("\n")));
    };
  }

  /// Each problem once.
  private void tell(ConfigProblem problem) {
    if (told.add(problem.message())) {
      LOG.warn("{}", problem.message());
    }
  }
}
