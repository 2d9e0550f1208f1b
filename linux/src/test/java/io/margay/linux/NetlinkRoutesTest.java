package io.margay.linux;

import io.margay.kernel.contract.KernelWorld;
import io.margay.kernel.contract.RoutesContract;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(FreshNetworkNamespace.class)
class NetlinkRoutesTest extends RoutesContract {

  @Override
  protected KernelWorld openWorld() {
    return new RealKernelWorld();
  }
}
