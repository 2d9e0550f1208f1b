package io.margay.model.document;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.model.Resource;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Valid documents, damaged: each must yield resources or say what is wrong, and nothing else. A
/// failure names its seed. `-Dfuzz.rounds=100000` digs deeper.
class DocumentFuzzTest {

  private static final int ROUNDS = Integer.getInteger("fuzz.rounds", 300);

  private static final List<String> PIECES =
      List.of(
          ": ",
          "\n",
          "  ",
          "- ",
          "\t",
          "\"",
          "'",
          "{",
          "}",
          "[",
          "]",
          ",",
          "#",
          "&a ",
          "*a",
          "!x ",
          "|",
          ">",
          "%",
          "@",
          "`",
          "? ",
          "---\n",
          "...\n",
          "<<: ",
          "~",
          "yes",
          "-1",
          "1e999",
          "0x",
          ".nan",
          "\uFEFF",
          "\u0000",
          "é",
          "\uD83D\uDE00",
          "::",
          "0.0.0.0/0",
          "::/0",
          "null");

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void damagedTextIsReadOrRefusedWithItsPlace(long seed) throws IOException {
    Random random = new Random(seed);
    List<String> valid = validDocuments();
    int refused = 0;
    for (int round = 0; round < ROUNDS; round++) {
      String text = damaged(random, valid.get(random.nextInt(valid.size())));
      try {
        List<Resource> resources = DocumentReader.read("fuzz.yaml", text);
        assertReadsBack(resources);
      } catch (InvalidDocumentException e) {
        refused++;
        assertThat(e.problems())
            .isNotEmpty()
            .allMatch(p -> p.line() >= 1 && p.column() >= 1 && p.line() <= lines(text) + 1);
      } catch (RuntimeException | StackOverflowError | AssertionError e) {
        throw new AssertionError("seed %d, round %d:\n%s".formatted(seed, round, text), e);
      }
    }
    assertThat(refused).isBetween(ROUNDS / 10, ROUNDS - 1);
  }

  @ParameterizedTest
  @ValueSource(longs = {11, 12})
  void damagedBytesAreReadOrRefused(long seed) throws IOException {
    Random random = new Random(seed);
    List<String> valid = validDocuments();
    for (int round = 0; round < ROUNDS; round++) {
      byte[] content = valid.get(random.nextInt(valid.size())).getBytes(StandardCharsets.UTF_8);
      for (int i = random.nextInt(1, 4); i > 0; i--) {
        content[random.nextInt(content.length)] = (byte) random.nextInt();
      }
      try {
        assertThat(DocumentReader.read("fuzz.yaml", content)).isNotEmpty();
      } catch (InvalidDocumentException e) {
        assertThat(e.problems()).isNotEmpty();
      } catch (RuntimeException | StackOverflowError e) {
        throw new AssertionError(
            "seed %d, round %d: %s".formatted(seed, round, Arrays.toString(content)), e);
      }
    }
  }

  private static void assertReadsBack(List<Resource> resources) {
    assertThat(DocumentReader.read("yaml", DocumentWriter.toYaml(resources))).isEqualTo(resources);
    assertThat(DocumentReader.read("json", DocumentWriter.toJson(resources))).isEqualTo(resources);
  }

  private static long lines(String text) {
    return text.lines().count();
  }

  private static String damaged(Random random, String text) {
    StringBuilder damaged = new StringBuilder(text);
    for (int i = random.nextInt(1, 4); i > 0; i--) {
      int at = random.nextInt(damaged.length());
      switch (random.nextInt(5)) {
        case 0 -> damaged.deleteCharAt(at);
        case 1 -> damaged.insert(at, PIECES.get(random.nextInt(PIECES.size())));
        case 2 -> damaged.setCharAt(at, (char) random.nextInt(' ', 127));
        case 3 -> damaged.delete(at, Math.min(damaged.length(), at + random.nextInt(1, 30)));
        default -> swapLines(random, damaged);
      }
      if (damaged.isEmpty()) {
        damaged.append(' ');
      }
    }
    return damaged.toString();
  }

  private static void swapLines(Random random, StringBuilder text) {
    List<String> lines = new ArrayList<>(text.toString().lines().toList());
    if (lines.size() > 1) {
      int from = random.nextInt(lines.size() - 1);
      lines.add(from, lines.remove(from + 1));
      text.setLength(0);
      text.append(String.join("\n", lines));
    }
  }

  private static List<String> validDocuments() throws IOException {
    List<String> documents = new ArrayList<>();
    Path resources = Path.of("src/test/resources/documents");
    for (String name :
        List.of("every-kind.yaml", "every-kind.printed.yaml", "every-kind.printed.json")) {
      documents.add(Files.readString(resources.resolve(name)));
    }
    for (String name : List.of("endpoints.yaml", "policy.yaml", "profile.yaml", "pools.yaml")) {
      documents.add(Files.readString(Path.of("../examples/tenant").resolve(name)));
    }
    return documents;
  }
}
