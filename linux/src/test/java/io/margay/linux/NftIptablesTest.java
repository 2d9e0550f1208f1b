package io.margay.linux;

import io.margay.kernel.contract.IptablesContract;
import io.margay.kernel.contract.KernelWorld;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(FreshNetworkNamespace.class)
class NftIptablesTest extends IptablesContract {

  @Override
  protected KernelWorld openWorld() {
    Installed.assume("iptables-nft-restore");
    return new RealKernelWorld(CommandIptables.Flavour.NFT);
  }
}
