package io.margay.attach;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.margay.attach.Attachments.Place;
import io.margay.attach.Attachments.Traits;
import io.margay.datastore.Datastore;
import io.margay.datastore.Key;
import io.margay.datastore.KeyRange;
import io.margay.datastore.MemoryStore;
import io.margay.datastore.path.PathDatastore;
import io.margay.ipam.Ipam;
import io.margay.kernel.namespace.NetworkNamespace;
import io.margay.kernel.namespace.NetworkNamespaces;
import io.margay.linux.LinuxNamespaces;
import io.margay.model.IpPool;
import io.margay.model.ResourceKey.ProfileKey;
import io.margay.net.IpFamily;
import io.margay.net.IpPrefix;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/// A host and containers on the real kernel, each the network namespace of a process that waits,
/// and a datastore in memory. Everything goes through [Faults].
final class World implements AutoCloseable {

  static final String NODE = "node1";

  final Faults faults = new Faults();
  final Datastore store = new PathDatastore(new MemoryStore());
  final Attachments attachments;

  private final List<Process> processes = new ArrayList<>();
  private final LinuxNamespaces linux;
  private final NetworkNamespace host;
  private final Ipam ipam;

  World() throws IOException {
    linux = LinuxNamespaces.open();
    host = linux.open(namespace()).orElseThrow();
    for (String cidr : List.of("10.65.0.0/16", "fd00:65::/112")) {
      IpPool pool =
          new IpPool(
              new IpPool.Metadata(IpPrefix.parse(cidr)), new IpPool.Spec(null, false, false));
      store.apply(new Key.ForResource(pool.key()), pool);
    }
    Datastore faulty = faults.before(Datastore.class, store);
    ipam = new Ipam(faulty);
    attachments =
        new Attachments(
            new Endpoints(faulty, NODE),
            faults.before(NetworkNamespaces.class, new OfHost()),
            (_, _) -> true);
  }

  /// The host is elsewhere, too: nothing of a test is in the namespace that it runs in.
  private final class OfHost implements NetworkNamespaces {
    @Override
    public NetworkNamespace own() {
      return host;
    }

    @Override
    public Optional<NetworkNamespace> open(Path path) {
      return linux.open(path);
    }
  }

  /// A new network namespace.
  Path namespace() throws IOException {
    Process process =
        new ProcessBuilder("unshare", "--net", "sh", "-c", "echo there; read end")
            .redirectErrorStream(true)
            .start();
    processes.add(process);
    String said = process.inputReader().readLine();
    assumeTrue(
        "there".equals(said),
        "skipped: a network namespace takes CAP_SYS_ADMIN; run as root (unshare says: "
            + said
            + ")");
    return Path.of("/proc/" + process.pid() + "/ns/net");
  }

  Place place(Workload workload, Path netns) {
    return new Place(workload, netns, "eth0", "net", 1400, Duration.ofSeconds(1));
  }

  CalicoIpam addresses(Workload workload) {
    return new CalicoIpam(
        ipam,
        new CalicoIpam.Wish(1, 1, List.of(), List.of(), List.of()),
        new CalicoIpam.Holder(NODE, "net", workload.container(), workload.id(), new TreeMap<>()));
  }

  Attachment add(Workload workload, Path netns) {
    return attachments.add(
        place(workload, netns),
        () ->
            new Traits(addresses(workload), "net", Endpoints.Ingress.SAME_NETWORK, new TreeMap<>()),
        addresses(workload));
  }

  void delete(Workload workload, Path netns) {
    attachments.delete(place(workload, netns), addresses(workload));
  }

  List<String> check(Workload workload, Path netns) {
    return attachments.check(place(workload, netns), List.of(), addresses(workload));
  }

  /// Lets the next ADD be the first of its network.
  void forgetProfile() {
    store.deleteAll(List.of(new Key.ForResource(new ProfileKey("net"))));
  }

  /// That neither the kernel nor the datastore has anything of the workload.
  void assertNothingOf(Workload workload, Path netns, String when) {
    assertThat(host.veths().read(workload.hostName())).as(when).isEmpty();
    try (NetworkNamespace inside = linux.open(netns).orElseThrow()) {
      assertThat(inside.veths().read("eth0")).as(when).isEmpty();
    }
    assertThat(store.list(new KeyRange.WorkloadEndpoints(NODE, workload.orchestrator(), null)))
        .as(when)
        .isEmpty();
    assertThat(store.list(new KeyRange.IpamHandles())).as(when).isEmpty();
    for (IpFamily family : IpFamily.values()) {
      assertThat(store.list(new KeyRange.IpamBlocks(family)))
          .as(when)
          .allMatch(block -> block.value().isEmpty());
    }
  }

  @Override
  public void close() {
    host.close();
    linux.close();
    processes.forEach(Process::destroyForcibly);
    store.close();
  }
}
