package io.margay.linux;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.kernel.iptables.Table;
import io.margay.linux.CommandIptables.Flavour;
import io.margay.net.IpFamily;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// Whether others wrote rules, by the kernel's count of transactions.
@ExtendWith(FreshNetworkNamespace.class)
class NftGenerationTest {

  private LinuxKernel kernel;

  @BeforeEach
  void open() {
    Installed.assume("iptables-nft-restore");
    kernel = LinuxKernel.open(Flavour.NFT);
    kernel.iptables().restore(IpFamily.IPV4, "*filter\n:cali-a - -\nCOMMIT\n");
  }

  @AfterEach
  void close() {
    kernel.close();
  }

  @Test
  void ourOwnWritesAndReadsAreNoForeignOnes() {
    OptionalLong before = kernel.iptables().foreignWrites();
    assertThat(before).isPresent();

    kernel.iptables().restore(IpFamily.IPV4, "*filter\n-A cali-a -j DROP\nCOMMIT\n");
    kernel.iptables().restore(IpFamily.IPV4, "*filter\n-R cali-a 1 -j RETURN\nCOMMIT\n");
    kernel.iptables().restore(IpFamily.IPV6, "*raw\n:cali-b - -\nCOMMIT\n");
    kernel.iptables().save(IpFamily.IPV4, Table.FILTER);

    assertThat(kernel.iptables().foreignWrites()).isEqualTo(before);
  }

  @Test
  void thoseOfOthersAre() {
    OptionalLong before = kernel.iptables().foreignWrites();

    new Programs().run(List.of("iptables-nft", "-A", "cali-a", "-j", "DROP"), "");
    OptionalLong after = kernel.iptables().foreignWrites();
    assertThat(after).isPresent().isNotEqualTo(before);

    kernel.iptables().restore(IpFamily.IPV4, "*filter\n-A cali-a -j RETURN\nCOMMIT\n");
    assertThat(kernel.iptables().foreignWrites()).isEqualTo(after);
  }

  @Test
  void withIptablesLegacyNobodyCanTell() {
    Installed.assume("iptables-legacy-restore");
    try (LinuxKernel legacy = LinuxKernel.open(Flavour.LEGACY)) {
      assertThat(legacy.iptables().foreignWrites()).isEmpty();
    }
  }
}
