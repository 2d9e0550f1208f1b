package io.margay.datastore;

import io.margay.datastore.ConnectionSettings.Setting;
import io.margay.datastore.DatastoreException.Misconfigured;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.ConstructNode;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.constructor.ConstructYamlNull;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.Tag;
import org.snakeyaml.engine.v2.resolver.ScalarResolver;
import org.snakeyaml.engine.v2.schema.FailsafeSchema;

/// The file with which operators tell `calicoctl` where the datastore is: a YAML or JSON document
/// of kind `calicoApiConfig`. A field it should not have is an error.
final class ConnectionFile {

  private static final String KIND = "calicoApiConfig";

  private ConnectionFile() {}

  /// Empty if there is no such file.
  static Optional<ConnectionSettings> read(Path file) {
    String text;
    try {
      text = Files.readString(file);
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new Misconfigured(
          DatastoreError.DATASTORE_CONFIG,
          ("cannot read the config file %s: %s. Where a config file exists, nothing else says which"
                  + " datastore to use: make it readable, or move it away.")
              .formatted(file, FileFailure.reason(e)),
          e);
    }
    return Optional.of(parse(text));
  }

  static ConnectionSettings parse(String text) {
    var document = new Fields(load(text));
    String version = document.text("apiVersion");
    String kind = document.text("kind");
    if (!version.equals("v1")) {
      throw invalid("unknown APIVersion '" + version + "'");
    }
    if (!kind.equals(KIND)) {
      throw invalid("expected kind '%s', got '%s'".formatted(KIND, kind));
    }
    var metadata = document.fields("metadata");
    var spec = document.fields("spec");
    var given = new EnumMap<Setting, String>(Setting.class);
    for (var setting : Setting.values()) {
      given.put(setting, spec.text(setting.fieldName()));
    }
    List<String> unknown = new ArrayList<>();
    unknown.addAll(document.untouched());
    unknown.addAll(metadata.untouched());
    unknown.addAll(spec.untouched());
    if (!unknown.isEmpty()) {
      String complaint =
          unknown.size() == 1
              ? "field in document is not recognized or is in the wrong location"
              : "fields in document are not recognized or are in the wrong location";
      throw new Misconfigured(
          DatastoreError.DATASTORE_CONFIG,
          "error parsing document: " + complaint + ": " + String.join(", ", unknown));
    }
    return ConnectionSettings.ofFile(given);
  }

  private static @Nullable Object load(String text) {
    var settings =
        LoadSettings.builder().setLabel("config file").setSchema(new TextSchema()).build();
    try {
      var documents = new Load(settings);
      var iterator = documents.loadAllFromString(text).iterator();
      return iterator.hasNext() ? iterator.next() : null;
    } catch (MarkedYamlEngineException e) {
      // Not its whole message, which quotes the text: there may be a password in it.
      throw invalid(
          e.getProblemMark()
                  .map(mark ->
                      "line %d, column %d: ".formatted(mark.getLine() + 1, mark.getColumn() + 1))
                  .orElse("")
              + e.getProblem());
    } catch (YamlEngineException e) {
      throw invalid(String.valueOf(e.getMessage()));
    }
  }

  private static Misconfigured invalid(String why) {
    return new Misconfigured(DatastoreError.DATASTORE_CONFIG, "invalid config file: " + why);
  }

  /// Scalars are text, so that a password of digits keeps its leading zeros, or null.
  private static final class TextSchema extends FailsafeSchema {
    private static final Set<String> NULLS = Set.of("", "~", "null", "Null", "NULL");

    @Override
    public ScalarResolver getScalarResolver() {
      return (value, implicit) -> implicit && NULLS.contains(value) ? Tag.NULL : Tag.STR;
    }

    @Override
    public Map<Tag, ConstructNode> getSchemaTagConstructors() {
      return Map.of(Tag.NULL, new ConstructYamlNull());
    }
  }

  /// The fields of one mapping, found by name as Calico finds them: exactly, else ignoring case.
  private static final class Fields {
    private final Map<String, @Nullable Object> fields = new LinkedHashMap<>();

    Fields(@Nullable Object mapping) {
      switch (mapping) {
        case null -> {}
        case Map<?, ?> map -> map.forEach((name, value) -> fields.put(String.valueOf(name), value));
        default ->
            throw invalid("expected a mapping of names to values, got '%s'".formatted(mapping));
      }
    }

    private @Nullable Object take(String name) {
      if (fields.containsKey(name)) {
        return fields.remove(name);
      }
      for (String candidate : fields.keySet()) {
        if (candidate.equalsIgnoreCase(name)) {
          return fields.remove(candidate);
        }
      }
      return null;
    }

    Fields fields(String name) {
      return new Fields(take(name));
    }

    /// Empty if the field is absent or null.
    String text(String name) {
      return switch (take(name)) {
        case null -> "";
        case String text -> text;
        case Object other -> throw invalid("%s is '%s', expected text".formatted(name, other));
      };
    }

    List<String> untouched() {
      return List.copyOf(fields.keySet());
    }
  }
}
