package io.margay.attach.cni;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.margay.attach.cni.CniError.Code;
import io.margay.model.Names;
import io.margay.model.QosControls;
import io.margay.net.IpAddress;
import io.margay.net.IpFamily;
import io.margay.net.IpPrefix;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// A network's configuration with the fields of Calico's plugin, and a few of CNI's conventions.
///
/// @param json all of it
/// @param nodename null for whatever node the agent is
/// @param mtu in bytes, 0 for the kernel's choice
/// @param patience how long to wait for the dataplane
/// @param policyType empty or `k8s`
/// @param labels of the endpoint of a container that is no pod
/// @param limits on the container's bandwidth, null for none
record NetworkConfig(
    ObjectNode json,
    String cniVersion,
    String name,
    @Nullable String nodename,
    int mtu,
    Duration patience,
    IpamConfig ipam,
    String policyType,
    KubernetesAccess kubernetes,
    SortedMap<String, String> labels,
    @Nullable QosControls limits) {

  static final List<String> VERSIONS =
      List.of("0.1.0", "0.2.0", "0.3.0", "0.3.1", "0.4.0", "1.0.0", "1.1.0");

  static final String CALICO_IPAM = "calico-ipam";

  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9_.-]{1,128}");
  private static final int LEAST_MTU = 68;
  private static final int MOST_MTU = 65535;
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  /// How addresses are found.
  ///
  /// @param type empty if none is named
  /// @param chosen addresses that the runtime asks for
  record IpamConfig(
      String type,
      boolean assignIpv4,
      boolean assignIpv6,
      List<IpPrefix> ipv4Pools,
      List<IpPrefix> ipv6Pools,
      List<IpAddress> chosen) {}

  /// The version that a configuration is in, as far as it can be told.
  static String versionOf(String config) {
    try {
      String version = MAPPER.readTree(config).path("cniVersion").asText();
      return VERSIONS.contains(version) ? version : VERSIONS.getFirst();
    } catch (JsonProcessingException e) {
      return VERSIONS.getFirst();
    }
  }

  /// @throws CniError that names every field which makes no sense
  static NetworkConfig parse(String text, CniRequest request) {
    ObjectNode json = readObject(text);
    String version = json.path("cniVersion").asText();
    if (version.isEmpty()) {
      version = VERSIONS.getFirst();
    }
    if (!VERSIONS.contains(version)) {
      throw new CniError(
          Code.INCOMPATIBLE_VERSION,
          "cniVersion is '%s', expected one of %s. Change it in the network's configuration."
              .formatted(version, VERSIONS));
    }
    requireVersion(request.command(), version);
    List<String> wrong = new ArrayList<>();
    String name = json.path("name").asText();
    if (!NAME.matcher(name).matches()) {
      wrong.add("name is '%s', expected letters, digits, '_', '.' and '-'".formatted(name));
    }
    NetworkConfig config =
        new NetworkConfig(
            json,
            version,
            name,
            nodename(json),
            mtu(json, wrong),
            patience(json, wrong),
            ipam(json, request, wrong),
            policyType(json),
            KubernetesAccess.of(json),
            labels(json),
            Bandwidth.of(json, wrong));
    if (!wrong.isEmpty()) {
      throw new CniError(
          Code.INVALID_CONFIGURATION, String.join("; ", wrong) + ". Change the configuration.");
    }
    return config;
  }

  private static ObjectNode readObject(String text) {
    try {
      if (MAPPER.readTree(text) instanceof ObjectNode json) {
        return json;
      }
    } catch (JsonProcessingException e) {
      throw new CniError(
          Code.DECODING_FAILURE,
          "the network configuration on standard input is no JSON: " + e.getOriginalMessage());
    }
    throw new CniError(
        Code.DECODING_FAILURE, "the network configuration on standard input is no JSON object");
  }

  private static void requireVersion(CniRequest.Command command, String version) {
    String since =
        switch (command) {
          case ADD, DEL -> VERSIONS.getFirst();
          case CHECK -> "0.4.0";
          case GC, STATUS -> "1.1.0";
        };
    if (VERSIONS.indexOf(version) < VERSIONS.indexOf(since)) {
      throw new CniError(
          Code.INCOMPATIBLE_VERSION,
          "%s needs cniVersion %s, and the configuration has %s."
              .formatted(command, since, version));
    }
  }

  private static @Nullable String nodename(JsonNode json) {
    String name = json.path("nodename").asText();
    String deprecated = json.path("hostname").asText();
    String chosen = name.isEmpty() ? deprecated : name;
    return chosen.isEmpty() ? null : chosen;
  }

  private static int mtu(JsonNode json, List<String> wrong) {
    int mtu = json.path("mtu").asInt(json.hasNonNull("mtu") ? -1 : 0);
    if (mtu != 0 && (mtu < LEAST_MTU || mtu > MOST_MTU)) {
      wrong.add(
          "mtu is %s, expected a number from %d to %d"
              .formatted(json.path("mtu"), LEAST_MTU, MOST_MTU));
      return 0;
    }
    return mtu;
  }

  private static Duration patience(JsonNode json, List<String> wrong) {
    JsonNode seconds = json.path("policy_setup_timeout_seconds");
    if (seconds.isMissingNode()) {
      return PATIENCE;
    }
    if (!seconds.canConvertToInt() || seconds.asInt() < 0) {
      wrong.add(
          "policy_setup_timeout_seconds is %s, expected a number of seconds".formatted(seconds));
      return PATIENCE;
    }
    return Duration.ofSeconds(seconds.asInt());
  }

  private static IpamConfig ipam(JsonNode json, CniRequest request, List<String> wrong) {
    JsonNode ipam = json.path("ipam");
    String type = ipam.path("type").asText();
    boolean needed =
        request.command() != CniRequest.Command.STATUS
            && request.command() != CniRequest.Command.GC;
    if (needed && (type.isEmpty() || type.indexOf('/') >= 0)) {
      wrong.add("ipam.type is '%s', expected calico-ipam, host-local or another".formatted(type));
    }
    return new IpamConfig(
        type,
        !ipam.path("assign_ipv4").asText().equals("false"),
        ipam.path("assign_ipv6").asText().equals("true"),
        pools(ipam, "ipv4_pools", IpFamily.IPV4, wrong),
        pools(ipam, "ipv6_pools", IpFamily.IPV6, wrong),
        chosen(json, request, wrong));
  }

  private static List<IpPrefix> pools(
      JsonNode ipam, String name, IpFamily family, List<String> wrong) {
    List<IpPrefix> pools = new ArrayList<>();
    for (JsonNode each : ipam.path(name)) {
      pool(each.asText(), "ipam." + name, family, pools, wrong);
    }
    return pools;
  }

  static void pool(
      String text, String where, IpFamily family, List<IpPrefix> pools, List<String> wrong) {
    try {
      IpPrefix pool = IpPrefix.parse(text);
      if (pool.family() == family) {
        pools.add(pool);
        return;
      }
    } catch (IllegalArgumentException e) {
      // It is told below.
    }
    wrong.add(
        "%s has '%s', expected the CIDR of an IPv%d pool".formatted(where, text, family.version()));
  }

  /// By `CNI_ARGS`, the capability `ips`, or CNI's conventions for `args`.
  private static List<IpAddress> chosen(JsonNode json, CniRequest request, List<String> wrong) {
    List<String> texts = new ArrayList<>();
    if (!request.arg("IP").isEmpty()) {
      texts.addAll(List.of(request.arg("IP").split(",")));
    }
    json.path("runtimeConfig").path("ips").forEach(each -> texts.add(each.asText()));
    json.path("args").path("cni").path("ips").forEach(each -> texts.add(each.asText()));
    List<IpAddress> chosen = new ArrayList<>();
    for (String text : texts) {
      try {
        IpAddress address = IpPrefix.parse(text.strip()).address();
        if (!chosen.contains(address)) {
          chosen.add(address);
        }
      } catch (IllegalArgumentException e) {
        wrong.add("address '%s' was asked for, expected an IP address".formatted(text));
      }
    }
    requireOneOfEachFamily(chosen, "addresses that were asked for", wrong);
    return chosen;
  }

  static void requireOneOfEachFamily(List<IpAddress> addresses, String what, List<String> wrong) {
    for (IpFamily family : IpFamily.values()) {
      if (addresses.stream().filter(each -> each.family() == family).count() > 1) {
        wrong.add(
            "%s are %s, expected at most one IPv%d address"
                .formatted(what, addresses, family.version()));
      }
    }
  }

  private static String policyType(JsonNode json) {
    String type = json.path("policy").path("type").asText();
    if (!type.isEmpty() && !type.equals("k8s")) {
      throw new CniError(
          Code.UNSUPPORTED_FIELD, "policy.type is '%s', expected k8s or nothing".formatted(type));
    }
    String datastore = json.path("datastore_type").asText();
    if (datastore.equals("kubernetes")) {
      throw new CniError(
          Code.UNSUPPORTED_FIELD,
          "datastore_type is 'kubernetes', which this build does not speak; the agent says which datastore is used");
    }
    return type;
  }

  /// Labels as Mesos hands them to containers. What cannot be a label's name or value is left out.
  private static SortedMap<String, String> labels(JsonNode json) {
    SortedMap<String, String> labels = new TreeMap<>();
    JsonNode given =
        json.path("args")
            .path("org.apache.mesos")
            .path("network_info")
            .path("labels")
            .path("labels");
    for (JsonNode label : given) {
      String key = label.path("key").asText();
      String value = label.path("value").asText();
      if (Names.isLabelKey(key) && Names.isLabelValue(value)) {
        labels.put(key, value);
      }
    }
    return labels;
  }
}
