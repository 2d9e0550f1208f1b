package io.margay.linux;

import io.margay.kernel.contract.KernelWorld;
import io.margay.kernel.contract.NeighboursContract;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(FreshNetworkNamespace.class)
class NetlinkNeighboursTest extends NeighboursContract {

  @Override
  protected KernelWorld openWorld() {
    return new RealKernelWorld();
  }
}
