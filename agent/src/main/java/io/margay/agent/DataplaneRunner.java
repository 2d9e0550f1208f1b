package io.margay.agent;

import io.margay.agent.health.AgentHealth;
import io.margay.agent.metrics.AgentMetrics;
import io.margay.agent.show.ShowAnswers;
import io.margay.calc.CalculationGraph;
import io.margay.dataplane.ApplyReport;
import io.margay.dataplane.Dataplane;
import io.margay.dataplane.EndpointStatusListener;
import io.margay.dataplane.KernelAccess;
import io.margay.dataplane.KernelLook;
import io.margay.dataplane.StartupCheck;
import io.margay.dataplane.config.DataplaneConfig;
import io.margay.dataplane.config.FelixConfig;
import io.margay.datastore.Key;
import io.margay.datastore.SyncListener.SyncUpdate;
import io.margay.kernel.FdbEntry;
import io.margay.kernel.Link;
import io.margay.kernel.LinkAddress;
import io.margay.kernel.Neighbour;
import io.margay.kernel.Route;
import io.margay.kernel.ipset.IpSets;
import io.margay.kernel.iptables.Iptables;
import io.margay.linux.LinuxKernel;
import io.margay.loop.EventLoop;
import io.margay.net.IpAddress;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Drives the calculation graph and the dataplane: takes what has arrived, works out the
/// difference, writes it, and comes back for what could not be written.
///
/// Belongs to the dataplane's loop. What arrives while the kernel is being written waits in the
/// loop's queue, and is then taken all at once: one write for many changes.
final class DataplaneRunner {

  private static final Logger LOG = LoggerFactory.getLogger(DataplaneRunner.class);

  /// What readiness calls the kernel's state.
  static final String KERNEL = "kernel";

  private static final String CLUSTER = "cluster";

  /// How many changes of one write the log names.
  private static final int TOLD_CHANGES = 8;

  /// Each so many looks at the kernel all rules are read, whatever it says about changes.
  private static final int THOROUGH = 30;

  private static final Duration FIRST_RETRY = Duration.ofMillis(100);
  private static final Duration LONGEST_RETRY = Duration.ofSeconds(10);

  private final EventLoop loop;
  private final LinuxKernel kernel;
  private final FelixSettingsSource settings;
  private final SettingsInForce inForce;
  private final RunDirectory runDirectory;
  private final StatusReporter statuses;
  private final AgentMetrics metrics;
  private final AgentHealth health;
  private final DriftWatch drift = new DriftWatch();
  private final HeapRoom heapRoom = new HeapRoom();
  private final CalculationGraph graph;
  private final Dataplane dataplane;

  private Duration refreshInterval;
  private int looks;

  /// Whether the next apply ends a look at the kernel.
  private boolean looking;

  private boolean inSync;
  private boolean clusterReady;

  /// Whether nothing is written since the cluster is not ready.
  private boolean held;

  private boolean applyPending;
  private volatile boolean ready;
  private Duration nextRetry = FIRST_RETRY;
  private EventLoop.Timer refresh = () -> {};
  private EventLoop.Timer retry = () -> {};

  DataplaneRunner(
      String node,
      EventLoop loop,
      LinuxKernel kernel,
      FelixSettingsSource settings,
      SettingsInForce inForce,
      StatusReporter statuses,
      LiveEndpoints liveEndpoints,
      RunDirectory runDirectory,
      AgentMetrics metrics,
      AgentHealth health) {
    this.loop = loop;
    this.kernel = kernel;
    this.settings = settings;
    this.inForce = inForce;
    this.statuses = statuses;
    this.runDirectory = runDirectory;
    this.metrics = metrics;
    this.health = health;
    this.graph = new CalculationGraph(node);
    this.refreshInterval = inForce.current().iptablesRefreshInterval();
    this.dataplane =
        new Dataplane(
            inForce.current().dataplane(),
            waysInto(kernel, metrics.counted(kernel.iptables()), metrics.counted(kernel.ipSets())),
            liveEndpoints,
            // A thread of its own each time: it inherits this one's network namespace.
            task -> Thread.ofPlatform().name("dataplane-ipv6").start(task));
  }

  /// What the dataplane needs of a kernel, with its programs in this form.
  static KernelAccess waysInto(LinuxKernel kernel, Iptables iptables, IpSets ipSets) {
    return new KernelAccess(
        iptables,
        ipSets,
        kernel.routes(),
        kernel.neighbours(),
        kernel.sysctls(),
        kernel.conntrack(),
        kernel.tunnels(),
        kernel.shapers(),
        kernel.forwardingDatabase());
  }

  /// What this agent holds, for `margay node show`.
  ShowAnswers.State state(String node) {
    return new ShowAnswers.State(
        node, health.notReady(), graph.counts(), dataplane.counts(), dataplane.view());
  }

  /// Whether the kernel holds what the datastore asks for. Any thread may ask.
  boolean isReady() {
    return ready;
  }

  /// Closes a host that has just booted to workloads that nothing is known of yet. Comes before
  /// everything that may take its time, as reaching the datastore may; the next agent, should this
  /// one not get further, finds the host closed.
  ///
  /// @param config what is known of it without the datastore
  static Closed close(LinuxKernel kernel, FelixConfig config) {
    Dataplane closed =
        new Dataplane(
            config.dataplane(),
            waysInto(kernel, kernel.iptables(), kernel.ipSets()),
            EndpointStatusListener.NONE);
    ApplyReport report = closed.bootstrap();
    tell(report);
    return new Closed(config.dataplane(), report);
  }

  /// What became of closing the host.
  record Closed(DataplaneConfig config, ApplyReport report) {
    private boolean isOtherThan(DataplaneConfig wanted) {
      return !report.changes().isEmpty() && !config.equals(wanted);
    }
  }

  /// Looks whether this host will do, and closes it to workloads that nothing is known of yet.
  ///
  /// @param closed what [#close] did, before the settings in the datastore were known
  /// @throws StartException if the host will not do
  void bootstrap(Closed closed) {
    StartupCheck check =
        StartupCheck.run(kernel.sysctls(), kernel.routes(), inForce.current().ignoreLooseRpf());
    check.warnings().forEach(LOG::warn);
    String refusal = check.refusal();
    if (refusal != null) {
      throw new StartException(refusal);
    }
    if (closed.isOtherThan(inForce.current().dataplane())) {
      tell(dataplane.bootstrapAnew());
    } else if (!closed.report().complete()) {
      tell(dataplane.bootstrap());
    }
  }

  /// Reads the interfaces there are, and their addresses; the monitor tells of later ones.
  void readLinks() {
    readLinksAndAddresses();
    scheduleApply();
  }

  private void readLinksAndAddresses() {
    dataplane.onLinks(kernel.links().list());
    dataplane.onAddresses(kernel.links().addresses());
  }

  void onUpdates(List<SyncUpdate> updates) {
    boolean settingsChanged = false;
    long begin = loop.nanoTime();
    for (SyncUpdate update : updates) {
      String problem = update.problem();
      if (problem != null) {
        LOG.error("{} in the datastore counts as absent: {}", update.key(), problem);
      }
      settingsChanged |= settings.onUpdate(update.key(), update.value());
      graph.onUpdate(update.key(), update.value());
      if (update.key() instanceof Key.Ready) {
        clusterReady = Boolean.TRUE.equals(update.value());
      }
    }
    metrics.onUpdates(updates.size(), loop.nanoTime() - begin);
    heapRoom.onWork();
    if (settingsChanged && inSync) {
      inForce.refresh();
    }
    considerCluster();
    scheduleApply();
  }

  /// While whoever sets the cluster up has not said that it is complete, nothing is written: half
  /// of the policies may be worse than what is in the kernel.
  private void considerCluster() {
    if (inSync && !clusterReady && !held) {
      LOG.warn(
          "The datastore's flag /calico/v1/Ready is not true; what is in the kernel stays until it"
              + " is.");
      setReady(false);
    } else if (held && clusterReady) {
      LOG.info("The datastore's flag /calico/v1/Ready is true again; going on.");
    }
    held = inSync && !clusterReady;
    health.report(CLUSTER, held ? "the datastore's flag /calico/v1/Ready is not true" : null);
  }

  /// Takes the settings that concern what is written.
  void use(FelixConfig config) {
    dataplane.reconfigure(config.dataplane());
    dataplane.cutRevokedFlows(config.cutRevokedFlows() ? kernel.flows() : null);
    if (!refreshInterval.equals(config.iptablesRefreshInterval())) {
      refreshInterval = config.iptablesRefreshInterval();
      if (inSync) {
        scheduleRefresh();
      }
    }
  }

  /// Everything that existed in the datastore has been told.
  void onInSync() {
    if (!inSync) {
      inSync = true;
      inForce.refresh();
      dataplane.onInSync();
      scheduleRefresh();
    }
    considerCluster();
    scheduleApply();
  }

  void onLink(Link link) {
    dataplane.onLink(link);
    scheduleApply();
  }

  void onLinkRemoved(Link link) {
    dataplane.onLinkRemoved(link);
    scheduleApply();
  }

  void onAddress(LinkAddress address) {
    dataplane.onAddress(address);
    scheduleApply();
  }

  void onAddressRemoved(LinkAddress address) {
    dataplane.onAddressRemoved(address);
    scheduleApply();
  }

  void onRoute(Route route) {
    onNews(() -> dataplane.onRoute(route));
  }

  void onRouteRemoved(Route route) {
    onNews(() -> dataplane.onRouteRemoved(route));
  }

  void onNeighbour(Neighbour neighbour) {
    onNews(() -> dataplane.onNeighbour(neighbour));
  }

  void onNeighbourRemoved(String device, IpAddress address) {
    onNews(() -> dataplane.onNeighbourRemoved(device, address));
  }

  void onForwarding(FdbEntry entry) {
    onNews(() -> dataplane.onForwarding(entry));
  }

  void onForwardingRemoved(FdbEntry entry) {
    onNews(() -> dataplane.onForwardingRemoved(entry));
  }

  private void onNews(Runnable news) {
    if (drift.followsNews() || !refreshInterval.isPositive()) {
      news.run();
      scheduleApply();
    }
  }

  /// Has the next apply read all of the kernel anew.
  void resync() {
    readLinksAndAddresses();
    dataplane.resync();
    scheduleApply();
  }

  private void scheduleRefresh() {
    refresh.cancel();
    if (refreshInterval.isPositive()) {
      refresh = loop.schedule(drift.next(refreshInterval), this::look);
    }
  }

  /// Looks for what someone else changed. What takes long to read another thread reads, so that an
  /// endpoint that comes need not wait for it.
  private void look() {
    KernelLook look = dataplane.beginLook(++looks % THOROUGH == 0);
    // A thread of its own each time: it inherits this one's network namespace.
    Thread.ofPlatform()
        .name("kernel-look")
        .daemon()
        .start(() -> {
          look.read();
          loop.execute(() -> {
            dataplane.endLook(look);
            endLook();
          });
        });
  }

  private void endLook() {
    looking = true;
    scheduleApply();
    scheduleRefresh();
  }

  private void scheduleApply() {
    if (!applyPending && inSync && !held) {
      applyPending = true;
      loop.execute(this::apply);
    }
  }

  private void apply() {
    applyPending = false;
    if (held) {
      return;
    }
    int[] results = {0};
    graph.flush(update -> {
      results[0]++;
      dataplane.onUpdate(update);
    });
    if (!dataplane.needsApply()) {
      return;
    }
    long begin = loop.nanoTime();
    ApplyReport report = dataplane.applyOnce();
    metrics.onApply(
        results[0], loop.nanoTime() - begin, report, graph.counts(), dataplane.counts());
    tell(report);
    heapRoom.onWork();
    if (!looking) {
      drift.onRepairs(report.repairs());
    } else if (report.complete()) {
      looking = false;
      drift.onLook(report.repairs(), refreshInterval);
      if (report.changes().isEmpty()) {
        heapRoom.onRest();
      }
    }
    retry.cancel();
    if (report.complete()) {
      nextRetry = FIRST_RETRY;
      health.report(KERNEL, null);
      setReady(true);
    } else {
      health.report(
          KERNEL, "not everything could be written: " + report.failures().getFirst().getMessage());
      setReady(false);
      LOG.warn("Not everything could be written; next try in {} ms.", nextRetry.toMillis());
      retry = loop.schedule(nextRetry, this::scheduleApply);
      Duration doubled = nextRetry.multipliedBy(2);
      nextRetry = doubled.compareTo(LONGEST_RETRY) > 0 ? LONGEST_RETRY : doubled;
    }
  }

  private static void tell(ApplyReport report) {
    List<String> changes = report.changes();
    if (!changes.isEmpty() && LOG.isInfoEnabled()) {
      String more =
          changes.size() > TOLD_CHANGES
              ? " and %d more".formatted(changes.size() - TOLD_CHANGES)
              : "";
      LOG.info(
          "Wrote {}{}.",
          String.join("; ", changes.subList(0, Math.min(changes.size(), TOLD_CHANGES))),
          more);
    }
  }

  private void setReady(boolean now) {
    if (now && !ready) {
      LOG.info("Ready: the kernel holds what the datastore asks for. {}", graph.counts());
      statuses.start();
    }
    if (now != ready) {
      ready = now;
      try {
        runDirectory.setReady(now);
      } catch (UncheckedIOException e) {
        LOG.warn("The ready file cannot be kept: {}", e.getMessage());
      }
    }
  }
}
