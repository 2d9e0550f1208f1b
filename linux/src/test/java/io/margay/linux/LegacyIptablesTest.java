package io.margay.linux;

import io.margay.kernel.contract.IptablesContract;
import io.margay.kernel.contract.KernelWorld;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(FreshNetworkNamespace.class)
class LegacyIptablesTest extends IptablesContract {

  @Override
  protected KernelWorld openWorld() {
    Installed.assumeLegacyIptables();
    return new RealKernelWorld(CommandIptables.Flavour.LEGACY);
  }
}
