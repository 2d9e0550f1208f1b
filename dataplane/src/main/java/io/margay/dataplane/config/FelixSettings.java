package io.margay.dataplane.config;

import io.margay.dataplane.config.Parameter.Flag;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Settings as they were written, place by place, and the problems met while reading them. Names
/// that nobody asks for are ignored, as Felix does: a newer or older agent may know them.
final class FelixSettings {

  private static final String ENVIRONMENT_PREFIX = "felix_";

  /// Highest first.
  private enum Source {
    ENVIRONMENT,
    FILE,
    PER_HOST,
    GLOBAL;

    boolean isDatastore() {
      return this == PER_HOST || this == GLOBAL;
    }
  }

  private final Map<Source, Map<String, String>> valuesByLowerCaseName =
      new EnumMap<>(Source.class);
  private final @Nullable Path file;
  private final Set<ConfigProblem> problems = new LinkedHashSet<>();

  private FelixSettings(@Nullable Path file) {
    this.file = file;
  }

  static FelixSettings read(
      Map<String, String> environment,
      @Nullable Path file,
      Map<String, String> perHost,
      Map<String, String> global) {
    FelixSettings settings = new FelixSettings(file);
    Map<String, String> felix = new TreeMap<>();
    environment.forEach((name, value) -> {
      if (name.toLowerCase(Locale.ROOT).startsWith(ENVIRONMENT_PREFIX)) {
        felix.put(name.substring(ENVIRONMENT_PREFIX.length()), value);
      }
    });
    settings.add(Source.ENVIRONMENT, felix);
    settings.add(Source.FILE, settings.readFile());
    settings.add(Source.PER_HOST, perHost);
    settings.add(Source.GLOBAL, global);
    return settings;
  }

  /// An empty value is as none.
  private void add(Source source, Map<String, String> values) {
    Map<String, String> lowerCase = new TreeMap<>();
    values.forEach((name, value) -> {
      if (!value.isBlank()) {
        lowerCase.put(name.toLowerCase(Locale.ROOT), value.strip());
      }
    });
    valuesByLowerCaseName.put(source, lowerCase);
  }

  private Map<String, String> readFile() {
    if (file == null || !Files.exists(file)) {
      return Map.of();
    }
    Map<String, String> values = new TreeMap<>();
    try {
      int number = 0;
      for (String raw : Files.readAllLines(file)) {
        number++;
        String line = raw.strip();
        if (!line.isEmpty() && !line.startsWith("#") && !line.startsWith(";")) {
          readLine(line, number, values);
        }
      }
    } catch (IOException e) {
      problem(
          "configuration file",
          true,
          "%s cannot be read (%s). The agent does not go on without it. Make it readable, or remove"
                  .formatted(file, e)
              + " it.");
    }
    return values;
  }

  /// Sections do not matter.
  private void readLine(String line, int number, Map<String, String> values) {
    if (line.startsWith("[")) {
      return;
    }
    int end = line.indexOf('=');
    if (end < 0) {
      end = line.indexOf(':');
    }
    if (end <= 0) {
      problem(
          "configuration file",
          false,
          "%s line %d is '%s' (expected NAME = VALUE). The line is ignored."
              .formatted(file, number, line));
      return;
    }
    values.put(line.substring(0, end).strip(), line.substring(end + 1).strip());
  }

  /// The parameter's value from the highest place that sets it.
  <T> T get(Parameter<T> parameter) {
    String name = parameter.name().toLowerCase(Locale.ROOT);
    for (Source source : Source.values()) {
      String value = valuesByLowerCaseName.getOrDefault(source, Map.of()).get(name);
      if (value != null && !(source.isDatastore() && parameter.is(Flag.LOCAL))) {
        return read(parameter, value, source);
      }
    }
    return parameter.builtIn();
  }

  /// Whether any place that may set the parameter does, be it to its default.
  boolean isSet(Parameter<?> parameter) {
    String name = parameter.name().toLowerCase(Locale.ROOT);
    return Arrays.stream(Source.values())
        .filter(source -> !(source.isDatastore() && parameter.is(Flag.LOCAL)))
        .anyMatch(source -> valuesByLowerCaseName.getOrDefault(source, Map.of()).containsKey(name));
  }

  private <T> T read(Parameter<T> parameter, String value, Source source) {
    boolean none = value.equalsIgnoreCase("none");
    if (none && !parameter.is(Flag.NON_ZERO)) {
      return parameter.type().zero();
    }
    if (!none) {
      try {
        return parameter.type().reader().apply(value);
      } catch (IllegalArgumentException e) {
        // Told below, with what was expected.
      }
    }
    boolean fatal = parameter.is(Flag.DIE);
    problem(
        parameter.name(),
        fatal,
        "%s is '%s' (expected %s). %s Correct it in %s."
            .formatted(
                parameter.name(),
                value,
                parameter.type().expected(),
                fatal
                    ? "The agent does not go on with this value."
                    : "The default is used: " + text(parameter.builtIn()) + ".",
                place(parameter, source)));
    return parameter.builtIn();
  }

  private static String text(Object value) {
    return value instanceof Optional<?> optional
        ? optional.map(Object::toString).orElse("none")
        : value.toString();
  }

  private String place(Parameter<?> parameter, Source source) {
    return switch (source) {
      case ENVIRONMENT -> "the environment: FELIX_" + parameter.name().toUpperCase(Locale.ROOT);
      case FILE -> "" + file;
      case PER_HOST -> "the datastore's settings of this host";
      case GLOBAL -> "the datastore's global settings";
    };
  }

  /// Notes something that is no wrong value and yet not as the operator wants it.
  void warn(String name, String message) {
    problem(name, false, message);
  }

  private void problem(String name, boolean fatal, String message) {
    problems.add(new ConfigProblem(name, fatal, message));
  }

  List<ConfigProblem> problems() {
    return List.copyOf(problems);
  }

  boolean hasFatalProblem() {
    return problems.stream().anyMatch(ConfigProblem::fatal);
  }
}
