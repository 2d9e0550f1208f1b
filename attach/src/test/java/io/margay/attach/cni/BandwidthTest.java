package io.margay.attach.cni;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.margay.model.QosControls;
import io.margay.model.QosControls.Limit;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class BandwidthTest {

  private final List<String> wrong = new ArrayList<>();

  private @Nullable QosControls limits(String bandwidth) throws Exception {
    return Bandwidth.of(
        new JsonMapper().readTree("{\"runtimeConfig\": {\"bandwidth\": " + bandwidth + "}}"),
        wrong);
  }

  @Test
  void whatGoesToTheContainerIsIngress() throws Exception {
    assertThat(
            limits("{\"ingressRate\": 10000000, \"ingressBurst\": 8000, \"egressRate\": 5000000}"))
        .isEqualTo(new QosControls(new Limit(10_000_000, 8000L), new Limit(5_000_000, null)));
    assertThat(wrong).isEmpty();
  }

  @Test
  void noneAndZeroLimitNothing() throws Exception {
    assertThat(Bandwidth.of(new JsonMapper().readTree("{}"), wrong)).isNull();
    assertThat(limits("{\"ingressRate\": 0, \"ingressBurst\": 4294967295}")).isNull();
    assertThat(wrong).isEmpty();
  }

  @Test
  void burstsThatMeanNoneInParticularAreTheLargest() throws Exception {
    assertThat(limits("{\"egressRate\": 1000, \"egressBurst\": 18446744073709551615}"))
        .isEqualTo(new QosControls(null, new Limit(1000, Limit.MOST_BURST)));
    assertThat(wrong).isEmpty();
  }

  @Test
  void saysWhatIsWrong() throws Exception {
    assertThat(limits("{\"ingressRate\": \"fast\", \"egressRate\": 999}")).isNull();
    assertThat(wrong)
        .containsExactly(
            "runtimeConfig.bandwidth.ingressRate is \"fast\", expected a number of bits",
            "runtimeConfig.bandwidth, egress: bandwidth of 999 bits, expected 1000 to 1000000000000000");
  }
}
