package io.margay.calicoctl;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.datastore.Datastore;
import io.margay.datastore.DatastoreConfig;
import io.margay.datastore.Datastores;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a dialogue cannot show.
class CalicoctlTest {

  private static final String ENDPOINT_WITHOUT_NAME =
      """
      apiVersion: v1
      kind: workloadEndpoint
      metadata:
        workload: web
        orchestrator: k8s
        node: slave1
      spec:
        interfaceName: cali1
      """;

  @TempDir Path directory;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private String calicoctl(InputStream in, String... args) {
    out.reset();
    Calicoctl.run(
        args,
        Map.of(
            "CALICOCTL_CONFIG", directory.resolve("calicoctl.cfg").toString(),
            "EMBEDDED_PATH", directory.resolve("datastore.db").toString()),
        in,
        new PrintStream(out, true, StandardCharsets.UTF_8),
        new PrintStream(err, true, StandardCharsets.UTF_8));
    return out.toString(StandardCharsets.UTF_8);
  }

  private static InputStream text(String text) {
    return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
  }

  private static InputStream nothing() {
    return InputStream.nullInputStream();
  }

  private long revision() {
    try (Datastore store =
        Datastores.open(new DatastoreConfig.Embedded(directory.resolve("datastore.db")))) {
      return store.snapshot().revision();
    }
  }

  @Test
  void namesAnEndpointThatIsCreatedWithoutAName() {
    assertThat(calicoctl(text(ENDPOINT_WITHOUT_NAME), "create", "-f", "-"))
        .isEqualTo("Successfully created 1 'workloadEndpoint' resource(s)\n");

    assertThat(calicoctl(nothing(), "get", "wep", "-o", "custom-columns=NAME"))
        .matches("NAME +\n[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12} +\n\n");
  }

  @Test
  void doesNotNameAnEndpointThatIsApplied() {
    assertThat(calicoctl(text(ENDPOINT_WITHOUT_NAME), "apply", "-f", "-"))
        .isEqualTo(
            "Failed to apply 'workloadEndpoint' resource:"
                + " insufficient identifiers, missing 'name'\n");
  }

  @Test
  void writesNothingWhenTheSameFileIsAppliedAgain() {
    String document = ENDPOINT_WITHOUT_NAME.replace("metadata:", "metadata:\n  name: eth0");
    calicoctl(text(document), "apply", "-f", "-");
    long before = revision();

    assertThat(calicoctl(text(document), "apply", "-f", "-"))
        .isEqualTo("Successfully applied 1 'workloadEndpoint' resource(s)\n");
    assertThat(revision()).isEqualTo(before);
  }

  @Test
  void takesItsOwnDocumentsAsInput() {
    String document = ENDPOINT_WITHOUT_NAME.replace("metadata:", "metadata:\n  name: eth0");
    calicoctl(text(document), "apply", "-f", "-");
    long before = revision();

    for (String format : List.of("yaml", "json")) {
      String listing = calicoctl(nothing(), "get", "wep", "-o", format);
      assertThat(calicoctl(text(listing), "replace", "-f", "-"))
          .isEqualTo("Successfully replaced 1 'workloadEndpoint' resource(s)\n");
      assertThat(calicoctl(text(listing), "apply", "-f", "-"))
          .isEqualTo("Successfully applied 1 'workloadEndpoint' resource(s)\n");
    }
    assertThat(revision()).isBetween(before, before + 2);
  }

  @Test
  void refusesTextThatIsNotUtf8() {
    assertThat(calicoctl(new ByteArrayInputStream(new byte[] {(byte) 0xff}), "apply", "-f", "-"))
        .startsWith(
            "Failed to execute command: standard input:1:1: not UTF-8: byte 0xff cannot stand here");
  }

  @Test
  void saysWhichVersionItIs() {
    assertThat(calicoctl(nothing(), "version"))
        .matches("Version:      v\\d\\S+\nBuild date:   \\d\\S+\nGit commit:   \\w+\n");
  }
}
