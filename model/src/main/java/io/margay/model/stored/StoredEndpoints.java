package io.margay.model.stored;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.margay.model.HostEndpoint;
import io.margay.model.QosControls;
import io.margay.model.QosControls.Limit;
import io.margay.model.ResourceKey;
import io.margay.model.WorkloadEndpoint;
import io.margay.model.WorkloadEndpoint.IpNat;
import io.margay.net.IpAddress;
import io.margay.net.IpFamily;
import io.margay.net.IpPrefix;
import io.margay.net.MacAddress;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The stored form of endpoints. Addresses lie in one list per family, IPv4 first, which is the
/// order in which they are read back.
final class StoredEndpoints {

  /// What Linux takes as an interface's name, less the characters that would need quoting in what
  /// iptables-restore reads. Documents are stricter; orchestrators write here on their own.
  private static final Pattern DEVICE = Pattern.compile("[!-.0-~&&[^\"'\\\\:]]{1,15}");

  private StoredEndpoints() {}

  static String encode(WorkloadEndpoint endpoint) {
    WorkloadEndpoint.Spec spec = endpoint.spec();
    String interfaceName = spec.interfaceName();
    StoredObject stored =
        new StoredObject()
            .put("state", endpoint.state())
            .put("name", interfaceName == null ? "" : interfaceName)
            .put("mac", spec.mac());
    if (spec.profiles().isEmpty()) {
      stored.put("profile_ids", null);
    } else {
      stored.putList("profile_ids", spec.profiles());
    }
    stored
        .putList("ipv4_nets", family(IpFamily.IPV4, spec.ipNetworks(), IpPrefix::family))
        .putList("ipv6_nets", family(IpFamily.IPV6, spec.ipNetworks(), IpPrefix::family));
    encodeNats(
        stored, "ipv4_nat", family(IpFamily.IPV4, spec.ipNats(), n -> n.internal().family()));
    encodeNats(
        stored, "ipv6_nat", family(IpFamily.IPV6, spec.ipNats(), n -> n.internal().family()));
    stored
        .putIfGiven("active_instance_id", endpoint.activeInstance())
        .putLabelsIfGiven("labels", endpoint.metadata().labels())
        .putIfGiven("ipv4_gateway", spec.ipv4Gateway())
        .putIfGiven("ipv6_gateway", spec.ipv6Gateway());
    if (spec.qosControls() != null) {
      ObjectNode limits = stored.json().putObject("qosControls");
      encodeLimit(limits, "ingress", spec.qosControls().ingress());
      encodeLimit(limits, "egress", spec.qosControls().egress());
    }
    return stored.toText();
  }

  /// Named as later versions of Calico store it, which is not the way of 2.1.
  private static void encodeLimit(ObjectNode limits, String direction, @Nullable Limit limit) {
    if (limit != null) {
      limits.put(direction + "Bandwidth", limit.bandwidth());
      if (limit.burst() != null) {
        limits.put(direction + "Burst", limit.burst());
      }
    }
  }

  private static @Nullable QosControls qosControls(StoredObject stored) {
    JsonNode node = stored.field("qosControls");
    if (node == null) {
      return null;
    }
    StoredObject limits = StoredObject.of(node, "qosControls");
    return QosControls.of(limit(limits, "ingress"), limit(limits, "egress"));
  }

  /// Later versions of Calico have zero mean no limit.
  private static @Nullable Limit limit(StoredObject limits, String direction) {
    Long bandwidth = limits.longInteger(direction + "Bandwidth");
    Long burst = limits.longInteger(direction + "Burst");
    if (bandwidth == null || bandwidth == 0) {
      return null;
    }
    try {
      return new Limit(bandwidth, burst == null || burst == 0 ? null : burst);
    } catch (IllegalArgumentException e) {
      throw new InvalidStoredValueException(
          "qosControls, %s: %s".formatted(direction, e.getMessage()));
    }
  }

  private static <T> List<T> family(IpFamily family, List<T> all, Function<T, IpFamily> familyOf) {
    return all.stream().filter(one -> familyOf.apply(one) == family).toList();
  }

  private static void encodeNats(StoredObject stored, String name, List<IpNat> nats) {
    if (nats.isEmpty()) {
      return;
    }
    ArrayNode array = stored.json().putArray(name);
    for (IpNat nat : nats) {
      array
          .addObject()
          .put("int_ip", nat.internal().toString())
          .put("ext_ip", nat.external().toString());
    }
  }

  static WorkloadEndpoint decode(ResourceKey.WorkloadEndpointKey key, String json) {
    StoredObject stored = StoredObject.parse(json);
    String interfaceName = interfaceName(stored);
    if (interfaceName == null) {
      throw new InvalidStoredValueException("a workload endpoint without an interface name");
    }
    String state = stored.text("state");
    WorkloadEndpoint.Metadata metadata =
        new WorkloadEndpoint.Metadata(
            key.name(), key.workload(), key.orchestrator(), key.node(), stored.labels("labels"));
    WorkloadEndpoint.Spec spec =
        new WorkloadEndpoint.Spec(
            both(nets(stored, IpFamily.IPV4), nets(stored, IpFamily.IPV6)),
            both(nats(stored, IpFamily.IPV4), nats(stored, IpFamily.IPV6)),
            address(stored.text("ipv4_gateway"), "ipv4_gateway", IpFamily.IPV4),
            address(stored.text("ipv6_gateway"), "ipv6_gateway", IpFamily.IPV6),
            profiles(stored),
            interfaceName,
            stored.parsed("mac", MacAddress::parse),
            qosControls(stored));
    return new WorkloadEndpoint(
        metadata, spec, state == null ? "" : state, stored.nonEmptyText("active_instance_id"));
  }

  private static List<IpPrefix> nets(StoredObject stored, IpFamily family) {
    String name = "ipv" + family.version() + "_nets";
    List<IpPrefix> nets = stored.list(name, IpPrefix::parse);
    nets.forEach(net -> checkFamily(net.family(), family, name, net));
    return nets;
  }

  private static List<IpNat> nats(StoredObject stored, IpFamily family) {
    String name = "ipv" + family.version() + "_nat";
    return stored.elements(name).stream().map(node -> nat(node, name, family)).toList();
  }

  private static IpNat nat(JsonNode node, String name, IpFamily family) {
    StoredObject nat = StoredObject.of(node, name);
    IpAddress internal = address(nat.text("int_ip"), "int_ip", family);
    IpAddress external = address(nat.text("ext_ip"), "ext_ip", family);
    if (internal == null || external == null) {
      throw new InvalidStoredValueException(
          "%s = %s, expected int_ip and ext_ip".formatted(name, node));
    }
    return new IpNat(internal, external);
  }

  private static @Nullable IpAddress address(@Nullable String text, String name, IpFamily family) {
    if (text == null || text.isEmpty()) {
      return null;
    }
    IpAddress address = StoredObject.read(text, name, IpAddress::parse);
    checkFamily(address.family(), family, name, address);
    return address;
  }

  private static void checkFamily(IpFamily actual, IpFamily expected, String name, Object value) {
    if (actual != expected) {
      throw new InvalidStoredValueException(
          "%s = '%s', expected an IPv%d address".formatted(name, value, expected.version()));
    }
  }

  private static List<String> profiles(StoredObject stored) {
    return stored.list("profile_ids", name -> StoredRule.checkedName(name, "profile_ids"));
  }

  private static @Nullable String interfaceName(StoredObject stored) {
    String name = stored.nonEmptyText("name");
    if (name != null && !DEVICE.matcher(name).matches()) {
      throw new InvalidStoredValueException(
          "name = '%s', expected an interface name of 1 to 15 characters".formatted(name));
    }
    return name;
  }

  static String encode(HostEndpoint endpoint) {
    HostEndpoint.Spec spec = endpoint.spec();
    return new StoredObject()
        .putIfGiven("name", spec.interfaceName())
        .putListIfGiven(
            "expected_ipv4_addrs", family(IpFamily.IPV4, spec.expectedIps(), IpAddress::family))
        .putListIfGiven(
            "expected_ipv6_addrs", family(IpFamily.IPV6, spec.expectedIps(), IpAddress::family))
        .putLabelsIfGiven("labels", endpoint.metadata().labels())
        .putListIfGiven("profile_ids", spec.profiles())
        .toText();
  }

  static HostEndpoint decode(ResourceKey.HostEndpointKey key, String json) {
    StoredObject stored = StoredObject.parse(json);
    return new HostEndpoint(
        new HostEndpoint.Metadata(key.name(), key.node(), stored.labels("labels")),
        new HostEndpoint.Spec(
            interfaceName(stored),
            both(expected(stored, IpFamily.IPV4), expected(stored, IpFamily.IPV6)),
            profiles(stored)));
  }

  private static List<IpAddress> expected(StoredObject stored, IpFamily family) {
    String name = "expected_ipv" + family.version() + "_addrs";
    List<IpAddress> addresses = stored.list(name, IpAddress::parse);
    addresses.forEach(address -> checkFamily(address.family(), family, name, address));
    return addresses;
  }

  private static <T> List<T> both(List<T> ipv4, List<T> ipv6) {
    return Stream.concat(ipv4.stream(), ipv6.stream()).toList();
  }
}
