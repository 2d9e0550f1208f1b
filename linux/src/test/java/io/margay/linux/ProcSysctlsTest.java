package io.margay.linux;

import io.margay.kernel.contract.KernelWorld;
import io.margay.kernel.contract.SysctlsContract;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(FreshNetworkNamespace.class)
class ProcSysctlsTest extends SysctlsContract {

  @Override
  protected KernelWorld openWorld() {
    return new RealKernelWorld();
  }
}
