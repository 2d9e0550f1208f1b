package io.margay.linux;

import io.margay.kernel.contract.IpSetsContract;
import io.margay.kernel.contract.KernelWorld;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(FreshNetworkNamespace.class)
class CommandIpSetsTest extends IpSetsContract {

  @Override
  protected KernelWorld openWorld() {
    Installed.assume("ipset");
    return new RealKernelWorld();
  }
}
