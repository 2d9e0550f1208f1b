package io.margay.kubernetes;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.margay.attach.AttachException;
import io.margay.attach.AttachException.Reason;
import io.margay.attach.cni.KubernetesAccess;
import io.margay.attach.cni.PodSource;
import java.io.File;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Pods and nodes by the API server. One client is kept for the access that was asked for last, as
/// that is the same for all pods of a host. Any thread may call.
public final class ApiPods implements PodSource, AutoCloseable {

  private static final int LIMIT_MILLIS = 10_000;

  private @Nullable KubernetesAccess access;
  private @Nullable KubernetesClient client;

  @Override
  public Optional<Pod> pod(KubernetesAccess access, String namespace, String name) {
    return ask(
        access,
        "pod %s in namespace %s".formatted(name, namespace),
        api ->
            Optional.ofNullable(api.pods().inNamespace(namespace).withName(name).get())
                .map(pod ->
                    new Pod(
                        orNone(pod.getMetadata().getLabels()),
                        orNone(pod.getMetadata().getAnnotations()))));
  }

  private static Map<String, String> orNone(@Nullable Map<String, String> map) {
    return Objects.requireNonNullElse(map, Map.of());
  }

  @Override
  public Optional<String> podCidr(KubernetesAccess access, String node) {
    return ask(
        access,
        "node " + node,
        api ->
            Optional.ofNullable(api.nodes().withName(node).get())
                .map(found -> found.getSpec().getPodCIDR()));
  }

  private <T> T ask(KubernetesAccess access, String what, Function<KubernetesClient, T> question) {
    try {
      return question.apply(client(access));
    } catch (KubernetesClientException e) {
      throw new AttachException(
          Reason.TRY_AGAIN,
          "the API of Kubernetes does not tell of %s: %s. Check kubernetes.kubeconfig or policy.k8s_api_root in the network's configuration."
              .formatted(what, e.getMessage()),
          e);
    }
  }

  private synchronized KubernetesClient client(KubernetesAccess wanted) {
    KubernetesClient kept = client;
    if (kept != null && wanted.equals(access)) {
      return kept;
    }
    KubernetesClient fresh = new KubernetesClientBuilder().withConfig(config(wanted)).build();
    if (kept != null) {
      kept.close();
    }
    client = fresh;
    access = wanted;
    return fresh;
  }

  private static Config config(KubernetesAccess access) {
    ConfigBuilder config = new ConfigBuilder(base(access.kubeconfig()));
    config.withRequestTimeout(LIMIT_MILLIS).withConnectionTimeout(LIMIT_MILLIS);
    config.withRequestRetryBackoffLimit(0);
    if (access.apiRoot() != null) {
      config.withMasterUrl(access.apiRoot());
    }
    if (access.token() != null) {
      config.withOauthToken(access.token());
    }
    if (access.clientCertificate() != null) {
      config.withClientCertFile(access.clientCertificate());
    }
    if (access.clientKey() != null) {
      config.withClientKeyFile(access.clientKey());
    }
    if (access.certificateAuthority() != null) {
      config.withCaCertFile(access.certificateAuthority());
    }
    return config.build();
  }

  private static Config base(@Nullable String kubeconfig) {
    if (kubeconfig == null) {
      return new ConfigBuilder().build();
    }
    File file = new File(kubeconfig);
    if (!file.canRead()) {
      throw new AttachException(
          Reason.INVALID_CONFIGURATION,
          "kubernetes.kubeconfig is '%s', which cannot be read. Name a file that the agent can read."
              .formatted(kubeconfig));
    }
    return Config.fromKubeconfig(file);
  }

  @Override
  public synchronized void close() {
    if (client != null) {
      client.close();
      client = null;
    }
  }
}
