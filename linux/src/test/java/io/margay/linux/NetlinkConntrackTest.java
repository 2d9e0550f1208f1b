package io.margay.linux;

import io.margay.kernel.contract.ConntrackContract;
import io.margay.kernel.contract.KernelWorld;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(FreshNetworkNamespace.class)
class NetlinkConntrackTest extends ConntrackContract {

  @Override
  protected KernelWorld openWorld() {
    Installed.assume("conntrack");
    return new RealKernelWorld();
  }
}
