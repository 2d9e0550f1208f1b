package io.margay.model.document;

import io.margay.model.Kind;
import io.margay.model.Resource;
import io.margay.model.document.Value.Mapping;
import io.margay.model.document.Value.Scalar;
import io.margay.model.document.Value.ScalarType;
import io.margay.model.document.Value.Sequence;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// What a document says, as resources: one, a list of them, or an object that holds a list.
final class ResourceReader {

  private static final String API_VERSION = "v1";
  private static final String LIST_SUFFIX = "List";

  private final Problems problems;
  private final boolean metadataOnly;
  private final List<Resource> resources = new ArrayList<>();

  /// @param metadataOnly whether specs are left unread, and resources get empty ones
  ResourceReader(Problems problems, boolean metadataOnly) {
    this.problems = problems;
    this.metadataOnly = metadataOnly;
  }

  /// The resources read so far. Where there were problems, those with a problem are not as written.
  List<Resource> resources() {
    return resources;
  }

  void readDocument(Value document) {
    switch (document) {
      case Mapping mapping -> readObject(mapping, "", null);
      case Sequence sequence -> readAll(sequence, "", null);
      case Scalar scalar -> {
        boolean empty = scalar.type() == ScalarType.NULL;
        problems.add(
            scalar.position(),
            "",
            empty ? null : scalar.written(),
            unknownType("", ""),
            empty
                ? "There is no resource here. One starts with `apiVersion: v1` and `kind: ...`."
                : textHint(scalar.written()));
      }
    }
  }

  private static String textHint(String text) {
    return "Expected fields such as `apiVersion: v1` or a list of resources, found text."
        + (text.matches("(?s)\\w+:\\S.*") ? " A colon after a field needs a blank." : "");
  }

  private void readAll(Sequence sequence, String path, @Nullable Kind expected) {
    if (sequence.items().isEmpty()) {
      problems.add(sequence.position(), path, null, "no resources specified", "The list is empty.");
    }
    for (int i = 0; i < sequence.items().size(); i++) {
      String itemPath = path + "[" + i + "].";
      Value item = sequence.items().get(i);
      if (item instanceof Mapping mapping) {
        readObject(mapping, itemPath, expected);
      } else {
        problems.add(
            item.position(),
            path + "[" + i + "]",
            item.toString(),
            unknownType("", ""),
            "A list of resources holds objects with apiVersion, kind, metadata and spec.");
      }
    }
  }

  /// @param expected the kind an item of a list object has, also if it does not say so
  private void readObject(Mapping mapping, String path, @Nullable Kind expected) {
    Value kindValue = field(mapping, "kind");
    String kindText = kindValue instanceof Scalar scalar ? scalar.text() : "";
    Kind listed = expected == null ? listKind(kindText) : null;
    if (listed != null) {
      Fields fields = Fields.of(problems, Section.LIST, path, mapping);
      checkVersion(fields, kindText);
      readItems(fields.slot("items"), listed);
      return;
    }
    Kind kind = kindText.isEmpty() && expected != null ? expected : kind(kindText);
    if (kind == null) {
      reportKind(mapping, path, kindText);
      return;
    }
    Fields fields = Fields.of(problems, Section.RESOURCE, path, mapping);
    if (expected != null && kind != expected) {
      fields
          .slot("kind")
          .problem(
              "a %sList holds a resource of kind %s".formatted(expected, kind),
              "Put mixed kinds into a plain list, each after `- `.");
    }
    if (expected == null || fields.has("apiVersion")) {
      checkVersion(fields, kindText);
    }
    resources.add(resource(kind, fields));
  }

  private void readItems(Slot slot, Kind kind) {
    switch (slot.value()) {
      case Sequence sequence -> readAll(sequence, slot.path(), kind);
      case Mapping _, Scalar _ -> {
        if (slot.isGiven()) {
          slot.wrongType("[]" + kind, "A list belongs here: each resource after `- `.");
        } else {
          slot.problem("no resources specified", "items is missing.");
        }
      }
    }
  }

  private void checkVersion(Fields fields, String kind) {
    Slot slot = fields.slot("apiVersion");
    String version = slot.text();
    if (!API_VERSION.equals(version)) {
      slot.problem(
          unknownType(kind, version == null ? "" : version),
          version == null
              ? "apiVersion is missing. Add `apiVersion: v1`."
              : "The API version is v1, not %s.".formatted(version));
    }
  }

  private void reportKind(Mapping mapping, String path, String kind) {
    Value kindValue = field(mapping, "kind");
    Value version = field(mapping, "apiVersion");
    Position position = kindValue == null ? mapping.position() : kindValue.position();
    problems.add(
        position,
        path + "kind",
        kindValue == null ? null : kindValue.toString(),
        unknownType(kind, version instanceof Scalar scalar ? scalar.text() : ""),
        kindHint(kind, kindValue != null));
  }

  private static String kindHint(String kind, boolean given) {
    List<String> kinds = Arrays.stream(Kind.values()).map(Kind::toString).toList();
    if (kind.isEmpty() && !given) {
      return "kind is missing. It is one of %s.".formatted(String.join(", ", kinds));
    }
    if (kind.equals("calicoApiConfig")) {
      return "This is a connection file: give it with --config.";
    }
    for (String known : kinds) {
      if (known.equalsIgnoreCase(kind)) {
        return "Upper and lower case matter: the kind is %s.".formatted(known);
      }
    }
    String singular = kind.toLowerCase(Locale.ROOT).endsWith("s") ? chop(kind) : kind;
    String closest = UnknownField.closest(singular, kinds);
    return closest == null
        ? "A kind is one of %s.".formatted(String.join(", ", kinds))
        : "Did you mean %s?".formatted(closest);
  }

  private static String chop(String text) {
    return text.substring(0, text.length() - 1);
  }

  private static String unknownType(String kind, String version) {
    return "Unknown resource type (%s) and/or version (%s)".formatted(kind, version);
  }

  /// A top-level field, before it is known which schema applies.
  private static @Nullable Value field(Mapping mapping, String name) {
    Value folded = null;
    for (Value.Entry entry : mapping.entries()) {
      if (entry.key().text().equals(name)) {
        return entry.value();
      }
      if (entry.key().text().equalsIgnoreCase(name)) {
        folded = entry.value();
      }
    }
    return folded;
  }

  private static @Nullable Kind kind(String text) {
    for (Kind kind : Kind.values()) {
      if (kind.toString().equals(text)) {
        return kind;
      }
    }
    return null;
  }

  private static @Nullable Kind listKind(String text) {
    return text.endsWith(LIST_SUFFIX)
        ? kind(text.substring(0, text.length() - LIST_SUFFIX.length()))
        : null;
  }

  private Resource resource(Kind kind, Fields top) {
    return switch (kind) {
      case NODE ->
          NetworkReader.node(metadata(top, Section.NODE_METADATA), spec(top, Section.NODE_SPEC));
      case BGP_PEER ->
          NetworkReader.bgpPeer(
              metadata(top, Section.BGP_PEER_METADATA), spec(top, Section.BGP_PEER_SPEC));
      case HOST_ENDPOINT ->
          EndpointReader.hostEndpoint(
              metadata(top, Section.HOST_ENDPOINT_METADATA), spec(top, Section.HOST_ENDPOINT_SPEC));
      case WORKLOAD_ENDPOINT ->
          EndpointReader.workloadEndpoint(
              metadata(top, Section.WORKLOAD_ENDPOINT_METADATA),
              spec(top, Section.WORKLOAD_ENDPOINT_SPEC));
      case IP_POOL ->
          NetworkReader.ipPool(
              metadata(top, Section.IP_POOL_METADATA), spec(top, Section.IP_POOL_SPEC));
      case POLICY ->
          PolicyReader.policy(
              metadata(top, Section.POLICY_METADATA), spec(top, Section.POLICY_SPEC));
      case PROFILE ->
          PolicyReader.profile(
              metadata(top, Section.PROFILE_METADATA), spec(top, Section.PROFILE_SPEC));
    };
  }

  private static Fields metadata(Fields top, Section section) {
    return top.part("metadata", section);
  }

  private Fields spec(Fields top, Section section) {
    return metadataOnly
        ? Fields.none(new Problems(), section, top.slot("spec").path(), top.position())
        : top.part("spec", section);
  }
}
