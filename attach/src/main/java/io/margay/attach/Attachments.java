package io.margay.attach;

import io.margay.attach.AttachException.Reason;
import io.margay.attach.Endpoints.Stored;
import io.margay.datastore.DatastoreException;
import io.margay.kernel.KernelException;
import io.margay.kernel.namespace.NetworkNamespace;
import io.margay.kernel.namespace.NetworkNamespaces;
import io.margay.kernel.namespace.VethEnd;
import io.margay.model.QosControls;
import io.margay.model.ResourceKey.WorkloadEndpointKey;
import io.margay.model.WorkloadEndpoint;
import io.margay.net.IpAddress;
import io.margay.net.MacAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Attaches workloads and detaches them, on behalf of CNI. What is asked about one workload is done
/// one after the other; different workloads do not wait for each other. Any platform thread may
/// call.
public final class Attachments {

  private static final Logger LOG = LoggerFactory.getLogger(Attachments.class);

  private final Endpoints endpoints;
  private final Wiring wiring;
  private final NetworkNamespaces namespaces;
  private final EndpointReadiness readiness;
  private final Turns turns = new Turns();

  public Attachments(
      Endpoints endpoints, NetworkNamespaces namespaces, EndpointReadiness readiness) {
    this.endpoints = endpoints;
    this.namespaces = namespaces;
    this.wiring = new Wiring(namespaces);
    this.readiness = readiness;
  }

  /// Where a workload is to be attached.
  ///
  /// @param netns a file that stands for its network namespace; null if it is gone
  /// @param device what the interface in it is called
  /// @param network the network's name
  /// @param mtu of the interface in bytes, 0 for the kernel's choice
  /// @param patience how long to wait for the dataplane
  /// @param limits on its bandwidth; null if none are asked for, which leaves those of an endpoint
  ///   that is there
  public record Place(
      Workload workload,
      @Nullable Path netns,
      String device,
      String network,
      int mtu,
      Duration patience,
      @Nullable QosControls limits) {

    /// Without limits.
    public Place(
        Workload workload,
        @Nullable Path netns,
        String device,
        String network,
        int mtu,
        Duration patience) {
      this(workload, netns, device, network, mtu, patience, null);
    }
  }

  /// What a new endpoint is to be like.
  ///
  /// @param newProfile whom the profile lets in if it must be made; null if somebody else makes it
  public record Traits(
      AddressSource addresses,
      String profile,
      Endpoints.@Nullable Ingress newProfile,
      SortedMap<String, String> labels) {}

  // ---- ADD

  /// Attaches a workload, or finds it attached. A container that has an endpoint joins the network
  /// with that; an endpoint whose interface is gone gets a new one.
  ///
  /// @param traits asked for only if there is no endpoint
  /// @param ofOld where the addresses of an endpoint that is there came from
  public Attachment add(Place place, Supplier<Traits> traits, AddressSource ofOld) {
    try (var _ = turns.take(place.workload().orchestrator() + "/" + place.workload().id());
        NetworkNamespace inside = requireNamespace(place)) {
      List<Stored> there =
          endpoints.ofWorkload(place.workload().orchestrator(), place.workload().id());
      WorkloadEndpointKey key = key(place);
      for (Stored each : there) {
        if (each.key().equals(key)) {
          return refresh(place, each, ofOld, inside);
        }
      }
      return there.isEmpty() ? attach(place, traits.get(), inside) : join(place, there.getFirst());
    }
  }

  private WorkloadEndpointKey key(Place place) {
    return endpoints.key(place.workload().orchestrator(), place.workload().id(), place.device());
  }

  private NetworkNamespace requireNamespace(Place place) {
    Path netns = place.netns();
    NetworkNamespace inside = netns == null ? null : namespaces.open(netns).orElse(null);
    if (inside == null) {
      throw new AttachException(
          Reason.UNKNOWN_CONTAINER,
          "the container's network namespace %s does not exist (CNI_NETNS, expected the path of one). Make the container anew."
              .formatted(netns));
    }
    if (inside.isOwn()) {
      throw new AttachException(
          Reason.INVALID_ENVIRONMENT,
          "CNI_NETNS is %s, which is the host's own network namespace. A container on the host's network needs no CNI network."
              .formatted(netns));
    }
    return inside;
  }

  private Cable cable(Place place, String hostName) {
    return new Cable(
        hostName, Cable.HOST_MAC, Endpoints.owner(key(place)), place.device(), null, place.mtu());
  }

  /// From nothing: addresses, then the veth, then the endpoint. On failure it is undone in the
  /// reverse order.
  private Attachment attach(Place place, Traits traits, NetworkNamespace inside) {
    long begun = System.nanoTime();
    AddressSource source = traits.addresses();
    List<IpAddress> addresses = source.take();
    long taken = System.nanoTime();
    Cable cable = cable(place, place.workload().hostName());
    try {
      requireFreeName(place, cable);
      if (addresses.isEmpty()) {
        throw new AttachException(
            Reason.FAILED, "IPAM gave no address. Check the network's ipam configuration.");
      }
      MacAddress mac = wiring.connect(cable, addresses, inside);
      long connected = System.nanoTime();
      if (traits.newProfile() != null) {
        endpoints.createProfile(traits.profile(), traits.newProfile());
      }
      WorkloadEndpoint endpoint =
          EndpointChanges.limited(
              EndpointChanges.fresh(
                  key(place),
                  addresses,
                  List.of(traits.profile()),
                  cable.hostName(),
                  mac,
                  traits.labels(),
                  place.workload().instance()),
              place.limits());
      endpoints.write(endpoint);
      long written = System.nanoTime();
      awaitDataplane(place, endpoint);
      Phases phases =
          new Phases(
              taken - begun, connected - taken, written - connected, System.nanoTime() - written);
      LOG.debug("{} is attached: {}", endpoint.key(), phases);
      return attachment(endpoint, place.device(), place.mtu(), phases);
    } catch (AttachException | DatastoreException | KernelException e) {
      undo(e, () -> endpoints.delete(key(place), null));
      undo(e, () -> removeOurs(place, cable));
      undo(e, () -> source.giveBack(addresses));
      throw e;
    }
  }

  private void removeOurs(Place place, Cable cable) {
    if (isOurs(place, cable.hostName(), cable.owner())) {
      wiring.remove(cable.hostName(), cable.owner());
    }
  }

  /// Interfaces that others made carry no note of whose they are. One that an endpoint names is in
  /// use; any other was left behind.
  private void requireFreeName(Place place, Cable cable) {
    if (namespaces.own().veths().read(cable.hostName()).isPresent()
        && !isOurs(place, cable.hostName(), cable.owner())) {
      throw new AttachException(
          Reason.FAILED,
          "interface %s on the host is another workload's and not %s's, and stays; see `ip -d link show %s`. Give the workload another id."
              .formatted(cable.hostName(), cable.owner(), cable.hostName()));
    }
  }

  private static void undo(RuntimeException cause, Runnable step) {
    try {
      step.run();
    } catch (AttachException | DatastoreException | KernelException e) {
      LOG.warn(
          "What was begun could not be taken back wholly; the runtime's DEL or the next ADD does it: {}",
          e.getMessage());
      cause.addSuppressed(e);
    }
  }

  /// An endpoint that is there: left alone if its interface is as it should be, else connected anew
  /// with the addresses that it has. Labels and profiles stay, as people change them.
  private Attachment refresh(
      Place place, Stored stored, AddressSource source, NetworkNamespace inside) {
    WorkloadEndpoint old = stored.endpoint();
    List<IpAddress> addresses = EndpointChanges.addresses(old);
    String hostName = hostName(place, old);
    Cable cable = cable(place, hostName);
    source.keep(addresses);
    MacAddress mac = old.spec().mac();
    if (mac == null || !isConnected(cable, mac, inside)) {
      mac = wiring.connect(cable, addresses, inside);
    }
    WorkloadEndpoint fresh =
        EndpointChanges.limited(
            EndpointChanges.connected(
                EndpointChanges.withProfiles(old, withProfile(place, old)),
                hostName,
                mac,
                place.workload().instance()),
            place.limits());
    endpoints.write(fresh);
    awaitDataplane(place, fresh);
    return attachment(fresh, place.device(), place.mtu(), Phases.NONE);
  }

  private static List<String> withProfile(Place place, WorkloadEndpoint old) {
    List<String> profiles = new ArrayList<>(old.spec().profiles());
    if (!place.workload().isPod() && !profiles.contains(place.network())) {
      profiles.add(place.network());
    }
    return profiles;
  }

  private boolean isConnected(Cable cable, MacAddress mac, NetworkNamespace inside) {
    Optional<VethEnd> host = namespaces.own().veths().read(cable.hostName());
    Optional<VethEnd> workload = inside.veths().read(cable.workloadName());
    return host.isPresent()
        && workload.isPresent()
        && host.get().link().adminUp()
        && workload.get().link().adminUp()
        && workload.get().peerIndex() == host.get().link().index()
        && mac.equals(workload.get().link().mac());
  }

  /// A container with an interface in another network: that carries this one too, as far as the
  /// profiles of both let it.
  private Attachment join(Place place, Stored stored) {
    WorkloadEndpoint old = stored.endpoint();
    if (!place.workload().isPod()) {
      endpoints.createProfile(place.network(), Endpoints.Ingress.SAME_NETWORK);
      endpoints.write(EndpointChanges.withProfiles(old, withProfile(place, old)));
    }
    return attachment(old, stored.key().name(), place.mtu(), Phases.NONE);
  }

  /// Waits for the dataplane, so that the workload's first packet is judged by its policy and not
  /// lost. If that takes too long the workload begins all the same, behind closed doors.
  private void awaitDataplane(Place place, WorkloadEndpoint endpoint) {
    try {
      if (!readiness.await(endpoint.key(), place.patience())) {
        LOG.warn(
            "{} is attached, but its rules and routes are not in the kernel after {} ms; it passes nothing until then. See `margay node show`.",
            endpoint.key(),
            place.patience().toMillis());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private Attachment attachment(WorkloadEndpoint endpoint, String device, int mtu, Phases phases) {
    String hostName =
        endpoint.spec().interfaceName() == null ? "" : endpoint.spec().interfaceName();
    int actual = namespaces.own().veths().read(hostName).map(end -> end.link().mtu()).orElse(mtu);
    return new Attachment(
        EndpointChanges.addresses(endpoint),
        hostName,
        device,
        endpoint.spec().mac(),
        actual,
        phases);
  }

  private static String hostName(Place place, WorkloadEndpoint endpoint) {
    String stored = endpoint.spec().interfaceName();
    return stored == null ? place.workload().hostName() : stored;
  }

  // ---- DEL

  /// Detaches a workload. What is missing counts as detached; a container that has been replaced by
  /// another of the same pod changes nothing.
  public void delete(Place place, AddressSource source) {
    try (var _ = turns.take(place.workload().orchestrator() + "/" + place.workload().id())) {
      List<Stored> there =
          endpoints.ofWorkload(place.workload().orchestrator(), place.workload().id());
      Optional<Stored> own =
          there.stream().filter(each -> each.key().equals(key(place))).findFirst();
      if (own.isEmpty() && leave(place, there)) {
        return;
      }
      String instance = own.map(each -> each.endpoint().activeInstance()).orElse(null);
      if (instance != null && !instance.equals(place.workload().container())) {
        LOG.info(
            "{} is container {} by now; what {} had is its own, and stays.",
            key(place),
            instance,
            place.workload().container());
        return;
      }
      own.ifPresent(each -> endpoints.delete(each.key(), each.revision()));
      disconnect(place, own.map(Stored::endpoint));
      source.giveBack(
          own.map(each -> EndpointChanges.addresses(each.endpoint())).orElse(List.of()));
    }
  }

  /// Takes a container out of a network that it joined with the interface of another.
  ///
  /// @return whether that was all there is to do
  private boolean leave(Place place, List<Stored> there) {
    for (Stored each : there) {
      List<String> profiles = new ArrayList<>(each.endpoint().spec().profiles());
      if (!place.workload().isPod() && profiles.size() > 1 && profiles.remove(place.network())) {
        endpoints.write(EndpointChanges.withProfiles(each.endpoint(), profiles));
      }
    }
    return !there.isEmpty();
  }

  private void disconnect(Place place, Optional<WorkloadEndpoint> endpoint) {
    String hostName =
        endpoint.map(each -> hostName(place, each)).orElse(place.workload().hostName());
    String owner = Endpoints.owner(key(place));
    if (endpoint.isPresent() || isOurs(place, hostName, owner)) {
      wiring.remove(hostName, owner);
    }
    Path netns = place.netns();
    if (endpoint.isEmpty() || netns == null) {
      return;
    }
    // The pair is gone with its one end, unless somebody renamed that.
    try (NetworkNamespace inside = namespaces.open(netns).orElse(null)) {
      if (inside != null
          && !inside.isOwn()
          && inside.veths().read(place.device()).filter(VethEnd::isVeth).isPresent()) {
        inside.veths().delete(place.device());
      }
    }
  }

  /// Whether a host's end is the workload's, as far as one can tell: it may be of an ADD that died
  /// before it wrote the endpoint, or before it noted down whose it is.
  private boolean isOurs(Place place, String hostName, String owner) {
    Optional<VethEnd> end = namespaces.own().veths().read(hostName);
    return end.isPresent()
        && end.get().isVeth()
        && (end.get().alias().isEmpty()
            ? endpoints.usersOf(hostName).stream().allMatch(key(place)::equals)
            : end.get().alias().equals(owner));
  }

  // ---- CHECK

  /// What is not as it was when the workload was attached, each as a sentence; empty if all is
  /// well.
  ///
  /// @param expected the addresses that the runtime was told
  public List<String> check(Place place, List<IpAddress> expected, AddressSource source) {
    try (var _ = turns.take(place.workload().orchestrator() + "/" + place.workload().id());
        NetworkNamespace inside = requireNamespace(place)) {
      Optional<Stored> stored =
          endpoints.ofWorkload(place.workload().orchestrator(), place.workload().id()).stream()
              .filter(each ->
                  each.key().equals(key(place))
                      || each.endpoint().spec().profiles().contains(place.network()))
              .findFirst();
      if (stored.isEmpty()) {
        return List.of("the endpoint %s is missing in the datastore".formatted(key(place)));
      }
      WorkloadEndpoint endpoint = stored.get().endpoint();
      List<IpAddress> addresses = EndpointChanges.addresses(endpoint);
      List<String> problems = new ArrayList<>();
      for (IpAddress each : expected) {
        if (!addresses.contains(each)) {
          problems.add("address %s is not the endpoint's (it has %s)".formatted(each, addresses));
        }
      }
      String device = stored.get().key().name();
      Cable cable =
          new Cable(hostName(place, endpoint), Cable.HOST_MAC, "", device, null, place.mtu());
      problems.addAll(wiring.problems(cable, addresses, inside));
      problems.addAll(source.problems(addresses));
      return problems;
    }
  }
}
