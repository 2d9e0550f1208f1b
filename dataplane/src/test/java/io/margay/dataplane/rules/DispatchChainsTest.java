package io.margay.dataplane.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margay.kernel.iptables.Chain;
import io.margay.kernel.iptables.Rule;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class DispatchChainsTest {

  private static final String UNKNOWN = "-m comment --comment \"Unknown interface\" --jump DROP";

  @Test
  void withoutWorkloadsEveryInterfaceIsUnknown() {
    assertThat(lines())
        .containsExactly("cali-from-wl-dispatch " + UNKNOWN, "cali-to-wl-dispatch " + UNKNOWN);
  }

  @Test
  void namesThatDifferInOneCharacterStandInTheRoots() {
    assertThat(lines("cali2", "cali1"))
        .containsExactly(
            "cali-from-wl-dispatch --in-interface cali1 --goto cali-fw-cali1",
            "cali-from-wl-dispatch --in-interface cali2 --goto cali-fw-cali2",
            "cali-from-wl-dispatch " + UNKNOWN,
            "cali-to-wl-dispatch --out-interface cali1 --goto cali-tw-cali1",
            "cali-to-wl-dispatch --out-interface cali2 --goto cali-tw-cali2",
            "cali-to-wl-dispatch " + UNKNOWN);
  }

  @Test
  void namesThatShareTheNextCharacterGetAChainOfTheirOwn() {
    assertThat(lines("cali124", "cali5", "cali123"))
        .containsExactly(
            "cali-from-wl-dispatch-1 --in-interface cali123 --goto cali-fw-cali123",
            "cali-from-wl-dispatch-1 --in-interface cali124 --goto cali-fw-cali124",
            "cali-from-wl-dispatch-1 " + UNKNOWN,
            "cali-to-wl-dispatch-1 --out-interface cali123 --goto cali-tw-cali123",
            "cali-to-wl-dispatch-1 --out-interface cali124 --goto cali-tw-cali124",
            "cali-to-wl-dispatch-1 " + UNKNOWN,
            "cali-from-wl-dispatch --in-interface cali1+ --goto cali-from-wl-dispatch-1",
            "cali-from-wl-dispatch --in-interface cali5 --goto cali-fw-cali5",
            "cali-from-wl-dispatch " + UNKNOWN,
            "cali-to-wl-dispatch --out-interface cali1+ --goto cali-to-wl-dispatch-1",
            "cali-to-wl-dispatch --out-interface cali5 --goto cali-tw-cali5",
            "cali-to-wl-dispatch " + UNKNOWN);
  }

  @Test
  void aNameThatBeginsAllOthersStandsInTheRoot() {
    assertThat(lines("calia", "calia1", "calia2").stream().filter(line -> line.contains("--in-")))
        .containsExactly(
            "cali-from-wl-dispatch --in-interface calia --goto cali-fw-calia",
            "cali-from-wl-dispatch --in-interface calia1 --goto cali-fw-calia1",
            "cali-from-wl-dispatch --in-interface calia2 --goto cali-fw-calia2");
  }

  @Test
  void aNameThatBeginsOthersOfItsBinStandsWithThem() {
    assertThat(lines("calia", "calia1", "calib").stream().filter(line -> line.contains("--in-")))
        .containsExactly(
            "cali-from-wl-dispatch-a --in-interface calia --goto cali-fw-calia",
            "cali-from-wl-dispatch-a --in-interface calia1 --goto cali-fw-calia1",
            "cali-from-wl-dispatch --in-interface calia+ --goto cali-from-wl-dispatch-a",
            "cali-from-wl-dispatch --in-interface calib --goto cali-fw-calib");
  }

  @Test
  void ordersNamesByByte() {
    assertThat(lines("cali_", "caliZ", "cali-", "calia", "cali0").stream())
        .filteredOn(line -> line.contains("--in-interface"))
        .extracting(line -> line.split(" ")[2])
        .containsExactly("cali-", "cali0", "caliZ", "cali_", "calia");
  }

  @Test
  void aSingleNameNeedsNoTree() {
    assertThat(lines("cali123"))
        .contains("cali-from-wl-dispatch --in-interface cali123 --goto cali-fw-cali123")
        .hasSize(4);
  }

  @Test
  void refusesAnEndpointWithoutInterface() {
    assertThatThrownBy(() -> lines("cali1", "")).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void hostEndpointRootsAreThereAndEmpty() {
    assertThat(DispatchChains.forHostEndpoints(List.of()))
        .containsExactly(
            new Chain("cali-from-host-endpoint", List.of()),
            new Chain("cali-to-host-endpoint", List.of()));
  }

  @Test
  void whatNoHostEndpointGovernsReturns() {
    assertThat(
            DispatchChains.forHostEndpoints(List.of("eth1", "bond0", "eth0")).stream()
                .flatMap(DispatchChainsTest::lines))
        .containsExactly(
            "cali-from-host-endpoint-e --in-interface eth0 --goto cali-fh-eth0",
            "cali-from-host-endpoint-e --in-interface eth1 --goto cali-fh-eth1",
            "cali-to-host-endpoint-e --out-interface eth0 --goto cali-th-eth0",
            "cali-to-host-endpoint-e --out-interface eth1 --goto cali-th-eth1",
            "cali-from-host-endpoint --in-interface bond0 --goto cali-fh-bond0",
            "cali-from-host-endpoint --in-interface e+ --goto cali-from-host-endpoint-e",
            "cali-to-host-endpoint --out-interface bond0 --goto cali-th-bond0",
            "cali-to-host-endpoint --out-interface e+ --goto cali-to-host-endpoint-e");
  }

  private static List<String> lines(String... interfaceNames) {
    return DispatchChains.forWorkloads(List.of(interfaceNames)).stream()
        .flatMap(DispatchChainsTest::lines)
        .toList();
  }

  private static Stream<String> lines(Chain chain) {
    return chain.rules().stream().map(Rule::body).map(body -> chain.name() + " " + body);
  }
}
