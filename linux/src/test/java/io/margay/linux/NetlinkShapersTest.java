package io.margay.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margay.kernel.KernelException;
import io.margay.kernel.contract.KernelWorld;
import io.margay.kernel.contract.ShapersContract;
import io.margay.kernel.shape.TokenBucket;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(FreshNetworkNamespace.class)
class NetlinkShapersTest extends ShapersContract {

  private static final TokenBucket BUCKET = new TokenBucket(1_250_000, 131_072, 131_072);

  @Override
  protected KernelWorld openWorld() {
    return new RealKernelWorld();
  }

  @Test
  void tcShowsWhatWasAskedFor() {
    limited();
    assertThat(tc("qdisc", "show", "dev", "cali1"))
        .contains("tbf ca11: root", "rate 10Mbit", "burst 128Kb", "clsact ffff:");
    assertThat(tc("filter", "show", "dev", "cali1", "ingress"))
        .contains("pref 51729 u32", "mirred (Egress Redirect to device bw-0123456789ab)");
  }

  @Test
  void leavesWhatOthersMade() {
    limited();
    tc("filter", "add", "dev", "cali1", "ingress", "pref", "7", "u32", "match", "u32", "0", "0");
    world().shapers().unlimit("cali1");
    world().shapers().stopRedirecting("cali1");
    assertThat(tc("filter", "show", "dev", "cali1", "ingress"))
        .contains("pref 7 u32")
        .doesNotContain("51729");

    tc("qdisc", "add", "dev", "cali1", "root", "handle", "7:", "htb");
    world().shapers().unlimit("cali1");
    assertThat(world().shapers().read().buckets()).isEmpty();
    assertThat(tc("qdisc", "show", "dev", "cali1")).contains("htb 7: root", "clsact ffff:");

    world().shapers().limit("cali1", BUCKET);
    assertThat(tc("qdisc", "show", "dev", "cali1"))
        .contains("tbf ca11: root")
        .doesNotContain("htb");
  }

  @Test
  void removesThePlaceOfFiltersWithTheLastOfThem() {
    limited();
    world().shapers().stopRedirecting("cali1");
    assertThat(tc("qdisc", "show", "dev", "cali1")).doesNotContain("clsact");
  }

  @Test
  void usesAPlaceOfFiltersThatIsThere() {
    world().addLink("cali1");
    tc("qdisc", "add", "dev", "cali1", "ingress");
    world().shapers().makeBuffer("bw-0123456789ab", "test");
    world().shapers().redirect("cali1", "bw-0123456789ab");
    assertThat(world().shapers().read().redirects()).containsEntry("cali1", "bw-0123456789ab");

    world().shapers().stopRedirecting("cali1");
    assertThat(world().shapers().read().redirects()).isEmpty();
    assertThat(tc("qdisc", "show", "dev", "cali1")).contains("ingress ffff:");
  }

  @Test
  void aNameIsTakenOnlyByADeviceOfTheKind() {
    IpCommand.run("link add bw-0123456789ab type bridge");
    IpCommand.run("link set bw-0123456789ab up");
    assertThat(world().shapers().read().buffers()).isEmpty();
    assertThatThrownBy(() -> world().shapers().limit("no-such-link", BUCKET))
        .isInstanceOf(KernelException.class);
  }

  private void limited() {
    world().addLink("cali1");
    world().shapers().limit("cali1", BUCKET);
    world().shapers().makeBuffer("bw-0123456789ab", "test");
    world().shapers().redirect("cali1", "bw-0123456789ab");
  }

  private static String tc(String... arguments) {
    Programs.Result result =
        new Programs().run(Stream.concat(Stream.of("tc"), Stream.of(arguments)).toList(), "");
    assertThat(result.exitCode()).as(result.stderr()).isZero();
    return result.stdout();
  }
}
