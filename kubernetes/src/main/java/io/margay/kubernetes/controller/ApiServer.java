package io.margay.kubernetes.controller;

import java.util.Optional;

/// What is asked of the API server directly, past the informers' caches, before anything is taken
/// away. Every method may throw what the client throws when the server cannot be asked.
interface ApiServer {

  /// The node that a pod runs on, empty text if it has none yet; nothing if there is no such pod.
  Optional<String> nodeOfPod(String namespace, String name);

  boolean hasNode(String name);
}
