package io.margay.model;

/// The seven kinds of resources.
public enum Kind {
  NODE("node"),
  BGP_PEER("bgpPeer"),
  HOST_ENDPOINT("hostEndpoint"),
  WORKLOAD_ENDPOINT("workloadEndpoint"),
  IP_POOL("ipPool"),
  POLICY("policy"),
  PROFILE("profile");

  private final String text;

  Kind(String text) {
    this.text = text;
  }

  /// The kind as documents spell it, matched exactly.
  @Override
  public String toString() {
    return text;
  }
}
