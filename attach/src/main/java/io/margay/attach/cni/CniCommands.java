package io.margay.attach.cni;

import com.fasterxml.jackson.databind.JsonNode;
import io.margay.attach.AddressSource;
import io.margay.attach.AttachException;
import io.margay.attach.Attachments;
import io.margay.attach.Attachments.Place;
import io.margay.attach.Attachments.Traits;
import io.margay.attach.CalicoIpam;
import io.margay.attach.Endpoints;
import io.margay.attach.Endpoints.Ingress;
import io.margay.attach.GarbageCollection;
import io.margay.attach.GarbageCollection.Known;
import io.margay.attach.GivenAddresses;
import io.margay.attach.Phases;
import io.margay.attach.Workload;
import io.margay.attach.cni.CniError.Code;
import io.margay.datastore.Datastore;
import io.margay.datastore.DatastoreException;
import io.margay.datastore.Key;
import io.margay.ipam.AttributeNames;
import io.margay.ipam.Ipam;
import io.margay.kernel.KernelException;
import io.margay.model.ResourceKey.NodeKey;
import io.margay.model.WorkloadEndpoint;
import io.margay.net.IpAddress;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What the plugins `calico` and `calico-ipam` do. Any platform thread may call.
public final class CniCommands {

  private static final Logger LOG = LoggerFactory.getLogger(CniCommands.class);

  private static final String NAMESPACE_LABEL = "calico/k8s_ns";
  private static final String NAMESPACE_PROFILE = "k8s_ns.";

  private final String node;
  private final Datastore datastore;
  private final Ipam ipam;
  private final Attachments attachments;
  private final PodSource pods;

  /// @param node which the agent is
  public CniCommands(String node, Datastore datastore, Attachments attachments, PodSource pods) {
    this.node = node;
    this.datastore = datastore;
    this.ipam = new Ipam(datastore);
    this.attachments = attachments;
    this.pods = pods;
  }

  /// Does what a plugin was started for.
  ///
  /// @param environment of the plugin
  /// @param config what it read
  /// @param program runs another plugin beside it
  public CniAnswer answer(
      boolean ipamOnly, Map<String, String> environment, String config, IpamProgram program) {
    try {
      CniRequest request = CniRequest.of(ipamOnly, environment, config);
      NetworkConfig network = NetworkConfig.parse(config, request);
      requireThisNode(network);
      Call call = new Call(request, network, program, environment.getOrDefault("CNI_ARGS", ""));
      String said = ipamOnly ? call.ipamOnly() : call.answer();
      return new CniAnswer(0, said, call.phases);
    } catch (AttachException | DatastoreException | KernelException | CniError e) {
      LOG.warn(
          "CNI {} of container {} failed: {}",
          environment.getOrDefault("CNI_COMMAND", ""),
          environment.getOrDefault("CNI_CONTAINERID", ""),
          e.getMessage());
      return CniError.of(e).answer(NetworkConfig.versionOf(config), "node " + node);
    }
  }

  private void requireThisNode(NetworkConfig network) {
    String wanted = network.nodename();
    if (wanted != null && !wanted.equals(node)) {
      throw new CniError(
          Code.INVALID_CONFIGURATION,
          "nodename is '%s', but the agent at this socket is that of node '%s'. Leave nodename out, or name the socket of the other agent: agent_socket."
              .formatted(wanted, node));
    }
  }

  /// One request with its configuration.
  private final class Call {

    private final CniRequest request;
    private final NetworkConfig network;
    private final IpamProgram program;
    private final String args;
    private final String namespace;
    private final String pod;
    private @Nullable Phases phases;

    Call(CniRequest request, NetworkConfig network, IpamProgram program, String args) {
      this.request = request;
      this.network = network;
      this.program = program;
      this.args = args;
      this.namespace = request.arg("K8S_POD_NAMESPACE");
      this.pod = request.arg("K8S_POD_NAME");
    }

    private boolean isPod() {
      return !namespace.isEmpty() && !pod.isEmpty();
    }

    String answer() {
      return switch (request.command()) {
        case ADD -> add();
        case DEL -> {
          attachments.delete(place(), source(PodWishes.NONE));
          yield "";
        }
        case CHECK -> check();
        case GC -> {
          collect();
          yield "";
        }
        case STATUS -> {
          status();
          yield "";
        }
      };
    }

    private Workload workload() {
      return isPod()
          ? Workload.pod(namespace, pod, request.containerId())
          : Workload.container(request.containerId());
    }

    private Place place() {
      return new Place(
          workload(),
          request.netns(),
          request.device(),
          network.name(),
          network.mtu(),
          network.patience(),
          network.limits());
    }

    private String add() {
      var attachment = attachments.add(place(), this::traits, source(PodWishes.NONE));
      phases = attachment.phases();
      return CniResult.of(network, attachment, String.valueOf(request.netns()));
    }

    private Traits traits() {
      boolean policy = !network.policyType().isEmpty();
      if (!isPod()) {
        return new Traits(
            source(PodWishes.NONE),
            network.name(),
            policy ? null : Ingress.SAME_NETWORK,
            network.labels());
      }
      SortedMap<String, String> labels = new TreeMap<>();
      PodWishes wishes = PodWishes.NONE;
      if (policy) {
        PodSource.Pod found =
            pods.pod(network.kubernetes(), namespace, pod)
                .orElseThrow(() ->
                    new CniError(
                        Code.TRY_AGAIN_LATER,
                        "the API of Kubernetes knows no pod %s in namespace %s (yet)."
                            .formatted(pod, namespace)));
        labels.putAll(found.labels());
        wishes = PodWishes.of(found.annotations());
      }
      labels.put(NAMESPACE_LABEL, namespace);
      return new Traits(
          source(wishes),
          policy ? NAMESPACE_PROFILE + namespace : network.name(),
          policy ? null : Ingress.ANYONE,
          labels);
    }

    private AddressSource source(PodWishes wishes) {
      if (!wishes.foreign().isEmpty()) {
        return new GivenAddresses(wishes.foreign());
      }
      return network.ipam().type().equals(NetworkConfig.CALICO_IPAM)
          ? calicoIpam(wishes, workload())
          : new DelegatedIpam(network, program, args(wishes), this::podCidr);
    }

    /// What the pod asks for comes first; others are told of it by `IP=`.
    private String args(PodWishes wishes) {
      if (wishes.chosen().isEmpty()) {
        return args;
      }
      String wanted =
          wishes.chosen().stream().map(IpAddress::toString).collect(Collectors.joining(","));
      return (args.isEmpty() ? "" : args + ";") + "IP=" + wanted;
    }

    private String podCidr() {
      String name = network.kubernetes().nodeName();
      return pods.podCidr(network.kubernetes(), name == null ? node : name)
          .orElseThrow(() ->
              new CniError(
                  Code.TRY_AGAIN_LATER,
                  "ipam.subnet is usePodCidr, and the API of Kubernetes knows no podCIDR of node %s (yet)."
                      .formatted(name == null ? node : name)));
    }

    private CalicoIpam calicoIpam(PodWishes wishes, Workload workload) {
      var ipamConfig = network.ipam();
      var wish =
          new CalicoIpam.Wish(
              ipamConfig.assignIpv4() ? 1 : 0,
              ipamConfig.assignIpv6() ? 1 : 0,
              wishes.ipv4Pools().isEmpty() ? ipamConfig.ipv4Pools() : wishes.ipv4Pools(),
              wishes.ipv6Pools().isEmpty() ? ipamConfig.ipv6Pools() : wishes.ipv6Pools(),
              wishes.chosen().isEmpty() ? ipamConfig.chosen() : wishes.chosen());
      return new CalicoIpam(ipam, wish, holder(workload));
    }

    private CalicoIpam.Holder holder(Workload workload) {
      SortedMap<String, String> notes = new TreeMap<>();
      if (workload.isPod()) {
        int dot = workload.id().indexOf('.');
        notes.put(AttributeNames.NAMESPACE, workload.id().substring(0, dot));
        notes.put(AttributeNames.POD, workload.id().substring(dot + 1));
      }
      return new CalicoIpam.Holder(
          node, network.name(), workload.container(), workload.id(), notes);
    }

    // ---- CHECK, GC, STATUS

    private String check() {
      List<String> problems = attachments.check(place(), expected(), source(PodWishes.NONE));
      requireNone(problems);
      return "";
    }

    private List<IpAddress> expected() {
      JsonNode previous = network.json().path("prevResult");
      if (!previous.isObject()) {
        throw new CniError(
            Code.INVALID_CONFIGURATION,
            "CHECK needs prevResult in the configuration, the result of ADD.");
      }
      return CniResult.addresses(previous, "prevResult");
    }

    private void requireNone(List<String> problems) {
      if (!problems.isEmpty()) {
        throw new CniError(
            Code.OWN, String.join("; ", problems) + ". Delete the container and add it again.");
      }
    }

    private void collect() {
      Set<Known> known = known();
      new GarbageCollection(new Endpoints(datastore, node), attachments, network.name(), known)
          .run(this::isOfThisNetwork, this::sourceOf);
      if (network.ipam().type().equals(NetworkConfig.CALICO_IPAM)) {
        collectAddresses(known);
      } else if (!network.ipam().type().isEmpty()) {
        collectElsewhere();
      }
    }

    private Set<Known> known() {
      Set<Known> known = new HashSet<>();
      for (JsonNode each : network.json().path("cni.dev/valid-attachments")) {
        known.add(new Known(each.path("containerID").asText(), each.path("ifname").asText()));
      }
      return known;
    }

    private boolean isOfThisNetwork(WorkloadEndpoint endpoint) {
      return endpoint.spec().profiles().contains(network.name())
          || endpoint.spec().ipNetworks().stream()
              .map(each -> ipam.owner(each.address()))
              .anyMatch(owner -> owner.isPresent() && CalicoIpam.isOf(network.name(), owner.get()));
    }

    private AddressSource sourceOf(Workload workload) {
      return network.ipam().type().equals(NetworkConfig.CALICO_IPAM)
          ? calicoIpam(PodWishes.NONE, workload)
          // It is told which containers are left, and collects the others itself.
          : new GivenAddresses(List.of());
    }

    /// Addresses that are left of containers which never had an endpoint.
    private void collectAddresses(Set<Known> known) {
      Set<String> containers = known.stream().map(Known::container).collect(Collectors.toSet());
      CalicoIpam.collect(datastore, ipam, node, network.name(), containers);
    }

    private void collectElsewhere() {
      try {
        new DelegatedIpam(network, program, args, this::podCidr).collect();
      } catch (CniError e) {
        LOG.info("Addresses of containers that are gone may be left: {}", e.getMessage());
      }
    }

    private void status() {
      try {
        if (datastore.get(new Key.ForResource(new NodeKey(node))).isPresent()) {
          return;
        }
      } catch (DatastoreException e) {
        throw new CniError(
            Code.LIMITED_CONNECTIVITY,
            "the datastore cannot be asked: %s. Containers that are there go on; new ones must wait."
                .formatted(e.getMessage()));
      }
      throw new CniError(
          Code.NOT_AVAILABLE,
          "node %s is not in the datastore. Start its agent anew: margay node.".formatted(node));
    }

    // ---- calico-ipam alone

    String ipamOnly() {
      CalicoIpam source = calicoIpam(PodWishes.NONE, workload());
      return switch (request.command()) {
        case ADD -> CniResult.ofIpam(network, source.take());
        case DEL -> {
          source.giveBack(List.of());
          yield "";
        }
        case CHECK -> {
          requireNone(source.problems(expected()));
          yield "";
        }
        case GC -> {
          collectAddresses(known());
          yield "";
        }
        case STATUS -> {
          status();
          yield "";
        }
      };
    }
  }
}
