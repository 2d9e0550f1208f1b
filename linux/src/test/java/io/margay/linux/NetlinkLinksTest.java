package io.margay.linux;

import io.margay.kernel.contract.KernelWorld;
import io.margay.kernel.contract.LinksContract;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(FreshNetworkNamespace.class)
class NetlinkLinksTest extends LinksContract {

  @Override
  protected KernelWorld openWorld() {
    return new RealKernelWorld();
  }
}
