package io.margay.attach.cni;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.margay.attach.Attachment;
import io.margay.attach.Cable;
import io.margay.attach.cni.CniError.Code;
import io.margay.net.IpAddress;
import io.margay.net.IpFamily;
import io.margay.net.IpPrefix;
import java.util.ArrayList;
import java.util.List;

/// Results in the form of each version of the specification.
final class CniResult {

  private static final ObjectMapper MAPPER = new ObjectMapper();

  /// The first version with lists of interfaces and addresses.
  private static final String LISTS = "0.3.0";

  /// The first version whose addresses do not name their family.
  private static final String NO_FAMILY = "1.0.0";

  /// The first version with an interface's MTU.
  private static final String MTU = "1.1.0";

  private CniResult() {}

  private static boolean atLeast(String version, String since) {
    return NetworkConfig.VERSIONS.indexOf(version) >= NetworkConfig.VERSIONS.indexOf(since);
  }

  /// What `calico` prints.
  ///
  /// @param sandbox the container's network namespace
  static String of(NetworkConfig config, Attachment attachment, String sandbox) {
    String version = config.cniVersion();
    if (!atLeast(version, LISTS)) {
      return old(config, attachment.addresses());
    }
    ObjectNode result = start(version);
    ArrayNode interfaces = result.putArray("interfaces");
    ObjectNode host = interfaces.addObject().put("name", attachment.hostName());
    host.put("mac", Cable.HOST_MAC.toString());
    ObjectNode workload = interfaces.addObject().put("name", attachment.workloadName());
    if (attachment.mac() != null) {
      workload.put("mac", attachment.mac().toString());
    }
    if (atLeast(version, MTU) && attachment.mtu() > 0) {
      host.put("mtu", attachment.mtu());
      workload.put("mtu", attachment.mtu());
    }
    workload.put("sandbox", sandbox);
    putAddresses(result, version, attachment.addresses())
        .forEach(each -> ((ObjectNode) each).put("interface", 1));
    return finish(result, config);
  }

  /// What `calico-ipam` prints.
  static String ofIpam(NetworkConfig config, List<IpAddress> addresses) {
    if (!atLeast(config.cniVersion(), LISTS)) {
      return old(config, addresses);
    }
    ObjectNode result = start(config.cniVersion());
    putAddresses(result, config.cniVersion(), addresses);
    return finish(result, config);
  }

  private static ObjectNode start(String version) {
    return JsonNodeFactory.instance.objectNode().put("cniVersion", version);
  }

  private static ArrayNode putAddresses(
      ObjectNode result, String version, List<IpAddress> addresses) {
    ArrayNode ips = result.putArray("ips");
    for (IpAddress address : addresses) {
      ObjectNode ip = ips.addObject();
      if (!atLeast(version, NO_FAMILY)) {
        ip.put("version", Integer.toString(address.family().version()));
      }
      ip.put("address", address.toPrefix().toString());
    }
    return ips;
  }

  private static String old(NetworkConfig config, List<IpAddress> addresses) {
    ObjectNode result = start(config.cniVersion());
    for (IpAddress address : addresses) {
      result
          .putObject(address.family() == IpFamily.IPV4 ? "ip4" : "ip6")
          .put("ip", address.toPrefix().toString());
    }
    return finish(result, config);
  }

  private static String finish(ObjectNode result, NetworkConfig config) {
    JsonNode dns = config.json().path("dns");
    result.set("dns", dns.isObject() ? dns : JsonNodeFactory.instance.objectNode());
    return result.toString();
  }

  /// The addresses in a result of any version: at most one of each family is used.
  ///
  /// @param where what the text is, for the error
  static List<IpAddress> addresses(String text, String where) {
    try {
      return addresses(MAPPER.readTree(text), where);
    } catch (JsonProcessingException e) {
      throw new CniError(
          Code.DECODING_FAILURE, "%s is no JSON: %s".formatted(where, e.getOriginalMessage()));
    }
  }

  static List<IpAddress> addresses(JsonNode result, String where) {
    List<String> texts = new ArrayList<>();
    result.path("ips").forEach(ip -> texts.add(ip.path("address").asText()));
    for (String family : List.of("ip4", "ip6")) {
      if (result.path(family).has("ip")) {
        texts.add(result.path(family).path("ip").asText());
      }
    }
    List<IpAddress> addresses = new ArrayList<>();
    for (String text : texts) {
      try {
        addresses.add(IpPrefix.parse(text).address());
      } catch (IllegalArgumentException e) {
        throw new CniError(
            Code.DECODING_FAILURE,
            "%s has the address '%s', expected ADDRESS/LENGTH".formatted(where, text));
      }
    }
    return addresses.stream().sorted().toList();
  }
}
