package io.margay.bgp.mutants;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/// A mistake that somebody could make, and the tests each of which has to notice it.
///
/// @param file below the source directory of `io.margay.bgp`
/// @param before lines as they are, without what they are indented by
/// @param after what stands there in the mutant
/// @param tests as in `SimulationTest` or `rib.DecisionTest.eachStepDecidesBeforeTheNext`
record Mutant(
    String mistake, String file, List<String> before, List<String> after, List<String> tests) {

  static final Path SOURCES = Path.of("src/main/java/io/margay/bgp");

  Mutant {
    before = List.copyOf(before);
    after = List.copyOf(after);
    tests = List.copyOf(tests);
    if (before.isEmpty() || tests.isEmpty()) {
      throw new IllegalArgumentException(
          "'%s' needs lines that start with '-' and one with 'noticed by'".formatted(mistake));
    }
  }

  /// All of `mutants.txt`.
  static List<Mutant> all() {
    try (InputStream text = Mutant.class.getResourceAsStream("mutants.txt")) {
      String all = new String(Objects.requireNonNull(text).readAllBytes(), UTF_8);
      return List.of(all.split("\n\n")).stream()
          .map(String::strip)
          .filter(block -> !block.startsWith("#"))
          .map(Mutant::parse)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Mutant parse(String block) {
    String[] lines = block.split("\n");
    List<String> before = new ArrayList<>();
    List<String> after = new ArrayList<>();
    List<String> tests = new ArrayList<>();
    for (String line : List.of(lines).subList(2, lines.length)) {
      if (line.startsWith("- ")) {
        before.add(line.substring(2).strip());
      } else if (line.startsWith("+ ")) {
        after.add(line.substring(2).strip());
      } else if (line.startsWith("noticed by ")) {
        tests.add(line.substring("noticed by ".length()));
      } else {
        throw new IllegalArgumentException("in '%s': %s".formatted(lines[0], line));
      }
    }
    return new Mutant(lines[0], lines[1], before, after, tests);
  }

  /// The file with the mistake in it.
  ///
  /// @throws IllegalStateException unless the lines stand there exactly once
  String mutated() {
    List<String> source;
    try {
      source = Files.readAllLines(SOURCES.resolve(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    List<String> stripped = source.stream().map(String::strip).toList();
    List<Integer> places = new ArrayList<>();
    for (int at = 0; at + before.size() <= source.size(); at++) {
      if (stripped.subList(at, at + before.size()).equals(before)) {
        places.add(at);
      }
    }
    if (places.size() != 1) {
      throw new IllegalStateException(
          "'%s': %s has these lines %d times, expected once. Has the code moved on? Adapt mutants.txt:%n%s"
              .formatted(mistake, file, places.size(), String.join("\n", before)));
    }
    List<String> mutated = new ArrayList<>(source.subList(0, places.getFirst()));
    mutated.addAll(after);
    mutated.addAll(source.subList(places.getFirst() + before.size(), source.size()));
    return String.join("\n", mutated);
  }

  @Override
  public String toString() {
    return mistake;
  }
}
