package io.margay.dataplane;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.kernel.fake.FakeKernel;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StartupCheckTest {

  private final FakeKernel kernel = new FakeKernel();

  @BeforeEach
  void aHostThatIsFit() {
    kernel.sysctls().set("net/ipv4/ip_forward", "1");
    kernel.addLink("eth0");
    kernel.setLinkUp("eth0");
    kernel.addAddress("eth0", "169.254.0.1/16");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "1"})
  void strictOrDefaultReversePathFilteringWillDo(String value) {
    kernel.sysctls().set("net/ipv4/conf/all/rp_filter", value);
    StartupCheck check = run(false);
    assertThat(check.refusal()).isNull();
    assertThat(check.warnings()).isEmpty();
    assertThat(kernel.writes("sysctl write")).containsExactly("net/ipv4/conf/default/rp_filter=1");
  }

  @ParameterizedTest
  @ValueSource(strings = {"2", "x"})
  void looseReversePathFilteringIsRefusedUnlessAskedFor(String value) {
    kernel.sysctls().set("net/ipv4/conf/all/rp_filter", value);
    assertThat(run(false).refusal()).contains("is " + value, "IgnoreLooseRPF");
    assertThat(run(true).refusal()).isNull();
    assertThat(run(true).warnings()).hasSize(1);
  }

  @Test
  void aValueThatCannotBeReadIsRefusedToo() {
    kernel.failAlways("sysctl read", "all/rp_filter", "EACCES");
    assertThat(run(false).refusal()).contains("cannot be read");
  }

  @Test
  void warnsOfAHostThatDoesNotForwardOrAnswerForTheGateway() {
    kernel.sysctls().set("net/ipv4/ip_forward", "0");
    kernel.removeAddress("eth0", "169.254.0.1/16");
    StartupCheck check = run(false);
    assertThat(check.refusal()).isNull();
    assertThat(check.warnings())
        .hasSize(2)
        .anyMatch(warning -> warning.contains("ip_forward is 0"))
        .anyMatch(warning -> warning.contains("no route to 169.254.1.1"));
  }

  private StartupCheck run(boolean ignoreLooseRpf) {
    return StartupCheck.run(kernel.sysctls(), kernel.routes(), ignoreLooseRpf);
  }
}
