package io.margay.kubernetes.controller;

/// What is asked of the API server directly, past the informers' caches, before anything is taken
/// away. Every method may throw what the client throws when the server cannot be asked.
interface ApiServer {

  boolean hasPod(String namespace, String name);

  boolean hasNode(String name);
}
