package io.margay.libnetwork;

import java.util.Map;
import java.util.Optional;

/// What Docker knows and does not tell its drivers. Calls block.
interface Docker {

  /// The name of a network, by its id.
  ///
  /// @throws RefusedException if Docker does not answer, or knows no such network
  String networkName(String networkId);

  /// The labels of the container that an endpoint is of; empty as long as Docker knows none.
  ///
  /// @throws RefusedException if Docker does not answer
  Optional<Map<String, String>> labels(String networkId, String endpointId);
}
