package io.margay;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// docs/bgp.md leads from sections of standards to classes and tests. They are all there.
class BgpPageTest {

  private static final Path PAGE = Path.of("../docs/bgp.md");
  private static final Pattern CODE = Pattern.compile("`([^`]+)`");
  private static final Pattern TEST = Pattern.compile("[A-Z]\\w*(Test|IT|Contract)(\\.\\w+)*");

  /// Simple names and what the files say.
  private static final Map<String, String> MAIN = new HashMap<>();

  private static final Map<String, String> TESTS = new HashMap<>();

  @BeforeAll
  static void readSources() throws IOException {
    try (Stream<Path> modules = Files.list(Path.of(".."))) {
      for (Path module : modules.toList()) {
        read(module.resolve("src/main/java"), MAIN);
        read(module.resolve("src/test/java"), TESTS);
      }
    }
  }

  private static void read(Path directory, Map<String, String> into) throws IOException {
    if (!Files.isDirectory(directory)) {
      return;
    }
    try (Stream<Path> files = Files.walk(directory)) {
      files
          .filter(file -> file.toString().endsWith(".java"))
          .forEach(file -> {
            String name = file.getFileName().toString().replace(".java", "");
            into.merge(name, text(file), String::concat);
          });
    }
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Rows of tables that have such a column, as cells by the column's title.
  private static List<Map<String, String>> rows() {
    List<Map<String, String>> rows = new ArrayList<>();
    List<String> titles = List.of();
    for (String line : text(PAGE).lines().toList()) {
      if (!line.startsWith("|")) {
        titles = List.of();
        continue;
      }
      List<String> cells = Stream.of(line.substring(1).split("\\|")).map(String::strip).toList();
      if (titles.isEmpty()) {
        titles = cells;
      } else if (!line.startsWith("| ---")) {
        Map<String, String> row = new HashMap<>();
        for (int i = 0; i < cells.size(); i++) {
          row.put(titles.get(i), cells.get(i));
        }
        rows.add(row);
      }
    }
    return rows;
  }

  private static List<String> code(String cell) {
    return CODE.matcher(cell).results().map(found -> found.group(1)).toList();
  }

  @Test
  void everyClassThatItNamesIsThere() {
    List<String> named = new ArrayList<>();
    List<String> missing = new ArrayList<>();
    for (Map<String, String> row : rows()) {
      for (String each : code(row.getOrDefault("Class", ""))) {
        named.add(each);
        if (!isIn(MAIN, each)) {
          missing.add(each);
        }
      }
    }
    assertThat(missing).isEmpty();
    assertThat(named).hasSizeGreaterThan(60);
  }

  @Test
  void everyTestThatItNamesIsThere() {
    List<String> named = new ArrayList<>();
    String testClass = "";
    Matcher code = CODE.matcher(text(PAGE));
    while (code.find()) {
      String each = code.group(1);
      // ".method" is one of the class that was named last.
      if (each.matches("\\.[a-z]\\w+")) {
        named.add(testClass + each);
      } else if (TEST.matcher(each).matches()) {
        testClass = each.split("\\.")[0];
        named.add(each);
      }
    }
    assertThat(named).filteredOn(each -> !isIn(TESTS, each)).isEmpty();
    assertThat(named).hasSizeGreaterThan(80);
  }

  @Test
  void everyRowThatNamesAClassNamesATest() {
    assertThat(rows())
        .filteredOn(row -> row.containsKey("Class") && code(row.getOrDefault("Test", "")).isEmpty())
        .extracting(row -> row.values().toString())
        // The type has no other constructor: nothing to be run.
        .allMatch(row -> row.contains("`PeerPolicy`"));
  }

  /// `Class`, or `Class.Nested.method`, whose words the file of the class has.
  private static boolean isIn(Map<String, String> sources, String name) {
    String[] words = name.split("\\.");
    String source = sources.get(words[0]);
    if (source == null) {
      return false;
    }
    return Stream.of(words)
        .skip(1)
        .allMatch(word -> Pattern.compile("\\b" + word + "\\b").matcher(source).find());
  }
}
