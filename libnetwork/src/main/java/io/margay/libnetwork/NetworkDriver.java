package io.margay.libnetwork;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.margay.attach.Cable;
import io.margay.attach.Endpoints;
import io.margay.attach.InterfaceName;
import io.margay.attach.Wiring;
import io.margay.model.Names;
import io.margay.model.ResourceKey.WorkloadEndpointKey;
import io.margay.model.WorkloadEndpoint;
import io.margay.net.IpFamily;
import io.margay.net.IpPrefix;
import io.margay.net.MacAddress;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeMap;

/// Networks of Docker's driver `calico`. A network is a profile; a container's place in it is a
/// workload endpoint and a veth pair.
final class NetworkDriver implements Driver {

  private static final String ORCHESTRATOR = "libnetwork";
  private static final String WORKLOAD = "libnetwork";

  /// What a container's interface has unless its user chose another. It need not be unique: a
  /// container's host is all that it can send a frame to.
  private static final MacAddress USUAL_MAC = MacAddress.parse("ee:ee:ee:ee:ee:ee");

  /// What our IPAM driver says is a network's gateway, see [IpamDriver].
  private static final String NO_GATEWAY = "0.0.0.0/0";

  private static final int ID_IN_NAME = 11;
  private static final int TYPE_CONNECTED = 1;

  private final LibnetworkSettings settings;
  private final Docker docker;
  private final Endpoints endpoints;
  private final Cables cables;
  private final EndpointLabels labels;

  /// Veth pairs, as [Wiring] makes them.
  interface Cables {
    void lay(Cable cable);

    void remove(String hostName, String owner);
  }

  NetworkDriver(
      LibnetworkSettings settings,
      Docker docker,
      Endpoints endpoints,
      Cables cables,
      EndpointLabels labels) {
    this.settings = settings;
    this.docker = docker;
    this.endpoints = endpoints;
    this.cables = cables;
    this.labels = labels;
  }

  private static ObjectNode object() {
    return PluginServer.MAPPER.createObjectNode();
  }

  @Override
  public Optional<ObjectNode> answer(String path, JsonNode request) {
    return Optional.ofNullable(
        switch (path) {
          case "/Plugin.Activate" -> {
            ObjectNode answer = object();
            answer.putArray("Implements").add("NetworkDriver");
            yield answer;
          }
          case "/NetworkDriver.GetCapabilities" -> object().put("Scope", settings.scope());
          case "/NetworkDriver.CreateNetwork" -> createNetwork(request);
          case "/NetworkDriver.CreateEndpoint" -> createEndpoint(request);
          case "/NetworkDriver.EndpointOperInfo" -> {
            ObjectNode answer = object();
            answer.putObject("Value");
            yield answer;
          }
          case "/NetworkDriver.DeleteEndpoint" -> deleteEndpoint(request);
          case "/NetworkDriver.Join" -> join(request);
          case "/NetworkDriver.Leave" -> leave(request);
          case "/NetworkDriver.DeleteNetwork",
              "/NetworkDriver.AllocateNetwork",
              "/NetworkDriver.FreeNetwork",
              "/NetworkDriver.DiscoverNew",
              "/NetworkDriver.DiscoverDelete",
              "/NetworkDriver.ProgramExternalConnectivity",
              "/NetworkDriver.RevokeExternalConnectivity" ->
              object();
          default -> null;
        });
  }

  private static String required(JsonNode request, String field) {
    String text = request.path(field).asText("");
    if (text.isEmpty()) {
      throw new RefusedException(field + " is missing in the request");
    }
    return text;
  }

  /// Nothing is stored: the profile comes with the first endpoint, since only then the network's
  /// name can be asked for.
  private static ObjectNode createNetwork(JsonNode request) {
    JsonNode options = request.path("Options");
    JsonNode generic = options.path("com.docker.network.generic");
    if (!generic.isEmpty()) {
      throw new RefusedException(
          "the driver calico has no options, but %s was given. Leave --opt away."
              .formatted(generic));
    }
    if (options.path("com.docker.network.internal").asBoolean(false)) {
      throw new RefusedException(
          "the driver calico has no internal networks. Leave --internal away, and have a policy say who may send where.");
    }
    for (JsonNode data : request.path("IPv4Data")) {
      String gateway = data.path("Gateway").asText("");
      if (!gateway.equals(NO_GATEWAY)) {
        throw new RefusedException(
            "non-Calico IPAM driver: the network's gateway is '%s', expected %s. Add --ipam-driver calico-ipam, and leave --gateway away."
                .formatted(gateway, NO_GATEWAY));
      }
    }
    return object();
  }

  private ObjectNode createEndpoint(JsonNode request) {
    WorkloadEndpointKey key = key(request);
    JsonNode wanted = request.path("Interface");
    IpPrefix address = address(wanted.path("Address").asText(""));
    String givenMac = wanted.path("MacAddress").asText("");
    MacAddress mac = givenMac.isEmpty() ? USUAL_MAC : mac(givenMac);
    String networkId = id(request, "NetworkID");
    String network = docker.networkName(networkId);
    if (settings.createProfiles()) {
      if (!Names.isName(network)) {
        throw new RefusedException(
            "the network's name '%s' cannot be a profile's, which is 1 to 128 letters, digits, _, . and -. Name the network otherwise."
                .formatted(network));
      }
      endpoints.createProfile(network, Endpoints.Ingress.SAME_NETWORK);
    }
    endpoints.write(
        new WorkloadEndpoint(
            new WorkloadEndpoint.Metadata(
                key.name(), key.workload(), key.orchestrator(), key.node(), new TreeMap<>()),
            new WorkloadEndpoint.Spec(
                List.of(address),
                List.of(),
                null,
                null,
                settings.createProfiles() ? List.of(network) : List.of(),
                hostName(key),
                mac)));
    labels.follow(key, networkId);
    ObjectNode answer = object();
    // libnetwork takes a MAC address in the answer for one that the driver chose, and refuses it
    // where the user did.
    answer.putObject("Interface").put("MacAddress", givenMac.isEmpty() ? upper(USUAL_MAC) : "");
    return answer;
  }

  private static String upper(MacAddress mac) {
    return mac.toString().toUpperCase(Locale.ROOT);
  }

  private static IpPrefix address(String text) {
    if (text.isEmpty()) {
      throw new RefusedException(
          "the endpoint has no IPv4 address. Use the network with --ipam-driver calico-ipam.");
    }
    try {
      IpPrefix address = IpPrefix.parse(text);
      if (address.family() == IpFamily.IPV4) {
        return address.address().toPrefix();
      }
    } catch (IllegalArgumentException e) {
      throw new RefusedException("Interface.Address: " + e.getMessage(), e);
    }
    throw new RefusedException("Interface.Address is '%s', expected IPv4".formatted(text));
  }

  private static MacAddress mac(String text) {
    try {
      return MacAddress.parse(text);
    } catch (IllegalArgumentException e) {
      throw new RefusedException("Interface.MacAddress: " + e.getMessage(), e);
    }
  }

  private WorkloadEndpointKey key(JsonNode request) {
    return endpoints.key(ORCHESTRATOR, WORKLOAD, id(request, "EndpointID"));
  }

  /// It becomes part of a datastore key, or of a path.
  private static String id(JsonNode request, String field) {
    String id = required(request, field);
    if (!id.matches("[A-Za-z0-9_-]{1,128}")) {
      throw new RefusedException(
          "%s is '%s', expected 1 to 128 letters, digits, _ and -".formatted(field, id));
    }
    return id;
  }

  private static String beginning(WorkloadEndpointKey key) {
    return key.name().substring(0, Math.min(ID_IN_NAME, key.name().length()));
  }

  private static String hostName(WorkloadEndpointKey key) {
    return InterfaceName.PREFIX + beginning(key);
  }

  private ObjectNode deleteEndpoint(JsonNode request) {
    endpoints.delete(key(request), null);
    return object();
  }

  /// Docker moves the workload's end into the container, and gives it its name, addresses, MAC
  /// address and routes.
  private ObjectNode join(JsonNode request) {
    WorkloadEndpointKey key = key(request);
    String temporary = "temp" + beginning(key);
    cables.lay(
        new Cable(hostName(key), null, Endpoints.owner(key), temporary, null, settings.mtu()));
    ObjectNode answer = object();
    answer
        .putObject("InterfaceName")
        .put("SrcName", temporary)
        .put("DstPrefix", settings.interfacePrefix());
    answer.put("Gateway", Wiring.IPV4_GATEWAY.toString());
    answer
        .putArray("StaticRoutes")
        .addObject()
        .put("Destination", Wiring.IPV4_GATEWAY.toPrefix().toString())
        .put("RouteType", TYPE_CONNECTED)
        .put("NextHop", "");
    return answer;
  }

  private ObjectNode leave(JsonNode request) {
    WorkloadEndpointKey key = key(request);
    cables.remove(hostName(key), Endpoints.owner(key));
    return object();
  }
}
