package io.margay.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.kernel.SysctlTable.SysctlChange;
import io.margay.kernel.fake.FakeKernel;
import org.junit.jupiter.api.Test;

class SysctlTableTest {

  private static final String PROXY_ARP = "net/ipv4/conf/cali1/proxy_arp";
  private static final String RP_FILTER = "net/ipv4/conf/cali1/rp_filter";

  private final FakeKernel kernel = new FakeKernel();
  private final SysctlTable table = new SysctlTable(kernel.sysctls());

  @Test
  void writesOnlyWhatDiffers() {
    kernel.addLink("cali1");
    kernel.sysctls().set(RP_FILTER, "1");
    table.put(RP_FILTER, "1");
    table.put(PROXY_ARP, "1");

    assertThat(table.apply().changes()).containsExactly(new SysctlChange(PROXY_ARP, "0", "1"));

    assertThat(kernel.writes("sysctl write")).containsExactly(PROXY_ARP + "=1");
    assertThat(table.isSettled(PROXY_ARP)).isTrue();
    assertThat(table.needsApply()).isFalse();
  }

  @Test
  void keepsTryingAParameterThatIsNotThereYet() {
    table.put(PROXY_ARP, "1");

    assertThat(table.apply().failures()).singleElement().asString().contains(PROXY_ARP);
    assertThat(table.isSettled(PROXY_ARP)).isFalse();

    kernel.addLink("cali1");
    assertThat(table.apply().complete()).isTrue();
    assertThat(kernel.sysctls().read(PROXY_ARP)).hasValue("1");
  }

  @Test
  void looksAgainWhenAskedTo() {
    kernel.addLink("cali1");
    table.put(PROXY_ARP, "1");
    table.apply();
    kernel.sysctls().set(PROXY_ARP, "0");
    assertThat(table.apply().changes()).isEmpty();

    table.invalidate();
    table.apply();
    assertThat(kernel.sysctls().read(PROXY_ARP)).hasValue("1");

    kernel.removeLink("cali1");
    kernel.addLink("cali1");
    table.put(PROXY_ARP, "1");
    table.apply();
    assertThat(kernel.sysctls().read(PROXY_ARP)).hasValue("1");
  }

  @Test
  void leavesAParameterThatIsNoLongerWanted() {
    kernel.addLink("cali1");
    table.put(PROXY_ARP, "1");
    table.remove(PROXY_ARP);

    assertThat(table.apply().changes()).isEmpty();
    assertThat(kernel.writes()).isEmpty();
  }
}
