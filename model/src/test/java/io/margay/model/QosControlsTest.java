package io.margay.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margay.model.QosControls.Limit;
import io.margay.model.document.DocumentReader;
import io.margay.model.document.DocumentWriter;
import io.margay.model.stored.InvalidStoredValueException;
import io.margay.model.stored.StoredCodec;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QosControlsTest {

  private static final ResourceKey.WorkloadEndpointKey KEY =
      new ResourceKey.WorkloadEndpointKey("node1", "k8s", "default.web", "eth0");

  private static final QosControls BOTH =
      new QosControls(new Limit(10_000_000, 524_288L), new Limit(5_000_000_000L, null));

  @Test
  void documentsShowLimitsAsTheyWereWritten() {
    String document =
        """
        - apiVersion: v1
          kind: workloadEndpoint
          metadata:
            name: eth0
            node: node1
            orchestrator: k8s
            workload: default.web
          spec:
            interfaceName: cali1
            qosControls:
              egressBandwidth: 5000000000
              ingressBandwidth: 10000000
              ingressBurst: 524288
        """;
    List<Resource> read = DocumentReader.read("web.yaml", document);
    assertThat(((WorkloadEndpoint) read.getFirst()).spec().qosControls()).isEqualTo(BOTH);
    assertThat(DocumentWriter.toYaml(read)).isEqualTo(document);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ingressBandwidth: 999 | 1000 to 1000000000000000 bits per second",
        "egressBandwidth: 1000000000000001 | 1000 to 1000000000000000 bits per second",
        "egressBandwidth: 10M | 10000000 is 10 Mbit/s",
        "ingressBandwidth: 1.5 | 10000000 is 10 Mbit/s",
        "'ingressBandwidth: 1000, ingressBurst: 7' | 8 to 34359738360 bits",
        "'egressBandwidth: 1000, egressBurst: 34359738361' | 8 to 34359738360 bits",
        "egressBurst: 8000 | Give egressBandwidth too",
        "bandwidth: 8000 | ingressBandwidth, ingressBurst, egressBandwidth, egressBurst",
      })
  void saysWhatIsWrongWithALimit(String limits, String advice) {
    assertThatThrownBy(() ->
            DocumentReader.read(
                "web.yaml",
                "{apiVersion: v1, kind: workloadEndpoint, spec: {interfaceName: cali1, qosControls: {"
                    + limits
                    + "}}}"))
        .hasMessageContaining("qosControls")
        .hasMessageContaining(advice);
  }

  @Test
  void theStoredValueHasTheFieldsOfLaterVersionsOfCalico() {
    WorkloadEndpoint read =
        stored(
            """
            {"ingressBandwidth": 10000000, "ingressBurst": 524288, "egressBandwidth": 5000000000}\
            """);
    assertThat(read.spec().qosControls()).isEqualTo(BOTH);
    assertThat(StoredCodec.encodeWorkloadEndpoint(read))
        .endsWith(
            "\"qosControls\":{\"ingressBandwidth\":10000000,\"ingressBurst\":524288,\"egressBandwidth\":5000000000}}");
  }

  @Test
  void zerosAndOtherControlsLimitNothing() {
    assertThat(stored("{\"ingressBandwidth\": 0, \"egressPacketRate\": 1000}").spec().qosControls())
        .isNull();
    assertThat(stored("{\"ingressBandwidth\": 2000, \"ingressBurst\": 0}").spec().qosControls())
        .isEqualTo(new QosControls(new Limit(2000, null), null));
  }

  @Test
  void refusesStoredLimitsThatCannotBeMeant() {
    assertThatThrownBy(() -> stored("{\"egressBandwidth\": -5}"))
        .isInstanceOf(InvalidStoredValueException.class)
        .hasMessageContaining("qosControls, egress: bandwidth of -5 bits");
    assertThatThrownBy(() -> stored("{\"egressBandwidth\": \"5M\"}"))
        .isInstanceOf(InvalidStoredValueException.class)
        .hasMessageContaining("egressBandwidth");
  }

  private static WorkloadEndpoint stored(String limits) {
    return StoredCodec.decodeWorkloadEndpoint(
        KEY, "{\"state\": \"active\", \"name\": \"cali1\", \"qosControls\": " + limits + "}");
  }
}
