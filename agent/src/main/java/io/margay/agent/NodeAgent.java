package io.margay.agent;

import io.margay.agent.cni.CniSocket;
import io.margay.agent.health.AgentHealth;
import io.margay.agent.health.AgentPages;
import io.margay.agent.metrics.AgentMetrics;
import io.margay.agent.report.NodeReport;
import io.margay.agent.report.ReportServer;
import io.margay.agent.show.ShowAnswers;
import io.margay.attach.Attachments;
import io.margay.attach.Endpoints;
import io.margay.attach.cni.CniCommands;
import io.margay.bgp.PeerStatus;
import io.margay.dataplane.config.FelixConfig;
import io.margay.datastore.Datastore;
import io.margay.datastore.DatastoreException;
import io.margay.datastore.ReadyGate;
import io.margay.datastore.SyncListener;
import io.margay.datastore.Syncer;
import io.margay.kernel.FdbEntry;
import io.margay.kernel.KernelException;
import io.margay.kernel.KernelMonitor;
import io.margay.kernel.Link;
import io.margay.kernel.LinkAddress;
import io.margay.kernel.Neighbour;
import io.margay.kernel.Route;
import io.margay.kubernetes.ApiPods;
import io.margay.linux.CommandIptables.Flavour;
import io.margay.linux.LinuxKernel;
import io.margay.linux.LinuxNamespaces;
import io.margay.linux.Prerequisites;
import io.margay.linux.ServiceNotifier;
import io.margay.lookingglass.LookingGlass;
import io.margay.loop.StopRequest;
import io.margay.loop.ThreadEventLoop;
import io.margay.net.IpAddress;
import io.margay.routing.NodeRouting;
import io.margay.transport.NettyEventLoop;
import io.margay.transport.NettyTransport;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The agent of one node, from start to stop.
final class NodeAgent implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(NodeAgent.class);
  private static final Duration STOP_LIMIT = Duration.ofSeconds(5);

  /// What readiness calls the datastore.
  private static final String DATASTORE = "datastore";

  private final NodeOptions options;
  private final long startedNanos = System.nanoTime();
  private final RunDirectory runDirectory;
  private final Datastore datastore;
  private final LinuxKernel kernel;
  private final ThreadEventLoop dataplaneLoop;
  private final NettyEventLoop bgpLoop;
  private final DataplaneRunner dataplane;
  private final NodeRouting routing;
  private final StatusReporter statuses;
  private final TunnelAddressKeeper tunnelAddresses;
  private final NodeStatusReporter nodeStatus;
  private final AgentMetrics metrics;
  private final AgentHealth health = new AgentHealth();
  private final AgentPages pages;
  private final KernelMonitor.Subscription monitor;
  private final Syncer syncer;
  private final LinuxNamespaces namespaces;
  private final ApiPods pods = new ApiPods();
  private final LiveEndpoints liveEndpoints;
  private final @Nullable CniSocket cniSocket;
  private final @Nullable ReportServer reports;
  private final @Nullable LookingGlass lookingGlass;
  private final ServiceNotifier notifier;
  private String toldServiceManager = "";

  /// Runs until the process is told to stop, or cannot go on.
  ///
  /// @return the exit code
  static int run(NodeOptions options) throws InterruptedException {
    StopRequest stop = new StopRequest();
    stop.followSignals();
    try (stop) {
      NodeAgent agent =
          new NodeAgent(
              options,
              failure -> {
                LOG.error(
                    "The agent cannot go on and stops; what is in the kernel stays as it is.",
                    failure);
                stop.fail();
              },
              stop);
      try (agent) {
        stop.await();
        LOG.info("Stopping. Routes and rules stay in place.");
      }
    } catch (DatastoreOpening.StoppedException e) {
      LOG.info("Stopped before the datastore could be used.");
    } catch (DatastoreException | KernelException e) {
      throw new StartException(String.valueOf(e.getMessage()), e);
    }
    return stop.exitCode();
  }

  /// Something that can end the agent.
  private interface FailureHandler {
    void onFailure(Throwable failure);
  }

  /// Wires the agent and starts it, in the order that fails closed: unknown workload interfaces
  /// pass nothing before anything is known, and what is known is complete before it is written.
  ///
  /// @param stop ends the waiting for a datastore that cannot be reached
  private NodeAgent(NodeOptions options, FailureHandler failures, StopRequest stop)
      throws InterruptedException {
    this.options = options;
    runDirectory = RunDirectory.open(options.runDirectory());
    LOG.info("Agent of node '{}' starts.", options.name());

    // What this node lacks is told at once, all of it.
    Prerequisites.probe(Flavour.SYSTEM).missing().forEach(each -> LOG.warn("{}", each));

    // A host that has just booted is closed to workloads first of all.
    FelixSettingsSource settings =
        new FelixSettingsSource(options.name(), System.getenv(), options.felixFile());
    SettingsInForce inForce = new SettingsInForce(settings);
    inForce.add(config -> AgentLog.use(config.logging()));
    FelixConfig local = inForce.current();
    kernel = LinuxKernel.open();
    namespaces = LinuxNamespaces.open();
    DataplaneRunner.Closed closed = DataplaneRunner.close(kernel, local);

    // What monitoring sees: the agent lives, and is not ready.
    PrometheusRegistry registry = new PrometheusRegistry();
    metrics = new AgentMetrics(registry);
    health.report(DATASTORE, "it has not been read to its end yet");
    health.report(DataplaneRunner.KERNEL, "nothing has been written yet");
    inForce.add(config -> health.setTimeout(config.healthTimeout()));
    pages = new AgentPages(registry, health);
    inForce.add(config -> {
      if (config.metrics().enabled()) {
        metrics.addProcess();
      }
      pages.use(config);
    });
    metrics.register(
        "margay_ready",
        "1 while the kernel holds what the datastore asks for.",
        () -> health.notReady().isEmpty() ? 1 : 0);
    notifier = ServiceNotifier.ofEnvironment();
    notifyServiceManager();
    health.start();

    // The datastore, this node's entry in it, and the settings that are there.
    datastore =
        new DatastoreOpening(
                DatastoreChoice.of(local.datastore(), options.connectionFile(), System.getenv()),
                stop)
            .open(opened -> {
              new NodeRegistration(opened).register(options);
              settings.read(opened);
            });
    inForce.start();
    ReportComplaint complaint = new ReportComplaint();
    nodeStatus =
        new NodeStatusReporter(
            options.name(), datastore, Clock.systemUTC(), this::uptime, complaint);
    inForce.add(config -> nodeStatus.use(config.reporting()));

    // Rules, sets and routes to workloads, on a loop of their own.
    dataplaneLoop = new ThreadEventLoop("dataplane", failures::onFailure);
    statuses =
        new StatusReporter(
            options.name(), datastore, inForce.current().reporting().endpoints(), complaint);
    inForce.add(config -> statuses.setEnabled(config.reporting().endpoints()));
    liveEndpoints = new LiveEndpoints(statuses);
    dataplane =
        new DataplaneRunner(
            options.name(),
            dataplaneLoop,
            kernel,
            settings,
            inForce,
            statuses,
            liveEndpoints,
            runDirectory,
            metrics,
            health);
    inForce.add(dataplane::use);

    // BGP, on the loop of its sockets.
    bgpLoop = new NettyEventLoop("bgp", failures::onFailure);
    routing =
        new NodeRouting(options.name(), bgpLoop, new NettyTransport(bgpLoop), kernel.routes());

    // The address of the node's end of tunnels, which the dataplane reads from the datastore.
    tunnelAddresses = new TunnelAddressKeeper(options.name(), datastore);
    health.watch("dataplane", dataplaneLoop);
    health.watch("BGP", bgpLoop);

    // From here on things happen: the kernel's news first, then the datastore's.
    dataplaneLoop.execute(() -> dataplane.bootstrap(closed));
    monitor = kernel.monitor().subscribe(new KernelNews());
    dataplaneLoop.execute(dataplane::readLinks);
    toRouting(() -> kernel.links().list().forEach(routing::onLink));
    syncer = new Syncer(datastore, new DatastoreNews());
    syncer.start();
    cniSocket = openCniSocket();
    reports = openReports();
    lookingGlass = options.bgp() ? openLookingGlass() : null;
  }

  /// Keeps systemd's picture of this agent up to date (sd_notify(3)): started once it is ready,
  /// alive as long as no loop is stuck.
  private void notifyServiceManager() {
    if (!notifier.isWanted()) {
      return;
    }
    health.onBeat(() -> {
      List<String> missing = health.notReady();
      String state =
          missing.isEmpty()
              ? "READY=1\nSTATUS=Ready: the kernel holds what the datastore asks for."
              : "STATUS=Not ready. " + String.join("; ", missing).lines().findFirst().orElse("");
      notifier.send(state.equals(toldServiceManager) ? "WATCHDOG=1" : state + "\nWATCHDOG=1");
      toldServiceManager = state;
    });
  }

  /// Containers come and go by this one. Without it those that are there go on.
  private @Nullable CniSocket openCniSocket() {
    Attachments attachments =
        new Attachments(new Endpoints(datastore, options.name()), namespaces, liveEndpoints);
    try {
      return CniSocket.open(
          options.cniSocket(), new CniCommands(options.name(), datastore, attachments, pods));
    } catch (IOException e) {
      LOG.warn(
          "No container can be added or removed by CNI, since the socket {} cannot be made: {}. Name another one: --cni-socket.",
          options.cniSocket(),
          e.getMessage());
      return null;
    }
  }

  /// An agent whose socket cannot be made does its work all the same.
  private @Nullable ReportServer openReports() {
    try {
      return ReportServer.open(options.runDirectory(), new Reports());
    } catch (IOException e) {
      LOG.warn(
          "'calicoctl node status' will not see this agent, since no socket can be made in {}: {}",
          options.runDirectory(),
          e.getMessage());
      return null;
    }
  }

  private @Nullable LookingGlass openLookingGlass() {
    Path socket = options.runDirectory().resolve("bgp.sock");
    try {
      return LookingGlass.open(socket, new AgentSpeaker(options.name(), bgpLoop, routing));
    } catch (IOException e) {
      LOG.warn(
          "'margay bgp show' will not see this agent, since {} cannot be made: {}",
          socket,
          e.getMessage());
      return null;
    }
  }

  /// What the socket in the run directory tells.
  private final class Reports implements ReportServer.Source {

    private final ShowAnswers show =
        new ShowAnswers(NodeAgent.this::state, kernel::rulesWithCounters);

    @Override
    public NodeReport report() throws InterruptedException {
      return NodeAgent.this.report();
    }

    @Override
    public @Nullable String answer(String question) throws InterruptedException {
      return show.answer(question);
    }
  }

  private ShowAnswers.State state() throws InterruptedException {
    CompletableFuture<ShowAnswers.State> state = new CompletableFuture<>();
    dataplaneLoop.execute(() -> state.complete(dataplane.state(options.name())));
    try {
      return state.get(STOP_LIMIT.toSeconds(), TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException(
          "the agent is busy with the kernel and does not tell what it holds; ask again later", e);
    }
  }

  private Duration uptime() {
    return Duration.ofNanos(System.nanoTime() - startedNanos);
  }

  /// How this agent is. What belongs to the BGP loop is asked there.
  private NodeReport report() throws InterruptedException {
    CompletableFuture<List<NodeReport.Peer>> peers = new CompletableFuture<>();
    if (options.bgp()) {
      bgpLoop.execute(
          () -> peers.complete(routing.peers().stream().map(NodeAgent::reported).toList()));
    } else {
      peers.complete(List.of());
    }
    try {
      return new NodeReport(
          options.name(),
          ProcessHandle.current().pid(),
          uptime(),
          dataplane.isReady(),
          options.bgp(),
          peers.get(STOP_LIMIT.toSeconds(), TimeUnit.SECONDS));
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException("the BGP loop does not tell of its peers", e);
    }
  }

  private static NodeReport.Peer reported(NodeRouting.PeeringStatus each) {
    PeerStatus status = each.status();
    return new NodeReport.Peer(
        each.peering().address(),
        each.peering().origin().toString(),
        status.state().toString(),
        status.inState(),
        status.lastError(),
        status.received(),
        status.imported(),
        status.advertised());
  }

  /// Without BGP, routing hears of nothing and so does nothing.
  private void toRouting(Runnable task) {
    if (options.bgp()) {
      bgpLoop.execute(task);
    }
  }

  /// What the datastore says goes to both loops. The dataplane waits for the cluster's ready flag
  /// itself, as it calculates meanwhile.
  private final class DatastoreNews implements SyncListener {

    private final ReadyGate others = new ReadyGate(new ReadyClusterNews());

    @Override
    public void onUpdates(List<SyncUpdate> updates) {
      dataplaneLoop.execute(() -> dataplane.onUpdates(updates));
      others.onUpdates(updates);
    }

    @Override
    public void onStatus(Status status) {
      metrics.onSyncStatus(status);
      switch (status) {
        case WAITING -> {
          LOG.info("Waiting for the datastore; what is in the kernel stays.");
          health.report(DATASTORE, "it cannot be asked, or is empty; what is in the kernel stays");
        }
        case RESYNC -> {
          LOG.info("Reading the datastore.");
          health.report(DATASTORE, "it is being read");
        }
        case IN_SYNC -> {
          health.report(DATASTORE, null);
          dataplaneLoop.execute(dataplane::onInSync);
        }
      }
      others.onStatus(status);
    }
  }

  /// Half of a cluster is no reason to end sessions, withdraw routes or give a tunnel's address
  /// back.
  private final class ReadyClusterNews implements SyncListener {
    @Override
    public void onUpdates(List<SyncUpdate> updates) {
      toRouting(() -> routing.onUpdates(updates));
      tunnelAddresses.onUpdates(updates);
    }

    @Override
    public void onStatus(Status status) {
      if (status == Status.IN_SYNC) {
        toRouting(routing::onInSync);
      }
    }
  }

  /// What the kernel says goes to whom it concerns.
  private final class KernelNews implements KernelMonitor.Listener {
    @Override
    public void onLink(Link link) {
      dataplaneLoop.execute(() -> dataplane.onLink(link));
      toRouting(() -> routing.onLink(link));
    }

    @Override
    public void onLinkRemoved(Link link) {
      dataplaneLoop.execute(() -> dataplane.onLinkRemoved(link));
      toRouting(() -> routing.onLinkRemoved(link));
    }

    @Override
    public void onAddress(LinkAddress address) {
      dataplaneLoop.execute(() -> dataplane.onAddress(address));
    }

    @Override
    public void onAddressRemoved(LinkAddress address) {
      dataplaneLoop.execute(() -> dataplane.onAddressRemoved(address));
    }

    @Override
    public void onRoute(Route route) {
      dataplaneLoop.execute(() -> dataplane.onRoute(route));
      toRouting(() -> routing.onRoute(route));
    }

    @Override
    public void onRouteRemoved(Route route) {
      dataplaneLoop.execute(() -> dataplane.onRouteRemoved(route));
      toRouting(() -> routing.onRouteRemoved(route));
    }

    @Override
    public void onNeighbour(Neighbour neighbour) {
      dataplaneLoop.execute(() -> dataplane.onNeighbour(neighbour));
    }

    @Override
    public void onNeighbourRemoved(String device, IpAddress address) {
      dataplaneLoop.execute(() -> dataplane.onNeighbourRemoved(device, address));
    }

    @Override
    public void onForwarding(FdbEntry entry) {
      dataplaneLoop.execute(() -> dataplane.onForwarding(entry));
    }

    @Override
    public void onForwardingRemoved(FdbEntry entry) {
      dataplaneLoop.execute(() -> dataplane.onForwardingRemoved(entry));
    }

    @Override
    public void onLost(String reason) {
      LOG.warn("News from the kernel was lost ({}); reading everything anew.", reason);
      dataplaneLoop.execute(dataplane::resync);
      toRouting(routing::resync);
    }
  }

  /// Stops in the reverse order. The sessions end without a NOTIFICATION, so that peers keep the
  /// routes while another agent takes over (RFC 4724).
  @Override
  public void close() {
    if (cniSocket != null) {
      cniSocket.close();
    }
    pods.close();
    if (lookingGlass != null) {
      lookingGlass.close();
    }
    notifier.send("STOPPING=1\nSTATUS=Stopping; routes and rules stay in place.");
    health.close();
    pages.close();
    if (reports != null) {
      reports.close();
    }
    syncer.close();
    tunnelAddresses.close();
    monitor.close();
    try {
      if (!dataplaneLoop.stop(STOP_LIMIT)) {
        LOG.warn("The dataplane was still at work after {} s.", STOP_LIMIT.toSeconds());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    bgpLoop.close();
    statuses.close();
    nodeStatus.close();
    datastore.close();
    kernel.close();
    namespaces.close();
    runDirectory.close();
    LOG.info("Stopped.");
  }
}
