package io.margay.linux;

import io.margay.kernel.contract.KernelWorld;
import io.margay.kernel.contract.TablesContract;
import org.junit.jupiter.api.extension.ExtendWith;

/// The tables of module kernel, on this machine's kernel.
@ExtendWith(FreshNetworkNamespace.class)
class TablesOnNftIptablesTest extends TablesContract {

  @Override
  protected KernelWorld openWorld() {
    Installed.assume("iptables-nft-restore");
    Installed.assume("ipset");
    return new RealKernelWorld(CommandIptables.Flavour.NFT);
  }
}
