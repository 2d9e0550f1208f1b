package io.margay.kernel.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margay.kernel.KernelException;
import io.margay.kernel.Sysctls;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The contract of [Sysctls], on the parameters the data plane writes.
public abstract class SysctlsContract extends KernelContract {

  @Test
  void readsBackWhatItWroteForTheWholeHost() {
    sysctls().write("net/ipv4/ip_forward", "1");

    assertThat(sysctls().read("net/ipv4/ip_forward")).hasValue("1");

    sysctls().write("net/ipv4/ip_forward", "0");

    assertThat(sysctls().read("net/ipv4/ip_forward")).hasValue("0");
  }

  @Test
  void writesEveryParameterOfAWorkloadsInterface() {
    world().addLink("cali0");

    List<String> parameters =
        List.of(
            "net/ipv4/conf/cali0/rp_filter",
            "net/ipv4/conf/cali0/route_localnet",
            "net/ipv4/conf/cali0/proxy_arp",
            "net/ipv4/conf/cali0/forwarding",
            "net/ipv6/conf/cali0/proxy_ndp",
            "net/ipv6/conf/cali0/forwarding");
    for (String parameter : parameters) {
      sysctls().write(parameter, "1");
      assertThat(sysctls().read(parameter)).as(parameter).hasValue("1");
    }
    sysctls().write("net/ipv4/neigh/cali0/proxy_delay", "0");
    assertThat(sysctls().read("net/ipv4/neigh/cali0/proxy_delay")).hasValue("0");
  }

  @Test
  void keepsTheParametersOfTwoInterfacesApart() {
    world().addLink("cali0");
    world().addLink("cali1");
    sysctls().write("net/ipv4/conf/cali1/proxy_arp", "0");

    sysctls().write("net/ipv4/conf/cali0/proxy_arp", "1");

    assertThat(sysctls().read("net/ipv4/conf/cali1/proxy_arp")).hasValue("0");
  }

  @Test
  void hasNoParametersForAnInterfaceThatIsNotThere() {
    assertThat(sysctls().read("net/ipv4/conf/cali0/proxy_arp")).isEmpty();
    assertThatThrownBy(() -> sysctls().write("net/ipv4/conf/cali0/proxy_arp", "1"))
        .isInstanceOf(KernelException.class)
        .hasMessageContaining("net/ipv4/conf/cali0/proxy_arp");

    world().addLink("cali0");
    world().removeLink("cali0");

    assertThat(sysctls().read("net/ipv4/conf/cali0/proxy_arp")).isEmpty();
  }

  private Sysctls sysctls() {
    return world().sysctls();
  }
}
