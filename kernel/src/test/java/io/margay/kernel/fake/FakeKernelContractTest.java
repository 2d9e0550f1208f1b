package io.margay.kernel.fake;

import io.margay.kernel.contract.ConntrackContract;
import io.margay.kernel.contract.IpSetsContract;
import io.margay.kernel.contract.IptablesContract;
import io.margay.kernel.contract.KernelMonitorContract;
import io.margay.kernel.contract.KernelWorld;
import io.margay.kernel.contract.LinksContract;
import io.margay.kernel.contract.NeighboursContract;
import io.margay.kernel.contract.RoutesContract;
import io.margay.kernel.contract.ShapersContract;
import io.margay.kernel.contract.SysctlsContract;
import io.margay.kernel.contract.TablesContract;
import io.margay.kernel.contract.TunnelsContract;
import org.junit.jupiter.api.Nested;

/// The simulated kernel does what every kernel must.
class FakeKernelContractTest {

  @Nested
  class OfRoutes extends RoutesContract {
    @Override
    protected KernelWorld openWorld() {
      return new FakeKernel();
    }
  }

  @Nested
  class OfNeighbours extends NeighboursContract {
    @Override
    protected KernelWorld openWorld() {
      return new FakeKernel();
    }
  }

  @Nested
  class OfLinks extends LinksContract {
    @Override
    protected KernelWorld openWorld() {
      return new FakeKernel();
    }
  }

  @Nested
  class OfKernelMonitor extends KernelMonitorContract {
    @Override
    protected KernelWorld openWorld() {
      return new FakeKernel();
    }
  }

  @Nested
  class OfSysctls extends SysctlsContract {
    @Override
    protected KernelWorld openWorld() {
      return new FakeKernel();
    }
  }

  @Nested
  class OfTunnels extends TunnelsContract {
    @Override
    protected KernelWorld openWorld() {
      return new FakeKernel();
    }
  }

  @Nested
  class OfShapers extends ShapersContract {
    @Override
    protected KernelWorld openWorld() {
      return new FakeKernel();
    }
  }

  @Nested
  class OfConntrack extends ConntrackContract {
    @Override
    protected KernelWorld openWorld() {
      return new FakeKernel();
    }
  }

  @Nested
  class OfIptables extends IptablesContract {
    @Override
    protected KernelWorld openWorld() {
      return new FakeKernel();
    }
  }

  @Nested
  class OfIpSets extends IpSetsContract {
    @Override
    protected KernelWorld openWorld() {
      return new FakeKernel();
    }
  }

  @Nested
  class OfTables extends TablesContract {
    @Override
    protected KernelWorld openWorld() {
      return new FakeKernel();
    }
  }
}
