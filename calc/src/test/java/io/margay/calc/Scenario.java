package io.margay.calc;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.datastore.Key;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A list of worlds that a graph passes through, and what is done with such a list.
record Scenario(String name, String node, List<World> worlds) {

  static Scenario of(String name, String node, World... worlds) {
    return new Scenario(name, node, List.of(worlds));
  }

  /// Which worlds, in which order, and at which of them to look.
  enum Path {
    AS_WRITTEN,
    REVERSED,
    /// Through an empty datastore between any two.
    WITH_NOTHING_BETWEEN,
    /// From an empty datastore to each of them, one value in each step.
    VALUE_BY_VALUE,
    /// Without a look, and so without a flush, before the last.
    ALL_AT_ONCE
  }

  /// How the graph hears of the differences between two worlds.
  enum Delivery {
    ONE_FLUSH_PER_WORLD,
    A_FLUSH_AFTER_EACH_UPDATE,
    LAST_UPDATE_FIRST,
    /// As a datastore does that lost its place.
    EVERYTHING_TOLD_AGAIN
  }

  /// @param value null if the key is gone
  private record Update(Key<?> key, @Nullable Object value) {}

  /// Takes a new graph along the path, then back to an empty datastore, and checks what it holds
  /// wherever the path has a look.
  void run(Path path, Delivery delivery) {
    CalculationGraph graph = new CalculationGraph(node);
    StrictReader reader = new StrictReader();
    World here = World.EMPTY;
    List<World> stops = new ArrayList<>(stops(path));
    stops.add(World.EMPTY);
    for (int i = 0; i < stops.size(); i++) {
      World next = stops.get(i);
      boolean look = path != Path.ALL_AT_ONCE || i >= stops.size() - 2;
      deliver(delivery, here, next, look, graph, reader);
      // An intermediate step has a name of its own and no expectation.
      if (look && !next.toString().isEmpty()) {
        assertThat(reader.state()).as("after '%s'", next).isEqualTo(next.expected());
      }
      here = next;
    }
    assertThat(graph.counts())
        .as("nothing is left behind")
        .isEqualTo(new GraphCounts(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0));
  }

  private List<World> stops(Path path) {
    return switch (path) {
      case AS_WRITTEN, ALL_AT_ONCE -> worlds;
      case REVERSED -> worlds.reversed();
      case WITH_NOTHING_BETWEEN ->
          worlds.stream()
              .<World>mapMulti((world, out) -> {
                out.accept(world);
                out.accept(World.EMPTY);
              })
              .toList();
      case VALUE_BY_VALUE -> worlds.stream().flatMap(world -> steps(world).stream()).toList();
    };
  }

  private static List<World> steps(World world) {
    List<World> steps = new ArrayList<>();
    World grown = World.EMPTY.named("");
    steps.add(World.EMPTY);
    for (Map.Entry<Key<?>, Object> value : world.values().entrySet()) {
      grown = grown.with(value.getKey(), value.getValue());
      steps.add(grown);
    }
    steps.add(world);
    return steps;
  }

  private static void deliver(
      Delivery delivery,
      World from,
      World to,
      boolean flush,
      CalculationGraph graph,
      StrictReader reader) {
    List<Update> updates = difference(from, to);
    switch (delivery) {
      case ONE_FLUSH_PER_WORLD, A_FLUSH_AFTER_EACH_UPDATE -> {}
      case LAST_UPDATE_FIRST -> Collections.reverse(updates);
      case EVERYTHING_TOLD_AGAIN ->
          to.values().forEach((key, value) -> updates.add(new Update(key, value)));
    }
    for (Update update : updates) {
      graph.onUpdate(update.key, update.value);
      if (flush && delivery == Delivery.A_FLUSH_AFTER_EACH_UPDATE) {
        reader.read(graph);
      }
    }
    if (flush) {
      reader.read(graph);
      int before = reader.updateCount();
      reader.read(graph);
      assertThat(reader.updateCount()).as("a second flush says nothing").isEqualTo(before);
    }
  }

  private static List<Update> difference(World from, World to) {
    Set<Key<?>> keys = new HashSet<>(from.values().keySet());
    keys.removeAll(to.values().keySet());
    List<Update> updates = new ArrayList<>();
    keys.forEach(key -> updates.add(new Update(key, null)));
    to.values()
        .forEach((key, value) -> {
          if (!Objects.equals(value, from.values().get(key))) {
            updates.add(new Update(key, value));
          }
        });
    return updates;
  }

  @Override
  public String toString() {
    return name;
  }
}
