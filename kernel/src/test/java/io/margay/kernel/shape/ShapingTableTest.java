package io.margay.kernel.shape;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.kernel.ApplyOutcome;
import io.margay.kernel.KernelMonitor;
import io.margay.kernel.Link;
import io.margay.kernel.LinkAddress;
import io.margay.kernel.Route;
import io.margay.kernel.fake.FakeKernel;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ShapingTableTest {

  private static final TokenBucket SENT = new TokenBucket(1_250_000, 131_072, 131_072);
  private static final TokenBucket RECEIVED = new TokenBucket(2_500_000, 131_072, 131_072);
  private static final String BUFFER = ShapingTable.bufferOf("cali1");
  private static final Shapers.State NOTHING = new Shapers.State(Map.of(), Set.of(), Map.of());
  private static final Shapers.State BOTH =
      new Shapers.State(
          Map.of("cali1", SENT.kept(), BUFFER, RECEIVED.kept()),
          Set.of(BUFFER),
          Map.of("cali1", BUFFER));

  private final FakeKernel kernel = new FakeKernel();
  private final ShapingTable table = following(new ShapingTable(kernel.shapers()));

  private ShapingTable following(ShapingTable follower) {
    kernel
        .monitor()
        .subscribe(
            new KernelMonitor.Listener() {
              @Override
              public void onLink(Link link) {
                follower.onLink(link);
              }

              @Override
              public void onLinkRemoved(Link link) {
                follower.onLinkRemoved(link);
              }

              @Override
              public void onAddress(LinkAddress address) {}

              @Override
              public void onAddressRemoved(LinkAddress address) {}

              @Override
              public void onRoute(Route route) {}

              @Override
              public void onRouteRemoved(Route route) {}

              @Override
              public void onLost(String reason) {
                follower.invalidate();
              }
            });
    kernel.links().list().forEach(follower::onLink);
    return follower;
  }

  @Test
  void limitsBothDirectionsOnceTheDeviceIsThere() {
    table.want("cali1", SENT, RECEIVED);
    assertThat(table.apply().complete()).isTrue();
    assertThat(kernel.writes()).isEmpty();

    kernel.addLink("cali1");
    assertThat(table.needsApply()).isTrue();
    assertThat(table.apply().complete()).isTrue();

    assertThat(kernel.shapers().read()).isEqualTo(BOTH);
    assertThat(table.needsApply()).isFalse();
    assertThat(table.troubleOf("cali1")).isNull();
  }

  @Test
  void theBufferIsLimitedBeforePacketsGoThroughIt() {
    limited();
    assertThat(kernel.writes().stream().map(FakeKernel.Write::operation))
        .containsExactly("tc qdisc replace", "ip link add", "tc qdisc replace", "tc filter add");
  }

  @Test
  void changesWhatDiffersAndNothingElse() {
    limited();
    kernel.forgetWrites();
    table.want("cali1", RECEIVED, RECEIVED);
    table.apply();
    assertThat(kernel.writes()).hasSize(1);
    table.want("cali1", null, RECEIVED);
    table.apply();
    assertThat(kernel.shapers().read().buckets()).containsOnlyKeys(BUFFER);
    table.want("cali1", null, null);
    table.apply();
    assertThat(kernel.shapers().read()).isEqualTo(NOTHING);
    assertThat(kernel.links().list()).extracting(Link::name).doesNotContain(BUFFER);
  }

  @Test
  void stopsRedirectingBeforeTheBufferGoes() {
    limited();
    kernel.forgetWrites();
    table.want("cali1", null, null);
    table.apply();
    assertThat(kernel.writes().stream().map(FakeKernel.Write::operation))
        .containsExactly("tc qdisc delete", "tc filter delete", "ip link delete");
  }

  @Test
  void aDeviceThatGoesTakesItsBufferAlong() {
    limited();
    kernel.removeLink("cali1");
    table.apply();
    assertThat(kernel.shapers().read()).isEqualTo(NOTHING);

    kernel.addLink("cali1");
    ApplyOutcome<ShapingChange> outcome = table.apply();
    assertThat(kernel.shapers().read()).isEqualTo(BOTH);
    assertThat(outcome.changes()).noneMatch(ShapingChange::drift);
  }

  @Test
  void aBufferThatSomeoneRemovesIsPutBackAtOnce() {
    limited();
    kernel.outside(() -> kernel.removeLink(BUFFER));
    assertThat(table.needsApply()).isTrue();
    ApplyOutcome<ShapingChange> outcome = table.apply();
    assertThat(kernel.shapers().read()).isEqualTo(BOTH);
    assertThat(outcome.changes()).isNotEmpty().allMatch(ShapingChange::drift);
  }

  @Test
  void whatSomeoneChangesIsPutBackByTheNextLookAtTheKernel() {
    limited();
    kernel.outside(() -> {
      kernel.shapers().unlimit("cali1");
      kernel.shapers().stopRedirecting("cali1");
      kernel.shapers().limit(BUFFER, SENT);
    });
    table.invalidate();
    ApplyOutcome<ShapingChange> outcome = table.apply();
    assertThat(kernel.shapers().read()).isEqualTo(BOTH);
    assertThat(outcome.changes()).hasSize(3).allMatch(ShapingChange::drift);
  }

  @Test
  void removesWhatAnEarlierRunLeft() {
    limited();
    kernel.addLink("cali2");
    kernel.shapers().limit("cali2", SENT);
    kernel.shapers().makeBuffer(ShapingTable.bufferOf("cali3"), "of a device that is gone");

    ShapingTable next = following(new ShapingTable(kernel.shapers()));
    next.want("cali1", SENT, RECEIVED);
    next.apply();

    assertThat(kernel.shapers().read()).isEqualTo(BOTH);
  }

  @Test
  void aKernelThatCannotLimitIsNoFailureAndIsNotTriedAgain() {
    kernel.failAlways("ip link add", "bw-", "EOPNOTSUPP (Operation not supported)");
    limited();
    assertThat(table.needsApply()).isFalse();
    assertThat(table.troubleOf("cali1")).contains("cannot limit", "EOPNOTSUPP");

    kernel.heal();
    table.invalidate();
    table.apply();
    assertThat(table.troubleOf("cali1")).isNull();
    assertThat(kernel.shapers().read()).isEqualTo(BOTH);
  }

  @Test
  void whatIsRefusedStaysWanted() {
    kernel.failNext("tc qdisc replace", "ENOBUFS (No buffer space available)");
    kernel.addLink("cali1");
    table.want("cali1", SENT, RECEIVED);
    assertThat(table.apply().failures()).hasSize(1);
    assertThat(table.troubleOf("cali1")).isNotNull();
    assertThat(table.needsApply()).isTrue();
    assertThat(table.apply().complete()).isTrue();
    assertThat(table.troubleOf("cali1")).isNull();
    assertThat(kernel.shapers().read()).isEqualTo(BOTH);
  }

  private void limited() {
    kernel.addLink("cali1");
    table.want("cali1", SENT, RECEIVED);
    assertThat(table.apply().failures()).isEmpty();
  }
}
