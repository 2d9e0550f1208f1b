package io.margay.libnetwork;

import io.margay.datastore.Datastore;
import io.margay.datastore.DatastoreConfig;
import io.margay.datastore.DatastoreException;
import io.margay.datastore.Datastores;
import io.margay.kernel.KernelException;
import io.margay.linux.LinuxNamespaces;
import io.margay.loop.StopRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `margay libnetwork`: the drivers in the foreground, until they are told to stop.
@Command(
    name = "libnetwork",
    description = {
      "Serve Docker's networks of the driver calico, in the foreground.",
      "",
      "Answers Docker at the sockets calico.sock and calico-ipam.sock. Containers get addresses of"
          + " Calico's pools, and an endpoint each that the node's agent sees to. The environment"
          + " variables of Calico's plugin are read: see docs/docker.md."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {
      "",
      "Examples:",
      "  margay libnetwork",
      "  docker network create --driver calico --ipam-driver calico-ipam net1",
      "  docker run --net net1 --rm debian ip address"
    })
public final class LibnetworkCommand implements Callable<Integer> {

  private static final Logger log = LoggerFactory.getLogger(LibnetworkCommand.class);

  /// What hostname(1) prints (proc_sys_kernel(5)).
  private static final Path HOST_NAME = Path.of("/proc/sys/kernel/hostname");

  @Option(
      names = "--name",
      paramLabel = "NODE",
      description = "the node's name (default: NODENAME, HOSTNAME, or what the kernel says)")
  @Nullable String name;

  @Option(
      names = "--plugin-dir",
      paramLabel = "DIRECTORY",
      description = "where Docker looks for drivers (default: ${DEFAULT-VALUE})",
      defaultValue = "/run/docker/plugins")
  Path pluginDirectory = DockerDrivers.PLUGIN_DIRECTORY;

  @Option(
      names = "--docker-socket",
      paramLabel = "FILE",
      description = "where Docker answers (default: ${DEFAULT-VALUE})",
      defaultValue = "/var/run/docker.sock")
  Path dockerSocket = DockerDrivers.DOCKER_SOCKET;

  @Option(
      names = {"-c", "--config"},
      paramLabel = "FILE",
      description = "which datastore (default: ${DEFAULT-VALUE})",
      defaultValue = "/etc/calico/calicoctl.cfg")
  Path config = DatastoreConfig.DEFAULT_FILE;

  @Override
  public Integer call() throws InterruptedException {
    Map<String, String> environment = System.getenv();
    try {
      serve(nodeName(environment), environment);
      return 0;
    } catch (IllegalArgumentException | IOException | DatastoreException | KernelException e) {
      System.err.println("margay libnetwork: " + e.getMessage());
      return 1;
    }
  }

  private String nodeName(Map<String, String> environment) throws IOException {
    if (name != null && !name.isEmpty()) {
      return name;
    }
    for (String variable : List.of("NODENAME", "HOSTNAME")) {
      String value = environment.getOrDefault(variable, "");
      if (!value.isEmpty()) {
        return value;
      }
    }
    return Files.readString(HOST_NAME).strip();
  }

  private void serve(String node, Map<String, String> environment)
      throws IOException, InterruptedException {
    try (StopRequest stop = new StopRequest();
        Datastore datastore = Datastores.open(DatastoreConfig.load(config, environment));
        LinuxNamespaces namespaces = LinuxNamespaces.open();
        DockerDrivers _ =
            DockerDrivers.open(
                new DockerDrivers.Host(datastore, namespaces, node),
                pluginDirectory,
                dockerSocket,
                environment)) {
      stop.followSignals();
      log.info("Docker is answered for node {} below {}", node, pluginDirectory);
      stop.await();
    }
  }
}
