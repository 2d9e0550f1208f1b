package io.margay.ipam;

/// Names of what is noted down with an address, as later versions of Calico spell them.
public final class AttributeNames {

  /// The node that uses the address. What says so is given back when the node is removed.
  public static final String NODE = "node";

  /// The Kubernetes namespace of the pod that has it.
  public static final String NAMESPACE = "namespace";

  /// The pod that has it.
  public static final String POD = "pod";

  /// What it is for, if it is no workload's.
  public static final String TYPE = "type";

  private AttributeNames() {}
}
