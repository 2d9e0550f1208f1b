package io.margay.kernel.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margay.kernel.KernelException;
import io.margay.kernel.shape.Shapers;
import io.margay.kernel.shape.ShapingTable;
import io.margay.kernel.shape.TokenBucket;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// The contract of [Shapers], and what [ShapingTable] makes of it.
public abstract class ShapersContract extends KernelContract {

  private static final String BUFFER = "bw-0123456789ab";
  private static final Shapers.State NOTHING = new Shapers.State(Map.of(), Set.of(), Map.of());

  private static final TokenBucket SLOW = new TokenBucket(125, 9_000, 131_072);
  private static final TokenBucket FAST = new TokenBucket(1_250_000, 131_072, 131_072);

  /// 100 Gbit/s, which 32 bits do not hold, and a burst that takes all of them.
  private static final TokenBucket FASTEST =
      new TokenBucket(12_500_000_000L, 0xffff_ffffL, 625_000_000);

  @Test
  void tellsOfALimitAsItWasGiven() {
    world().addLink("cali1");
    for (TokenBucket bucket : List.of(SLOW, FAST, FASTEST)) {
      world().shapers().limit("cali1", bucket);

      assertThat(world().shapers().read().buckets()).containsOnlyKeys("cali1");
      for (TokenBucket other : List.of(SLOW, FAST, FASTEST)) {
        assertThat(other.isLike(world().shapers().read().buckets().get("cali1")))
            .as("%s for %s", bucket, other)
            .isEqualTo(other.equals(bucket));
      }
    }
    world().shapers().unlimit("cali1");
    world().shapers().unlimit("cali1");
    assertThat(world().shapers().read()).isEqualTo(NOTHING);
  }

  @Test
  void aBurstThatLastsLongerThanLinuxCanTellIsStillKnown() {
    world().addLink("cali1");
    TokenBucket lastsDays = new TokenBucket(1_000, 0xffff_ffffL, 131_072);
    world().shapers().limit("cali1", lastsDays);
    assertThat(lastsDays.isLike(world().shapers().read().buckets().get("cali1"))).isTrue();
  }

  @Test
  void sendsWhatADeviceReceivesThroughABuffer() {
    world().addLink("cali1");
    world().shapers().makeBuffer(BUFFER, "limits what comes from cali1");
    world().shapers().makeBuffer(BUFFER, "limits what comes from cali1");
    assertThat(world().shapers().read())
        .isEqualTo(new Shapers.State(Map.of(), Set.of(BUFFER), Map.of()));

    world().shapers().redirect("cali1", BUFFER);
    assertThat(world().shapers().read())
        .isEqualTo(new Shapers.State(Map.of(), Set.of(BUFFER), Map.of("cali1", BUFFER)));

    world().shapers().stopRedirecting("cali1");
    world().shapers().stopRedirecting("cali1");
    world().shapers().removeBuffer(BUFFER);
    world().shapers().removeBuffer(BUFFER);
    assertThat(world().shapers().read()).isEqualTo(NOTHING);
  }

  @Test
  void aRedirectOutlivesItsBufferAndLeadsNowhere() {
    world().addLink("cali1");
    world().shapers().makeBuffer(BUFFER, "limits what comes from cali1");
    world().shapers().redirect("cali1", BUFFER);

    world().shapers().removeBuffer(BUFFER);

    assertThat(world().shapers().read())
        .isEqualTo(new Shapers.State(Map.of(), Set.of(), Map.of("cali1", "")));
  }

  @Test
  void aBufferThatIsDownIsNone() {
    world().shapers().makeBuffer(BUFFER, "limits what comes from cali1");
    world().setLinkDown(BUFFER);
    assertThat(world().shapers().read()).isEqualTo(NOTHING);

    world().shapers().makeBuffer(BUFFER, "limits what comes from cali1");
    assertThat(world().shapers().read().buffers()).containsExactly(BUFFER);
  }

  @Test
  void refusesDevicesThatAreNotThere() {
    assertThatThrownBy(() -> world().shapers().limit("cali1", FAST))
        .isInstanceOf(KernelException.class)
        .hasMessageContaining("ENODEV");
    world().addLink("cali1");
    assertThatThrownBy(() -> world().shapers().redirect("cali1", BUFFER))
        .isInstanceOf(KernelException.class)
        .hasMessageContaining("ENODEV");
    assertThatCode(
            () -> {
              world().shapers().unlimit("cali2");
              world().shapers().stopRedirecting("cali2");
            })
        .doesNotThrowAnyException();
  }

  @Test
  void aTableThatStartsAnewHasNothingToDo() {
    world().addLink("cali1");
    world().setLinkUp("cali1");
    ShapingTable table = table();
    assertThat(table.apply().failures()).isEmpty();
    assertThat(world().shapers().read().redirects())
        .isEqualTo(Map.of("cali1", ShapingTable.bufferOf("cali1")));

    ShapingTable next = table();
    assertThat(next.apply().changes()).isEmpty();
    assertThat(next.needsApply()).isFalse();

    next.want("cali1", null, null);
    assertThat(next.apply().failures()).isEmpty();
    assertThat(world().shapers().read()).isEqualTo(NOTHING);
  }

  private ShapingTable table() {
    ShapingTable table = new ShapingTable(world().shapers());
    world().links().list().forEach(table::onLink);
    table.want("cali1", FAST, FASTEST);
    return table;
  }
}
