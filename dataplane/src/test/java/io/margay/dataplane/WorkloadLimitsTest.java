package io.margay.dataplane;

import static io.margay.dataplane.golden.SeedScenario.key;
import static org.assertj.core.api.Assertions.assertThat;

import io.margay.calc.output.AskedPolicies;
import io.margay.calc.output.NodeUpdate.LocalWorkload;
import io.margay.calc.output.NodeUpdate.WorkloadEndpointActive;
import io.margay.calc.output.NodeUpdate.WorkloadEndpointInactive;
import io.margay.dataplane.golden.SeedScenario;
import io.margay.kernel.fake.FakeKernel;
import io.margay.kernel.shape.Shapers;
import io.margay.kernel.shape.ShapingTable;
import io.margay.kernel.shape.TokenBucket;
import io.margay.model.QosControls;
import io.margay.model.QosControls.Limit;
import io.margay.net.IpPrefix;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class WorkloadLimitsTest {

  private static final String BUFFER = ShapingTable.bufferOf("cali1");
  private static final Shapers.State NOTHING = new Shapers.State(Map.of(), Set.of(), Map.of());

  /// 80 Mbit/s to it with a burst of 8 Mbit, 16 Gbit/s from it.
  private static final QosControls LIMITS =
      new QosControls(new Limit(80_000_000, 8_000_000L), new Limit(16_000_000_000L, null));

  private static final Shapers.State LIMITED =
      new Shapers.State(
          Map.of(
              "cali1",
              new TokenBucket(10_000_000, 1_000_000, 500_000).kept(),
              BUFFER,
              new TokenBucket(2_000_000_000, 20_000_000, 100_000_000).kept()),
          Set.of(BUFFER),
          Map.of("cali1", BUFFER));

  private final Host host = new Host();

  @BeforeEach
  void limitedWorkload() {
    host.addLinks("cali1");
    host.tell(active("cali1", LIMITS));
    host.settle();
  }

  @Test
  void whatGoesToTheWorkloadIsWhatItsInterfaceSends() {
    assertThat(host.kernel.shapers().read()).isEqualTo(LIMITED);
    assertThat(host.statuses).containsEntry(key("host", "a"), EndpointStatus.UP);
  }

  @Test
  void theyAreInPlaceBeforeTheRouteThatLeadsPacketsThere() {
    assertThat(host.kernel.writes())
        .extracting(FakeKernel.Write::operation)
        .containsSubsequence("tc qdisc replace", "tc filter add", "ip route add");
  }

  @Test
  void smallBucketsHoldAPacketAndUnnamedOnesTwoLargeOnes() {
    assertThat(WorkloadLimits.bucket(new Limit(1000, 8L), 9000))
        .isEqualTo(new TokenBucket(125, 9018, 131_072));
    assertThat(WorkloadLimits.bucket(new Limit(1000, null), 1500))
        .isEqualTo(new TokenBucket(125, 131_072, 131_072));
    assertThat(WorkloadLimits.bucket(new Limit(1_000_000_000_000_000L, null), 1500))
        .isEqualTo(new TokenBucket(125_000_000_000_000L, 0xffff_ffffL, 0xffff_ffffL));
  }

  @Test
  void aRestartWithNothingChangedWritesNothing() {
    host.kernel.forgetWrites();
    host.restart();
    host.tell(active("cali1", LIMITS));
    assertThat(host.settle().changes()).isEmpty();
    assertThat(host.kernel.writes()).isEmpty();
    assertThat(host.dataplane().needsApply()).isFalse();
  }

  @Test
  void whatSomeoneRemovesIsPutBack() {
    host.outside(kernel -> kernel.shapers().unlimit("cali1"));
    host.dataplane().resync();
    assertThat(host.dataplane().applyOnce().repairs()).hasSize(1);
    assertThat(host.kernel.shapers().read()).isEqualTo(LIMITED);
  }

  @Test
  void limitsGoWithTheirEndpointOrWhenItNamesNone() {
    host.tell(active("cali1", null));
    host.settle();
    assertThat(host.kernel.shapers().read()).isEqualTo(NOTHING);

    host.tell(active("cali1", LIMITS));
    host.settle();
    assertThat(host.kernel.shapers().read()).isEqualTo(LIMITED);

    host.tell(new WorkloadEndpointInactive(key("host", "a")));
    host.settle();
    assertThat(host.kernel.shapers().read()).isEqualTo(NOTHING);
  }

  @Test
  void limitsOfAnEndpointThatWentWhileNoAgentRanGo() {
    host.restart();
    host.settle();
    assertThat(host.kernel.shapers().read()).isEqualTo(NOTHING);
  }

  @Test
  void limitsMoveWithTheEndpointToAnotherInterface() {
    host.addLinks("cali2");
    host.tell(active("cali2", LIMITS));
    host.settle();
    assertThat(host.kernel.shapers().read().buckets())
        .containsOnlyKeys("cali2", ShapingTable.bufferOf("cali2"));
  }

  @Test
  void anInterfaceThatIsNoWorkloadsKeepsWhatItHas() {
    host.addLinks("eth0");
    host.tell(active("eth0", LIMITS));
    host.settle();
    assertThat(host.kernel.shapers().read()).isEqualTo(NOTHING);
  }

  @Test
  void aKernelThatCannotLimitSaysSoInTheStatusAndTheRestGoesOn() {
    host.kernel.failAlways("tc qdisc replace", "cali2", "ENOENT (No such file or directory)");
    host.addLinks("cali2");
    host.tell(new WorkloadEndpointActive(key("host", "b"), workload("cali2", "10.0.0.2", LIMITS)));
    ApplyReport report = host.settle();
    assertThat(report.complete()).isTrue();
    assertThat(host.routes()).contains("10.0.0.2/32 dev cali2");
    assertThat(host.statuses).containsEntry(key("host", "b"), EndpointStatus.ERROR);
    assertThat(host.dataplane().view().endpoints())
        .anySatisfy(endpoint ->
            assertThat(endpoint.reason()).contains("cannot limit its bandwidth", "ENOENT"));
    assertThat(host.dataplane().needsApply()).isFalse();

    host.kernel.heal();
    host.dataplane().resync();
    host.dataplane().applyOnce();
    assertThat(host.statuses).containsEntry(key("host", "b"), EndpointStatus.UP);
  }

  @Test
  void cleaningTakesThemOut() {
    assertThat(Cleanup.run(SeedScenario.CONFIG, host.access()).failures()).isEmpty();
    assertThat(host.kernel.shapers().read()).isEqualTo(NOTHING);
  }

  private static WorkloadEndpointActive active(String interfaceName, @Nullable QosControls limits) {
    return new WorkloadEndpointActive(
        key("host", "a"), workload(interfaceName, "10.0.0.1", limits));
  }

  private static LocalWorkload workload(
      String interfaceName, String address, @Nullable QosControls limits) {
    return new LocalWorkload(
        interfaceName,
        true,
        null,
        List.of(IpPrefix.parse(address + "/32")),
        List.of(),
        AskedPolicies.NONE,
        List.of(),
        limits);
  }
}
