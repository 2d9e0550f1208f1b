package io.margay.attach;

import io.margay.model.ResourceKey.WorkloadEndpointKey;
import java.time.Duration;

/// Tells when packets can flow through an endpoint as its policy says.
public interface EndpointReadiness {

  /// Waits until the kernel has the endpoint's rules and routes.
  ///
  /// @return false if it has not after the time
  boolean await(WorkloadEndpointKey endpoint, Duration limit) throws InterruptedException;
}
