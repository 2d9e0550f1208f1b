package io.margay.kernel.fake;

import io.margay.kernel.contract.IpSetsContract;
import io.margay.kernel.contract.IptablesContract;
import io.margay.kernel.contract.KernelMonitorContract;
import io.margay.kernel.contract.KernelWorld;
import io.margay.kernel.contract.LinksContract;
import io.margay.kernel.contract.NeighboursContract;
import io.margay.kernel.contract.RoutesContract;
import io.margay.kernel.contract.SysctlsContract;
import org.junit.jupiter.api.Nested;

/// The simulated kernel does what every kernel must.
class FakeKernelContractTest {

  @Nested
  class OfRoutes extends RoutesContract {
    private final KernelWorld world = new FakeKernel();

    @Override
    protected KernelWorld world() {
      return world;
    }
  }

  @Nested
  class OfNeighbours extends NeighboursContract {
    private final KernelWorld world = new FakeKernel();

    @Override
    protected KernelWorld world() {
      return world;
    }
  }

  @Nested
  class OfLinks extends LinksContract {
    private final KernelWorld world = new FakeKernel();

    @Override
    protected KernelWorld world() {
      return world;
    }
  }

  @Nested
  class OfKernelMonitor extends KernelMonitorContract {
    private final KernelWorld world = new FakeKernel();

    @Override
    protected KernelWorld world() {
      return world;
    }
  }

  @Nested
  class OfSysctls extends SysctlsContract {
    private final KernelWorld world = new FakeKernel();

    @Override
    protected KernelWorld world() {
      return world;
    }
  }

  @Nested
  class OfIptables extends IptablesContract {
    private final KernelWorld world = new FakeKernel();

    @Override
    protected KernelWorld world() {
      return world;
    }
  }

  @Nested
  class OfIpSets extends IpSetsContract {
    private final KernelWorld world = new FakeKernel();

    @Override
    protected KernelWorld world() {
      return world;
    }
  }
}
