package io.margay.attach.cni;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.margay.attach.cni.CniError.Code;
import io.margay.net.IpAddress;
import io.margay.net.IpFamily;
import io.margay.net.IpPrefix;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// What a pod's annotations ask of its addresses. Addresses go before pools.
///
/// @param ipv4Pools empty for those of the configuration
/// @param ipv6Pools empty for those of the configuration
/// @param chosen addresses to be taken from IPAM; empty for any
/// @param foreign addresses to be used without IPAM; empty for none
record PodWishes(
    List<IpPrefix> ipv4Pools,
    List<IpPrefix> ipv6Pools,
    List<IpAddress> chosen,
    List<IpAddress> foreign) {

  static final PodWishes NONE = new PodWishes(List.of(), List.of(), List.of(), List.of());

  private static final String PREFIX = "cni.projectcalico.org/";
  private static final ObjectMapper MAPPER = new ObjectMapper();

  /// @throws CniError that names every annotation which makes no sense
  static PodWishes of(Map<String, String> annotations) {
    List<String> wrong = new ArrayList<>();
    List<IpPrefix> ipv4 = pools(annotations, "ipv4pools", IpFamily.IPV4, wrong);
    List<IpPrefix> ipv6 = pools(annotations, "ipv6pools", IpFamily.IPV6, wrong);
    List<IpAddress> chosen = addresses(annotations, "ipAddrs", wrong);
    List<IpAddress> foreign = addresses(annotations, "ipAddrsNoIpam", wrong);
    if (!chosen.isEmpty() && !foreign.isEmpty()) {
      wrong.add(
          "the pod has both annotations %sipAddrs and %sipAddrsNoIpam, expected one of them"
              .formatted(PREFIX, PREFIX));
    }
    if (!wrong.isEmpty()) {
      throw new CniError(
          Code.INVALID_CONFIGURATION, String.join("; ", wrong) + ". Change the pod's annotations.");
    }
    return new PodWishes(ipv4, ipv6, chosen, foreign);
  }

  private static List<IpPrefix> pools(
      Map<String, String> annotations, String name, IpFamily family, List<String> wrong) {
    List<IpPrefix> pools = new ArrayList<>();
    for (String text : texts(annotations, name, wrong)) {
      NetworkConfig.pool(text, "annotation " + PREFIX + name, family, pools, wrong);
    }
    return pools;
  }

  private static List<IpAddress> addresses(
      Map<String, String> annotations, String name, List<String> wrong) {
    List<IpAddress> addresses = new ArrayList<>();
    for (String text : texts(annotations, name, wrong)) {
      try {
        addresses.add(IpAddress.parse(text));
      } catch (IllegalArgumentException e) {
        wrong.add("annotation %s%s has '%s', expected an IP address".formatted(PREFIX, name, text));
      }
    }
    NetworkConfig.requireOneOfEachFamily(addresses, "annotation " + PREFIX + name, wrong);
    return addresses;
  }

  private static List<String> texts(
      Map<String, String> annotations, String name, List<String> wrong) {
    String value = annotations.get(PREFIX + name);
    if (value == null) {
      return List.of();
    }
    List<String> texts = new ArrayList<>();
    try {
      JsonNode list = MAPPER.readTree(value);
      if (list.isArray()) {
        list.forEach(each -> texts.add(each.asText()));
      }
    } catch (JsonProcessingException e) {
      // It is told below.
    }
    if (texts.isEmpty()) {
      wrong.add(
          "annotation %s%s is '%s', expected a JSON list of texts that is not empty"
              .formatted(PREFIX, name, value));
    }
    return texts;
  }
}
