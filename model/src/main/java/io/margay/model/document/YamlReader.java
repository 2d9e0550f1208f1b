package io.margay.model.document;

import io.margay.model.document.Value.Entry;
import io.margay.model.document.Value.Mapping;
import io.margay.model.document.Value.Scalar;
import io.margay.model.document.Value.ScalarType;
import io.margay.model.document.Value.Sequence;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.common.Anchor;
import org.snakeyaml.engine.v2.common.ScalarStyle;
import org.snakeyaml.engine.v2.common.SpecVersion;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.MappingStartEvent;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.events.SequenceStartEvent;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.ReaderException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlVersionException;

/// Text to [Value]s. It builds them from the parser's events, not from its node graph, so that
/// nesting, aliases and duplicate keys are ours to limit: a few hundred bytes of aliases can stand
/// for billions of values.
final class YamlReader {

  private static final int DEEPEST = 64;
  private static final long MOST_ALIASED = 100_000;
  private static final String STRING_TAG = "tag:yaml.org,2002:str";

  private final Iterator<Event> events;
  private final Map<Anchor, Value> anchors = new HashMap<>();
  private long aliased;
  private int depth;

  private YamlReader(String text) {
    LoadSettings settings =
        LoadSettings.builder().setLabel("document").setCodePointLimit(Integer.MAX_VALUE).build();
    this.events = new Parse(settings).parseString(text).iterator();
  }

  /// The documents of a text, in order; an empty one is a null scalar.
  ///
  /// @throws UnreadableTextException if the text is no YAML
  static List<Value> read(String text) {
    try {
      return new YamlReader(text).documents();
    } catch (MarkedYamlEngineException e) {
      throw YamlMistake.explain(text, e);
    } catch (ReaderException e) {
      throw YamlMistake.unprintable(text, e.getPosition(), e.getCodePoint());
    } catch (YamlVersionException e) {
      SpecVersion asked = e.getSpecVersion();
      throw new UnreadableTextException(
          Position.START,
          "not valid YAML: version %d.%d is asked for, and 1.2 is read"
              .formatted(asked.getMajor(), asked.getMinor()),
          "Remove the line that starts with %YAML.");
    } catch (YamlEngineException e) {
      throw new UnreadableTextException(Position.START, "not valid YAML: " + e.getMessage(), null);
    }
  }

  private List<Value> documents() {
    List<Value> documents = new ArrayList<>();
    while (events.hasNext()) {
      Event event = events.next();
      switch (event.getEventId()) {
        case DocumentStart -> {
          anchors.clear();
          documents.add(value(events.next()));
        }
        case StreamStart, StreamEnd, DocumentEnd, Comment -> {}
        case Alias, Scalar, SequenceStart, SequenceEnd, MappingStart, MappingEnd ->
            throw new AssertionError(event + " outside a document");
      }
    }
    return documents;
  }

  private Value value(Event event) {
    if (event instanceof AliasEvent alias) {
      return aliased(alias);
    }
    Position position = position(event);
    if (++depth > DEEPEST) {
      throw new UnreadableTextException(
          position, "nested deeper than " + DEEPEST + " levels", "No resource is that deep.");
    }
    Value value =
        switch (event) {
          case ScalarEvent scalar -> scalar(scalar, position);
          case SequenceStartEvent start -> {
            checkTag(start.getTag(), position);
            yield sequence(position);
          }
          case MappingStartEvent start -> {
            checkTag(start.getTag(), position);
            yield mapping(position);
          }
          default -> throw new AssertionError("no value starts with " + event);
        };
    depth--;
    if (event instanceof NodeEvent node) {
      node.getAnchor().ifPresent(anchor -> anchors.put(anchor, value));
    }
    return value;
  }

  private Value aliased(AliasEvent alias) {
    Value value = anchors.get(alias.getAlias());
    String name = alias.getAlias().getValue();
    if (value == null) {
      throw new UnreadableTextException(
          position(alias),
          "not valid YAML: unknown anchor '" + name + "' referenced",
          "*%s repeats a value marked &%s further up, and there is none. Text that starts with * needs quotes."
              .formatted(name, name));
    }
    aliased += value.size();
    if (aliased > MOST_ALIASED) {
      throw new UnreadableTextException(
          position(alias),
          "aliases repeat more than %d values".formatted(MOST_ALIASED),
          "Write the repeated parts out, or split the file.");
    }
    return value;
  }

  private static Scalar scalar(ScalarEvent event, Position position) {
    String written = event.getValue();
    Optional<String> tag = event.getTag();
    boolean plain = event.getScalarStyle() == ScalarStyle.PLAIN && tag.isEmpty();
    if (plain) {
      return PlainScalar.resolve(position, written);
    }
    if (tag.isPresent() && !tag.get().equals("!") && !tag.get().equals(STRING_TAG)) {
      throw unknownTag(tag.get(), position);
    }
    return new Scalar(position, ScalarType.TEXT, written, written);
  }

  private static void checkTag(Optional<String> tag, Position position) {
    if (tag.isPresent() && !tag.get().equals("!")) {
      throw unknownTag(tag.get(), position);
    }
  }

  private static UnreadableTextException unknownTag(String tag, Position position) {
    return new UnreadableTextException(
        position,
        "not valid YAML for resources: %s is a tag".formatted(tag),
        "Leave a tag out. Text that starts with ! needs quotes, such as '!has(role)'.");
  }

  private Sequence sequence(Position position) {
    List<Value> items = new ArrayList<>();
    while (true) {
      Event event = events.next();
      if (event.getEventId() == Event.ID.SequenceEnd) {
        return new Sequence(position, List.copyOf(items));
      }
      items.add(value(event));
    }
  }

  private Mapping mapping(Position position) {
    Map<String, Entry> entries = new LinkedHashMap<>();
    List<Value> merged = new ArrayList<>();
    while (true) {
      Event event = events.next();
      if (event.getEventId() == Event.ID.MappingEnd) {
        merged.forEach(value -> merge(entries, value));
        return new Mapping(position, List.copyOf(entries.values()));
      }
      boolean mergeKey = event instanceof ScalarEvent s && s.isPlain() && s.getValue().equals("<<");
      Value key = value(event);
      Value value = value(events.next());
      if (!(key instanceof Scalar name)) {
        throw new UnreadableTextException(
            key.position(),
            "not valid YAML for resources: a field's name is %s, expected text".formatted(key),
            null);
      }
      if (mergeKey) {
        merged.add(value);
      } else {
        put(entries, name, value);
      }
    }
  }

  private static void put(Map<String, Entry> entries, Scalar name, Value value) {
    Entry earlier = entries.putIfAbsent(name.text(), new Entry(name, value));
    if (earlier != null) {
      throw new UnreadableTextException(
          name.position(),
          "the field %s is given twice".formatted(name.written()),
          "It is already there in line %d. Keep one of the two."
              .formatted(earlier.key().position().line()));
    }
  }

  /// What `<<: *anchor` adds: the fields of one mapping or several, where they are not given.
  private static void merge(Map<String, Entry> entries, Value value) {
    switch (value) {
      case Mapping mapping ->
          mapping.entries().forEach(entry -> entries.putIfAbsent(entry.key().text(), entry));
      case Sequence sequence -> sequence.items().forEach(item -> merge(entries, item));
      case Scalar scalar ->
          throw new UnreadableTextException(
              scalar.position(), "not valid YAML: << takes a mapping, not " + scalar, null);
    }
  }

  private static Position position(Event event) {
    return event.getStartMark().map(Position::of).orElse(Position.START);
  }
}
