package io.margay.dataplane;

import io.margay.model.ResourceKey.HostEndpointKey;
import io.margay.model.ResourceKey.WorkloadEndpointKey;

/// Is told how endpoints stand, at the end of an apply and only if it changed. Called by the
/// dataplane's own thread.
public interface EndpointStatusListener {

  /// For whom statuses are no concern.
  EndpointStatusListener NONE =
      new EndpointStatusListener() {
        @Override
        public void onStatus(WorkloadEndpointKey endpoint, EndpointStatus status) {}

        @Override
        public void onRemoved(WorkloadEndpointKey endpoint) {}

        @Override
        public void onStatus(HostEndpointKey endpoint, EndpointStatus status) {}

        @Override
        public void onRemoved(HostEndpointKey endpoint) {}
      };

  void onStatus(WorkloadEndpointKey endpoint, EndpointStatus status);

  /// The endpoint is no longer this node's.
  void onRemoved(WorkloadEndpointKey endpoint);

  void onStatus(HostEndpointKey endpoint, EndpointStatus status);

  /// The endpoint is no longer this node's.
  void onRemoved(HostEndpointKey endpoint);
}
