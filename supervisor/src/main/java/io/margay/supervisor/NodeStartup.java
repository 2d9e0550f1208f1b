package io.margay.supervisor;

import io.margay.cluster.ResourceWriter;
import io.margay.datastore.Datastore;
import io.margay.datastore.DatastoreException;
import io.margay.datastore.Entry;
import io.margay.datastore.Key;
import io.margay.datastore.KeyRange;
import io.margay.ipam.TunnelAddresses;
import io.margay.model.Kind;
import io.margay.model.Node;
import io.margay.model.Resource;
import io.margay.net.AsNumber;
import io.margay.net.IpFamily;
import io.margay.net.IpPrefix;
import io.margay.supervisor.AddressDetector.Found;
import io.margay.supervisor.AddressDetector.OnInterface;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// What a node does once before its agent starts: finds its addresses, registers itself, and makes
/// the pools and settings that a fresh cluster lacks. Each step says what it decided, in the words
/// of calico/node 1.1.
final class NodeStartup {

  private final Datastore datastore;
  private final HostNetwork host;
  private final AddressDetector detector;
  private final Map<String, String> environment;
  private final Consumer<String> say;

  NodeStartup(
      Datastore datastore,
      HostNetwork host,
      Map<String, String> environment,
      Consumer<String> say) {
    this.datastore = datastore;
    this.host = host;
    this.detector = new AddressDetector(host);
    this.environment = environment;
    this.say = say;
  }

  /// @throws RefusedException if the node cannot start; nothing is registered then
  void run(RunOptions options) {
    DefaultPools pools = DefaultPools.of(options.defaultPools(), environment);
    Node.Metadata metadata = new Node.Metadata(options.name());
    Node.@Nullable Bgp stored = stored(new Node(metadata, new Node.Spec(null)));

    IpPrefix ipv4 = ipv4(options.ipv4(), stored == null ? null : stored.ipv4Address());
    IpPrefix ipv6 = ipv6(options.ipv6(), stored == null ? null : stored.ipv6Address());
    AsNumber as = asNumber(options.asNumber(), stored == null ? null : stored.asNumber());
    refuseTakenAddress(options.name(), ipv4);
    refuseTakenAddress(options.name(), ipv6);

    new ResourceWriter(datastore)
        .apply(new Node(metadata, new Node.Spec(new Node.Bgp(as, ipv4, ipv6))));
    writeDefaultSettings();
    pools.createMissing(datastore, host.hasIpv6(), say);
    say.accept("Using node name: " + options.name());
    ensureTunnelAddresses(options.name());
    if (!options.bgp()) {
      say.accept("CALICO_NETWORKING_BACKEND is none - no BGP daemon running");
    }
  }

  /// Before the agent starts, so that its first look finds them; the agent sees to them from then
  /// on.
  private void ensureTunnelAddresses(String node) {
    new TunnelAddresses(datastore)
        .ensureAll(node)
        .forEach((tunnel, outcome) -> {
          if (outcome instanceof TunnelAddresses.Outcome.Unobtainable(var reason)) {
            say.accept("WARNING: this node has no %s tunnel address: %s".formatted(tunnel, reason));
          }
        });
  }

  private Node.@Nullable Bgp stored(Node identity) {
    Optional<Entry<Resource>> entry = datastore.get(new Key.ForResource(identity.key()));
    return entry.isPresent() && entry.get().value() instanceof Node(_, var spec)
        ? spec.bgp()
        : null;
  }

  /// A node has an IPv4 address, found if need be.
  private IpPrefix ipv4(RunOptions.Address address, @Nullable IpPrefix stored) {
    IpPrefix chosen = address(address, stored, IpFamily.IPV4, stored == null);
    if (chosen == null) {
      throw new IllegalStateException("an address that is wanted is found or refused");
    }
    return chosen;
  }

  /// It has an IPv6 address if somebody says so.
  private @Nullable IpPrefix ipv6(RunOptions.Address address, @Nullable IpPrefix stored) {
    return address(address, stored, IpFamily.IPV6, false);
  }

  private @Nullable IpPrefix address(
      RunOptions.Address address, @Nullable IpPrefix stored, IpFamily family, boolean needed) {
    IpPrefix chosen = stored;
    RunOptions.Given given = address.given();
    if (given != null) {
      chosen = given(given, family);
    } else if (address.wanted() || needed) {
      chosen = detected(address.method(), stored, family);
    }
    if (stored != null && chosen != null && !stored.address().equals(chosen.address())) {
      say.accept(
          "WARNING: IPv%d address of this node changes from %s to %s"
              .formatted(family.version(), stored.address(), chosen.address()));
    }
    return chosen;
  }

  private IpPrefix given(RunOptions.Given given, IpFamily family) {
    say.accept(
        "Using IPv%d address from environment: %s=%s"
            .formatted(family.version(), family == IpFamily.IPV4 ? "IP" : "IP6", given.text()));
    Optional<OnInterface> found = detector.onInterface(given.address().address());
    if (found.isEmpty()) {
      say.accept(
          "WARNING: Unable to confirm IPv%d address %s is assigned to this host"
              .formatted(family.version(), given.address().address()));
      return given.address();
    }
    say.accept(
        "IPv%d address %s discovered on interface %s"
            .formatted(family.version(), given.address().address(), found.get().name()));
    return given.withNetwork() ? given.address() : found.get().address();
  }

  private IpPrefix detected(Detection method, @Nullable IpPrefix stored, IpFamily family) {
    Optional<Found> found = detector.find(method, family);
    if (found.isPresent()) {
      say.accept(found.get().told());
      return found.get().address();
    }
    if (stored != null) {
      say.accept(
          "WARNING: Autodetection of IPv%d address failed, keeping existing value: %s"
              .formatted(family.version(), stored));
      return stored;
    }
    String option = family == IpFamily.IPV4 ? "--ip" : "--ip6";
    List<String> names =
        host.interfaces().stream()
            .map(each -> each.up() ? each.name() : each.name() + " (down)")
            .toList();
    throw new RefusedException(
        """
        Couldn't autodetect a management IPv%d address:
          -  method '%s' found none on the interfaces %s
          -  give the address: %s=<IP>
          -  or find it in another way: %s-autodetection-method=<METHOD>\
        """
            .formatted(family.version(), method, String.join(", ", names), option, option));
  }

  private @Nullable AsNumber asNumber(@Nullable AsNumber given, @Nullable AsNumber stored) {
    if (given != null) {
      say.accept("Using AS number specified in environment (AS=" + given + ")");
      return given;
    }
    say.accept(
        stored == null
            ? "No AS number configured on node resource, using global value"
            : "Using AS number " + stored + " configured in node resource");
    return stored;
  }

  private void refuseTakenAddress(String name, @Nullable IpPrefix address) {
    if (address == null) {
      return;
    }
    for (Entry<Resource> entry : datastore.list(new KeyRange.Resources(Kind.NODE))) {
      if (entry.value() instanceof Node(var other, var spec)
          && !name.equals(other.name())
          && spec.bgp() instanceof Node.Bgp(_, var ipv4, var ipv6)
          && (sameAddress(address, ipv4) || sameAddress(address, ipv6))) {
        throw new RefusedException(
            "%s is the address of node %s already. Give this node its own address, or its own name: --name=<NAME>"
                .formatted(address.address(), other.name()));
      }
    }
  }

  private static boolean sameAddress(IpPrefix address, @Nullable IpPrefix other) {
    return other != null && other.address().equals(address.address());
  }

  /// What a node of Calico v1.1 leaves in a fresh cluster.
  private void writeDefaultSettings() {
    writeIfAbsent(new Key.FelixSetting(null, "ReportingIntervalSecs"), "0");
    writeIfAbsent(new Key.FelixSetting(null, "LogSeverityScreen"), "info");
    writeIfAbsent(new Key.BgpSetting(null, "node_mesh"), "{\"enabled\":true}");
    writeIfAbsent(new Key.BgpSetting(null, "as_num"), "64512");
    writeIfAbsent(new Key.BgpSetting(null, "loglevel"), "info");
  }

  private void writeIfAbsent(Key<String> key, String value) {
    if (datastore.get(key).isEmpty()) {
      try {
        datastore.create(key, value);
      } catch (DatastoreException.AlreadyExists e) {
        // Another node came first.
      }
    }
  }
}
