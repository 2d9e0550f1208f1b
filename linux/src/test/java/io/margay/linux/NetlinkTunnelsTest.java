package io.margay.linux;

import io.margay.kernel.contract.KernelWorld;
import io.margay.kernel.contract.TunnelsContract;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(FreshNetworkNamespace.class)
class NetlinkTunnelsTest extends TunnelsContract {

  @Override
  protected KernelWorld openWorld() {
    return new RealKernelWorld();
  }
}
