package io.margay.model.document;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.model.Policy;
import io.margay.model.Resource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DocumentWriterTest {

  private static final Path RESOURCES = Path.of("src/test/resources/documents");

  private static final String EVERY_KIND = "every-kind.yaml";

  @Test
  void printsYamlWithSortedKeys() throws IOException {
    assertThat(DocumentWriter.toYaml(everyKind()))
        .isEqualTo(Files.readString(RESOURCES.resolve("every-kind.printed.yaml")));
  }

  @Test
  void printsJsonInTheOrderOfTheSchema() throws IOException {
    assertThat(DocumentWriter.toJson(everyKind()) + "\n")
        .isEqualTo(Files.readString(RESOURCES.resolve("every-kind.printed.json")));
  }

  @Test
  void readsBackWhatItPrints() throws IOException {
    List<Resource> resources = everyKind();
    assertThat(resources).extracting(r -> r.kind().toString()).doesNotHaveDuplicates().hasSize(7);
    assertThat(DocumentReader.read("yaml", DocumentWriter.toYaml(resources))).isEqualTo(resources);
    assertThat(DocumentReader.read("json", DocumentWriter.toJson(resources))).isEqualTo(resources);
  }

  @Test
  void printsAnEmptyListForNothing() {
    assertThat(DocumentWriter.toYaml(List.of())).isEqualTo("[]\n");
    assertThat(DocumentWriter.toJson(List.of())).isEqualTo("[]");
  }

  @Test
  void keepsTheFieldsThatAlwaysShow() {
    assertThat(
            DocumentWriter.toYaml(
                DocumentReader.read(
                    "bare.yaml",
                    """
                    - {apiVersion: v1, kind: node}
                    - {apiVersion: v1, kind: bgpPeer}
                    - {apiVersion: v1, kind: ipPool}
                    - {apiVersion: v1, kind: policy}
                    """)))
        .isEqualTo(
            """
            - apiVersion: v1
              kind: node
              metadata: {}
              spec: {}
            - apiVersion: v1
              kind: bgpPeer
              metadata:
                peerIP: ""
                scope: ""
              spec:
                asNumber: 0
            - apiVersion: v1
              kind: ipPool
              metadata:
                cidr: ""
              spec: {}
            - apiVersion: v1
              kind: policy
              metadata: {}
              spec:
                selector: ""
            """);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "role == 'database'         ; role == 'database'",
        "role == \"database\"       ; role == \"database\"",
        "!has(role)                 ; '!has(role)'",
        "a == 'x: y'                ; 'a == ''x: y'''",
        "a == ' #'                  ; 'a == '' #'''",
        "a in {'x', 'y'}            ; a in {'x', 'y'}",
        "a == 'ü'                   ; a == 'ü'",
        "``                         ; \"\"",
      })
  void quotesSelectorsOnlyWhereYamlNeedsIt(String selector, String printed) {
    String yaml = DocumentWriter.toYaml(List.of(policy("p", selector)));
    assertThat(yaml).contains("\n    selector: " + printed + "\n");
    assertThat(DocumentReader.read("yaml", yaml)).containsExactly(policy("p", selector));
  }

  @Test
  void escapesWhatNoLineCanHold() {
    Policy policy = policy("p", "a == 'x\n\ty'");
    String yaml = DocumentWriter.toYaml(List.of(policy));
    assertThat(yaml).contains("selector: \"a == 'x\\n\\ty'\"\n");
    assertThat(DocumentReader.read("yaml", yaml)).containsExactly(policy);
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      value = {
        "default, default",
        "123, \"123\"",
        "1.10, \"1.10\"",
        "0x1f, \"0x1f\"",
        "1e3, \"1e3\"",
        "on, \"on\"",
        "y, \"y\"",
        "True, \"True\"",
        "null, \"null\"",
        "1.2.3, 1.2.3",
        "2017-04-11, 2017-04-11",
        "-, '-'",
        "---, '---'",
        "-x, -x",
        "_, _",
        "1_0, \"1_0\"",
      })
  void quotesNamesThatWouldNotBeText(String name, String printed) {
    String yaml = DocumentWriter.toYaml(List.of(policy(name, "")));
    assertThat(yaml).contains("    name: " + printed + "\n");
    assertThat(DocumentReader.read("yaml", yaml)).containsExactly(policy(name, ""));
  }

  @ParameterizedTest
  @CsvSource({
    "100, 100, 100",
    "9999.9999, 9999.9999, 9999.9999",
    "-1.5, -1.5, -1.5",
    "1e6, 1000000, 1000000",
    "1234567.5, 1.2345675e+06, 1234567.5",
    "0.00001, 1e-05, 0.00001",
    "1e-7, 1e-07, 1e-7",
    "1e21, 1e+21, 1e+21",
  })
  void printsOrdersAsGoDoes(String written, String yaml, String json) {
    List<Resource> resources =
        DocumentReader.read(
            "o.yaml", "{apiVersion: v1, kind: policy, spec: {order: " + written + "}}");
    assertThat(DocumentWriter.toYaml(resources)).contains("    order: " + yaml + "\n");
    assertThat(DocumentWriter.toJson(resources)).contains("\"order\": " + json + ",");
    assertThat(DocumentReader.read("y", DocumentWriter.toYaml(resources))).isEqualTo(resources);
    assertThat(DocumentReader.read("j", DocumentWriter.toJson(resources))).isEqualTo(resources);
  }

  @Test
  void sortsLabelsLettersLastAndNumbersByValue() {
    String yaml =
        DocumentWriter.toYaml(
            DocumentReader.read(
                "l.yaml",
                """
                apiVersion: v1
                kind: profile
                metadata:
                  labels: {b: x, a10: x, a9: x, a/b: x, B: x, 1a: x, "1": x, "true": x}
                """));
    assertThat(yaml)
        .contains(
            """
                labels:
                  "1": x
                  1a: x
                  B: x
                  a/b: x
                  a9: x
                  a10: x
                  b: x
                  "true": x
            """);
  }

  private static List<Resource> everyKind() throws IOException {
    return DocumentReader.read(EVERY_KIND, Files.readString(RESOURCES.resolve(EVERY_KIND)));
  }

  private static Policy policy(String name, String selector) {
    return new Policy(
        new Policy.Metadata(name),
        new Policy.Spec(null, selector, List.of(), List.of(), false, List.of()));
  }
}
