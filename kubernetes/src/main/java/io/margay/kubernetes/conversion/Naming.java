package io.margay.kubernetes.conversion;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;

/// How resources made from Kubernetes objects are called. The network plugin, the controller and
/// whoever reads the datastore must agree on it.
public enum Naming {
  /// Calico 2.1: `k8s_ns.NAMESPACE`, `NAMESPACE.POLICY`.
  CALICO_2("k8s_ns.", "", "k8s_ns/label/", "calico/k8s_ns"),

  /// Calico 3: `kns.NAMESPACE`, `knp.default.NAMESPACE.POLICY`.
  CALICO_3("kns.", "knp.default.", "pcns.", "projectcalico.org/namespace");

  /// The orchestrator of pods' endpoints.
  public static final String ORCHESTRATOR = "k8s";

  private static final int LONGEST_NAME = 128;
  private static final int HASH_DIGITS = 16;

  private final String profilePrefix;
  private final String policyPrefix;
  private final String namespaceLabelPrefix;
  private final String namespaceLabel;

  Naming(
      String profilePrefix,
      String policyPrefix,
      String namespaceLabelPrefix,
      String namespaceLabel) {
    this.profilePrefix = profilePrefix;
    this.policyPrefix = policyPrefix;
    this.namespaceLabelPrefix = namespaceLabelPrefix;
    this.namespaceLabel = namespaceLabel;
  }

  /// The profile of all pods of a namespace.
  public String profile(String namespace) {
    return profilePrefix + namespace;
  }

  /// The namespace of such a profile.
  public Optional<String> namespaceOfProfile(String profile) {
    return profile.startsWith(profilePrefix)
        ? Optional.of(profile.substring(profilePrefix.length()))
        : Optional.empty();
  }

  /// The policy made from a NetworkPolicy. Kubernetes allows longer names than a policy may have;
  /// the end of such a name gives way to a hash of the whole.
  public String policy(String namespace, String name) {
    return fit(policyPrefix + namespace + "." + name);
  }

  /// What a label of a namespace is called on the profile.
  public String namespaceLabel(String label) {
    return namespaceLabelPrefix + label;
  }

  /// The label of a pod's endpoint that holds its namespace.
  public String namespaceLabel() {
    return namespaceLabel;
  }

  /// The label of a pod's endpoint that holds the number of one of its named ports. (No resource of
  /// Calico 2.1 knows a port by name.)
  ///
  /// @param protocol in small letters
  /// @param port 1 to 15 letters, digits and hyphens (RFC 6335 §5.1)
  public String portLabel(String protocol, String port) {
    return portLabelPrefix() + protocol + "." + port;
  }

  /// What the names of all labels for ports begin with.
  String portLabelPrefix() {
    return "calico/k8s_port.";
  }

  /// The workload of a pod's endpoint.
  public String workload(String namespace, String pod) {
    return namespace + "." + pod;
  }

  private static String fit(String name) {
    if (name.length() <= LONGEST_NAME) {
      return name;
    }
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(name.getBytes(StandardCharsets.UTF_8));
      return name.substring(0, LONGEST_NAME - HASH_DIGITS - 1)
          + "-"
          + HexFormat.of().formatHex(hash).substring(0, HASH_DIGITS);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
