package io.margay.libnetwork;

import io.margay.attach.Cable;
import io.margay.attach.Endpoints;
import io.margay.attach.Wiring;
import io.margay.datastore.Datastore;
import io.margay.ipam.Ipam;
import io.margay.kernel.namespace.NetworkNamespaces;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// Both drivers of a node at their sockets, from [#open] to [#close].
public final class DockerDrivers implements AutoCloseable {

  /// Where Docker looks for drivers.
  public static final Path PLUGIN_DIRECTORY = Path.of("/run/docker/plugins");

  /// Where Docker answers.
  public static final Path DOCKER_SOCKET = Path.of("/var/run/docker.sock");

  private final DockerApi docker;
  private final ExecutorService workers;
  private final PluginServer network;
  private final PluginServer ipam;

  private DockerDrivers(
      DockerApi docker, ExecutorService workers, PluginServer network, PluginServer ipam) {
    this.docker = docker;
    this.workers = workers;
    this.network = network;
    this.ipam = ipam;
  }

  /// Whose drivers they are.
  ///
  /// @param namespaces the kernel that containers are on
  public record Host(Datastore datastore, NetworkNamespaces namespaces, String node) {}

  /// Listens, and answers from now on. Call it on a thread of the network namespace that containers
  /// are connected with; those that answer inherit it.
  ///
  /// @param environment what to do in which way, see [LibnetworkSettings]
  /// @throws IllegalArgumentException if a variable has a value that it cannot have
  /// @throws IOException if a socket cannot be made
  public static DockerDrivers open(
      Host host, Path pluginDirectory, Path dockerSocket, Map<String, String> environment)
      throws IOException {
    LibnetworkSettings settings = LibnetworkSettings.of(environment);
    DockerApi docker = new DockerApi(dockerSocket);
    ExecutorService workers =
        Executors.newCachedThreadPool(Thread.ofPlatform().name("docker-", 0).factory());
    PluginServer network = null;
    try {
      network =
          PluginServer.open(
              pluginDirectory.resolve("calico.sock"),
              networkDriver(host, settings, docker),
              workers,
              settings.debug());
      PluginServer ipam =
          PluginServer.open(
              pluginDirectory.resolve("calico-ipam.sock"),
              new IpamDriver(host.datastore(), new Ipam(host.datastore()), host.node()),
              workers,
              settings.debug());
      return new DockerDrivers(docker, workers, network, ipam);
    } catch (IOException e) {
      if (network != null) {
        network.close();
      }
      workers.close();
      docker.close();
      throw e;
    }
  }

  private static NetworkDriver networkDriver(
      Host host, LibnetworkSettings settings, Docker docker) {
    Wiring wiring = new Wiring(host.namespaces());
    return new NetworkDriver(
        settings,
        docker,
        new Endpoints(host.datastore(), host.node()),
        new NetworkDriver.Cables() {
          @Override
          public void lay(Cable cable) {
            wiring.lay(cable);
          }

          @Override
          public void remove(String hostName, String owner) {
            wiring.remove(hostName, owner);
          }
        },
        new EndpointLabels(settings, docker, host.datastore()));
  }

  /// Answers what is under way, and no more.
  @Override
  public void close() {
    network.close();
    ipam.close();
    workers.close();
    docker.close();
  }
}
