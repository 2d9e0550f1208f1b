package io.margay.attach.cni;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

/// How to reach the API of Kubernetes. Everything may be missing.
///
/// @param apiRoot without a path
/// @param nodeName what the node is called there; null if like the agent's
public record KubernetesAccess(
    @Nullable String kubeconfig,
    @Nullable String apiRoot,
    @Nullable String token,
    @Nullable String clientCertificate,
    @Nullable String clientKey,
    @Nullable String certificateAuthority,
    @Nullable String nodeName) {

  /// The fields below `kubernetes` come before those below `policy`.
  static KubernetesAccess of(JsonNode config) {
    JsonNode kubernetes = config.path("kubernetes");
    JsonNode policy = config.path("policy");
    String root = text(kubernetes, "k8s_api_root");
    if (root == null) {
      root = text(policy, "k8s_api_root");
    }
    return new KubernetesAccess(
        text(kubernetes, "kubeconfig"),
        root == null ? null : root.split("/api/", 2)[0],
        text(policy, "k8s_auth_token"),
        text(policy, "k8s_client_certificate"),
        text(policy, "k8s_client_key"),
        text(policy, "k8s_certificate_authority"),
        text(kubernetes, "node_name"));
  }

  private static @Nullable String text(JsonNode from, String name) {
    String text = from.path(name).asText();
    return text.isEmpty() ? null : text;
  }
}
