package io.margay.libnetwork;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.margay.datastore.Datastore;
import io.margay.datastore.Key;
import io.margay.datastore.ipam.AllocationBlock.Attribute;
import io.margay.ipam.AssignRequest;
import io.margay.ipam.Assignment;
import io.margay.ipam.AttributeNames;
import io.margay.ipam.ChosenAssignment;
import io.margay.ipam.Ipam;
import io.margay.model.ResourceKey.IpPoolKey;
import io.margay.net.IpAddress;
import io.margay.net.IpFamily;
import io.margay.net.IpPrefix;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// Addresses for Docker's networks, by the driver `calico-ipam`: IPv4, from Calico's pools.
///
/// Docker names a pool with each request, and tells neither network nor container: no handle is
/// stored with an address.
final class IpamDriver implements Driver {

  private static final String LOCAL = "CalicoLocalAddressSpace";
  private static final String GLOBAL = "CalicoGlobalAddressSpace";

  /// All pools together.
  private static final String ANY_POOL = "CalicoPoolIPv4";

  private static final String GATEWAY = "com.docker.network.gateway";

  /// A gateway that Docker takes for given, so that it does not ask for an address for one.
  private static final String NO_GATEWAY = "0.0.0.0/0";

  private final Datastore datastore;
  private final Ipam ipam;
  private final String node;

  /// @param node from whose blocks addresses come
  IpamDriver(Datastore datastore, Ipam ipam, String node) {
    this.datastore = datastore;
    this.ipam = ipam;
    this.node = node;
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
            answer.putArray("Implements").add("IpamDriver");
            yield answer;
          }
          case "/IpamDriver.GetCapabilities" -> object().put("RequiresMACAddress", false);
          case "/IpamDriver.GetDefaultAddressSpaces" ->
              object()
                  .put("LocalDefaultAddressSpace", LOCAL)
                  .put("GlobalDefaultAddressSpace", GLOBAL);
          case "/IpamDriver.RequestPool" -> requestPool(request);
          case "/IpamDriver.ReleasePool" -> object();
          case "/IpamDriver.RequestAddress" -> requestAddress(request);
          case "/IpamDriver.ReleaseAddress" -> releaseAddress(request);
          default -> null;
        });
  }

  private ObjectNode requestPool(JsonNode request) {
    refuseIfGiven(request, "SubPool", "--ip-range");
    JsonNode options = request.path("Options");
    if (!options.isEmpty()) {
      throw new RefusedException(
          "the driver calico-ipam has no options, but %s was given. Leave --ipam-opt away."
              .formatted(options));
    }
    if (request.path("V6").asBoolean(false)) {
      throw new RefusedException(
          "the driver calico-ipam gives Docker IPv4 addresses only. Leave --ipv6 away.");
    }
    String wanted = request.path("Pool").asText("");
    ObjectNode answer = object();
    if (wanted.isEmpty()) {
      answer.put("PoolID", ANY_POOL).put("Pool", NO_GATEWAY);
    } else {
      String cidr = pool(wanted).toString();
      answer.put("PoolID", cidr).put("Pool", cidr);
    }
    answer.putObject("Data").put(GATEWAY, NO_GATEWAY);
    return answer;
  }

  private static void refuseIfGiven(JsonNode request, String field, String option) {
    String given = request.path(field).asText("");
    if (!given.isEmpty()) {
      throw new RefusedException(
          "the driver calico-ipam knows no %s (%s). Leave %s away; pools are made with calicoctl."
              .formatted(field, given, option));
    }
  }

  /// A configured pool.
  private IpPrefix pool(String text) {
    IpPrefix cidr;
    try {
      cidr = IpPrefix.parse(text).masked();
    } catch (IllegalArgumentException e) {
      throw new RefusedException(
          "the pool '%s' is no network: %s".formatted(text, e.getMessage()), e);
    }
    if (cidr.family() != IpFamily.IPV4
        || datastore.get(new Key.ForResource(new IpPoolKey(cidr))).isEmpty()) {
      throw new RefusedException(
          "there is no IPv4 pool %s. A network's --subnet must be the CIDR of a whole pool: see `calicoctl get ipPool`."
              .formatted(text));
    }
    return cidr;
  }

  private ObjectNode requestAddress(JsonNode request) {
    if (request.path("Options").path("RequestAddressType").asText("").equals(GATEWAY)) {
      throw new RefusedException(
          "a network of Calico has no gateway address. Leave --gateway away, and use --driver calico with --ipam-driver calico-ipam.");
    }
    String wanted = request.path("Address").asText("");
    IpAddress address = wanted.isEmpty() ? anyOf(request) : exactly(address(wanted));
    return object().put("Address", address.toPrefix().toString());
  }

  private Attribute owner() {
    return new Attribute(null, new TreeMap<>(Map.of(AttributeNames.NODE, node)));
  }

  private IpAddress anyOf(JsonNode request) {
    String pool = request.path("PoolID").asText("");
    List<IpPrefix> pools =
        pool.isEmpty() || pool.equals(ANY_POOL) ? List.of() : List.of(pool(pool));
    return switch (ipam.assign(new AssignRequest(node, 1, 0, pools, List.of(), owner()))) {
      case Assignment.Assigned(List<IpAddress> addresses) -> addresses.getFirst();
      case Assignment.Incomplete(List<IpAddress> _, String reason) ->
          throw new RefusedException(reason);
      case Assignment.Refused(String reason) -> throw new RefusedException(reason);
    };
  }

  private IpAddress exactly(IpAddress address) {
    return switch (ipam.assignAddress(address, node, owner())) {
      case ChosenAssignment.Assigned(IpAddress assigned) -> assigned;
      case ChosenAssignment.InUse(IpAddress taken, Attribute _) ->
          throw new RefusedException("%s is in use. Choose another --ip.".formatted(taken));
      case ChosenAssignment.Refused(String reason) ->
          throw new RefusedException("%s: %s".formatted(address, reason));
    };
  }

  /// With or without a prefix length.
  private static IpAddress address(String text) {
    try {
      return IpPrefix.parse(text).address();
    } catch (IllegalArgumentException e) {
      throw new RefusedException("Address: " + e.getMessage(), e);
    }
  }

  private ObjectNode releaseAddress(JsonNode request) {
    String text = request.path("Address").asText("");
    if (text.isEmpty()) {
      throw new RefusedException("Address is missing in the request");
    }
    // What is not assigned, as the gateway that is none, counts as released.
    var _ = ipam.releaseAddresses(List.of(address(text)));
    return object();
  }
}
