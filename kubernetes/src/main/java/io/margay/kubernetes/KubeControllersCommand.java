package io.margay.kubernetes;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.margay.datastore.Datastore;
import io.margay.datastore.DatastoreConfig;
import io.margay.datastore.DatastoreException;
import io.margay.datastore.Datastores;
import io.margay.kubernetes.controller.KubernetesController;
import io.margay.kubernetes.conversion.Naming;
import io.margay.loop.StopRequest;
import io.margay.loop.ThreadEventLoop;
import java.io.File;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `margay kube-controllers`: the controller in the foreground, until it is told to stop.
@Command(
    name = "kube-controllers",
    description = {
      "Turn the network policies of a Kubernetes cluster into policy, in the foreground.",
      "",
      "Follows pods, namespaces, network policies and nodes over the Kubernetes API, and keeps the"
          + " datastore's policies, profiles and endpoint labels true to them. Takes away endpoints,"
          + " addresses and nodes that Kubernetes no longer has. One per cluster is enough; two do no"
          + " harm."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {
      "",
      "Examples:",
      "  margay kube-controllers --kubeconfig /root/.kube/config",
      "  margay kube-controllers --names calico3 --reconcile-period 60"
    })
public final class KubeControllersCommand implements Callable<Integer> {

  private static final Logger log = LoggerFactory.getLogger(KubeControllersCommand.class);

  @Option(
      names = "--kubeconfig",
      paramLabel = "FILE",
      description =
          "how to reach the API server (default: KUBECONFIG, the service account of the pod that this"
              + " runs in, or ~/.kube/config)")
  @Nullable File kubeconfig;

  @Option(
      names = {"-c", "--config"},
      paramLabel = "FILE",
      description = "which datastore (default: ${DEFAULT-VALUE})",
      defaultValue = "/etc/calico/calicoctl.cfg")
  Path config = DatastoreConfig.DEFAULT_FILE;

  @Option(
      names = "--names",
      paramLabel = "GENERATION",
      description =
          "calico2: profiles k8s_ns.NAMESPACE, policies NAMESPACE.NAME; calico3: profiles"
              + " kns.NAMESPACE, policies knp.default.NAMESPACE.NAME (default: ${DEFAULT-VALUE})",
      defaultValue = "calico2")
  String names = "calico2";

  @Option(
      names = "--reconcile-period",
      paramLabel = "SECONDS",
      description = "compare everything this often, events or not (default: ${DEFAULT-VALUE})",
      defaultValue = "300")
  int periodSeconds = 300;

  @Option(
      names = "--leak-grace-period",
      paramLabel = "SECONDS",
      description =
          "take away what a gone pod or node has left after this time (default: ${DEFAULT-VALUE})",
      defaultValue = "900")
  int graceSeconds = 900;

  @Spec @Nullable CommandSpec spec;

  @Override
  public Integer call() throws InterruptedException {
    Naming naming =
        switch (names) {
          case "calico2" -> Naming.CALICO_2;
          case "calico3" -> Naming.CALICO_3;
          default ->
              throw failure("--names: '" + names + "' is unknown, expected calico2 or calico3");
        };
    Duration period = seconds("--reconcile-period", periodSeconds, 1);
    Duration grace = seconds("--leak-grace-period", graceSeconds, 0);
    StopRequest stop = new StopRequest();
    try (stop;
        KubernetesClient client = client();
        Datastore datastore = Datastores.open(DatastoreConfig.load(config, System.getenv()));
        ThreadEventLoop loop =
            new ThreadEventLoop(
                "controller",
                failure -> {
                  log.error("The controller cannot go on and stops. This is a bug.", failure);
                  stop.fail();
                });
        KubernetesController controller =
            new KubernetesController(client, datastore, naming, period, grace, loop)) {
      stop.followSignals();
      controller.start();
      log.info("following the Kubernetes API at {}", client.getMasterUrl());
      stop.await();
    } catch (DatastoreException e) {
      System.err.println("margay kube-controllers: %s [%s]".formatted(e.getMessage(), e.error()));
      return 1;
    }
    return stop.exitCode();
  }

  private KubernetesClient client() {
    Config kubernetes = kubeconfig == null ? new ConfigBuilder().build() : configFrom(kubeconfig);
    return new KubernetesClientBuilder().withConfig(kubernetes).build();
  }

  private Config configFrom(File file) {
    if (!file.canRead()) {
      throw failure("--kubeconfig: '" + file + "' cannot be read");
    }
    return Config.fromKubeconfig(file);
  }

  private Duration seconds(String option, int value, int least) {
    if (value < least) {
      throw failure(option + ": " + value + " s, expected " + least + " s or more");
    }
    return Duration.ofSeconds(value);
  }

  private RuntimeException failure(String message) {
    return spec == null
        ? new IllegalArgumentException(message)
        : new ParameterException(spec.commandLine(), message);
  }
}
