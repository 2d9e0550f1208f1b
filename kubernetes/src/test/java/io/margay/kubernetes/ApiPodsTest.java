package io.margay.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.NonDeletingOperation;
import io.fabric8.kubernetes.client.server.mock.EnableKubernetesMockClient;
import io.margay.attach.AttachException;
import io.margay.attach.cni.KubernetesAccess;
import io.margay.attach.cni.PodSource.Pod;
import java.util.Map;
import org.junit.jupiter.api.Test;

@EnableKubernetesMockClient(crud = true, https = false)
class ApiPodsTest {

  KubernetesClient client;

  private KubernetesAccess access() {
    return access(client.getMasterUrl().toString());
  }

  private static KubernetesAccess access(String root) {
    return new KubernetesAccess(null, root, null, null, null, null, null);
  }

  @Test
  void tellsLabelsAndAnnotationsOfAPod() {
    client
        .pods()
        .inNamespace("prod")
        .resource(
            new PodBuilder()
                .withNewMetadata()
                .withName("web-0")
                .withLabels(Map.of("app", "web"))
                .withAnnotations(Map.of("note", "x"))
                .endMetadata()
                .build())
        .createOr(NonDeletingOperation::update);

    try (ApiPods pods = new ApiPods()) {
      assertThat(pods.pod(access(), "prod", "web-0"))
          .hasValue(new Pod(Map.of("app", "web"), Map.of("note", "x")));
      assertThat(pods.pod(access(), "prod", "web-1")).isEmpty();
    }
  }

  @Test
  void tellsTheNetworkOfANodesPods() {
    client
        .nodes()
        .resource(
            new NodeBuilder()
                .withNewMetadata()
                .withName("node1")
                .endMetadata()
                .withNewSpec()
                .withPodCIDR("10.244.7.0/24")
                .endSpec()
                .build())
        .createOr(NonDeletingOperation::update);

    try (ApiPods pods = new ApiPods()) {
      assertThat(pods.podCidr(access(), "node1")).hasValue("10.244.7.0/24");
      assertThat(pods.podCidr(access(), "node2")).isEmpty();
    }
  }

  @Test
  void anApiThatDoesNotAnswerIsToBeTriedAgain() {
    try (ApiPods pods = new ApiPods()) {
      // Nobody listens on the discard port of loopback.
      assertThatThrownBy(() -> pods.pod(access("http://127.0.0.1:9"), "prod", "web-0"))
          .isInstanceOfSatisfying(
              AttachException.class,
              e -> assertThat(e.reason()).isEqualTo(AttachException.Reason.TRY_AGAIN))
          .hasMessageContaining("web-0");
    }
  }
}
