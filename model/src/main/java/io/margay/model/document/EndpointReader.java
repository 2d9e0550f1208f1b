package io.margay.model.document;

import io.margay.model.HostEndpoint;
import io.margay.model.QosControls;
import io.margay.model.QosControls.Limit;
import io.margay.model.WorkloadEndpoint;
import io.margay.model.WorkloadEndpoint.IpNat;
import io.margay.net.IpAddress;
import io.margay.net.IpFamily;
import io.margay.net.IpPrefix;
import io.margay.net.MacAddress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Workload endpoints and host endpoints.
final class EndpointReader {

  private EndpointReader() {}

  static WorkloadEndpoint workloadEndpoint(Fields metadata, Fields spec) {
    List<IpPrefix> networks = spec.slot("ipNetworks").list("IPNet", EndpointReader::singleAddress);
    return new WorkloadEndpoint(
        new WorkloadEndpoint.Metadata(
            metadata.slot("name").name(),
            identifier(metadata.slot("workload")),
            identifier(metadata.slot("orchestrator")),
            identifier(metadata.slot("node")),
            metadata.slot("labels").labels()),
        new WorkloadEndpoint.Spec(
            networks,
            spec.slot("ipNATs").list("IPNAT", slot -> nat(slot, networks)),
            gateway(spec.slot("ipv4Gateway"), IpFamily.IPV4),
            gateway(spec.slot("ipv6Gateway"), IpFamily.IPV6),
            profiles(spec),
            requiredInterface(spec.slot("interfaceName")),
            spec.slot("mac")
                .parsed("MAC address", "A MAC is like ca:fe:1d:52:bb:e9.", MacAddress::parse),
            spec.has("qosControls")
                ? qosControls(spec.part("qosControls", Section.QOS_CONTROLS))
                : null));
  }

  private static @Nullable QosControls qosControls(Fields fields) {
    return QosControls.of(limit(fields, "ingress"), limit(fields, "egress"));
  }

  private static @Nullable Limit limit(Fields fields, String direction) {
    Slot bandwidthSlot = fields.slot(direction + "Bandwidth");
    Slot burstSlot = fields.slot(direction + "Burst");
    Long burst =
        bits(
            burstSlot,
            Limit.LEAST_BURST,
            Limit.MOST_BURST,
            "A burst is 8 to 34359738360 bits: 1000000 lets 125 kB through at once after a pause.");
    if (!bandwidthSlot.isGiven()) {
      if (burstSlot.isGiven()) {
        burstSlot.invalid(
            burstSlot.field(),
            "a burst without a bandwidth limits nothing",
            "Give %sBandwidth too, or leave %sBurst away.".formatted(direction, direction));
      }
      return null;
    }
    Long bandwidth =
        bits(
            bandwidthSlot,
            Limit.LEAST_BANDWIDTH,
            Limit.MOST_BANDWIDTH,
            "A bandwidth is 1000 to 1000000000000000 bits per second: 10000000 is 10 Mbit/s.");
    return bandwidth == null ? null : new Limit(bandwidth, burst);
  }

  private static @Nullable Long bits(Slot slot, long least, long most, String hint) {
    Long bits = slot.longInteger(hint);
    return bits == null || (bits >= least && bits <= most)
        ? bits
        : slot.invalid(slot.field(), null, hint);
  }

  /// Calico v1.1 took any text here; a slash would end up in the middle of a datastore key.
  private static @Nullable String identifier(Slot slot) {
    String text = slot.nonEmptyText();
    if (text == null
        || text.chars()
            .noneMatch(c -> c == '/' || Character.isWhitespace(c) || Character.isISOControl(c))) {
      return text;
    }
    return slot.invalid(
        slot.field(), null, "It becomes part of a key: no slash, blank or control character.");
  }

  private static @Nullable IpPrefix singleAddress(Slot slot) {
    IpPrefix network = slot.network();
    return network == null || network.isSingleAddress()
        ? network
        : slot.invalid(
            "IPNetworks",
            "IP network contains multiple addresses",
            "These are the endpoint's own addresses. Give each as %s or %s/%d."
                .formatted(network.address(), network.address(), network.family().bits()));
  }

  private static @Nullable IpNat nat(Slot slot, List<IpPrefix> networks) {
    Fields fields = slot.fields(Section.IP_NAT);
    IpAddress internal = required(fields, "internalIP");
    IpAddress external = required(fields, "externalIP");
    if (internal == null || external == null) {
      return null;
    }
    if (internal.family() != external.family()) {
      return fields
          .slot("externalIP")
          .invalid("ExternalIP", "mismatched IP versions", "NAT stays within one family.");
    }
    if (networks.stream().noneMatch(network -> network.contains(internal))) {
      return fields
          .slot("internalIP")
          .invalid(
              "IPNATs",
              "NAT is not in the endpoint networks",
              "The internal address must be one of spec.ipNetworks.");
    }
    return new IpNat(internal, external);
  }

  private static @Nullable IpAddress required(Fields nat, String name) {
    Slot slot = nat.slot(name);
    return slot.isGiven()
        ? slot.address()
        : slot.invalid(name, null, "A NAT needs an internalIP and an externalIP.");
  }

  private static @Nullable IpAddress gateway(Slot slot, IpFamily family) {
    IpAddress address = slot.address();
    return address == null || address.family() == family
        ? address
        : slot.invalid(
            "IPv%dGateway".formatted(family.version()),
            "invalid IPv%d gateway address specified".formatted(family.version()),
            null);
  }

  private static @Nullable String requiredInterface(Slot slot) {
    return slot.isGiven() && slot.text() != null && !String.valueOf(slot.text()).isEmpty()
        ? slot.interfaceName()
        : slot.invalid(
            "interfaceName",
            null,
            "A workload endpoint needs the name of its interface on the host, such as cali0ef24b1.");
  }

  private static List<String> profiles(Fields spec) {
    return spec.slot("profiles").list("string", Slot::name);
  }

  static HostEndpoint hostEndpoint(Fields metadata, Fields spec) {
    List<IpAddress> expected = new ArrayList<>();
    expected.addAll(spec.slot("expectedIPs").list("IP", Slot::address));
    boolean expectsNothing = spec.slot("expectedIPs").items("IP").isEmpty();
    String interfaceName = spec.slot("interfaceName").interfaceName();
    if (!spec.has("interfaceName") && expectsNothing) {
      spec.invalid(
          "InterfaceName",
          null,
          "no interface or expected IPs have been specified",
          "Give spec.interfaceName, or spec.expectedIPs to find the interface by its addresses.");
    }
    return new HostEndpoint(
        new HostEndpoint.Metadata(
            metadata.slot("name").name(),
            metadata.slot("node").name(),
            metadata.slot("labels").labels()),
        new HostEndpoint.Spec(interfaceName, expected, profiles(spec)));
  }
}
