package io.margay.model.document;

import io.margay.model.BgpPeer;
import io.margay.model.IpPool;
import io.margay.model.IpPool.IpipMode;
import io.margay.model.IpPool.VxlanMode;
import io.margay.model.Node;
import io.margay.model.document.Value.Scalar;
import io.margay.model.document.Value.ScalarType;
import io.margay.net.AsNumber;
import io.margay.net.IpAddress;
import io.margay.net.IpFamily;
import io.margay.net.IpPrefix;
import org.jspecify.annotations.Nullable;

/// Nodes, BGP peers and pools.
final class NetworkReader {

  private static final IpPrefix LINK_LOCAL_4 = IpPrefix.parse("169.254.0.0/16");
  private static final IpPrefix LINK_LOCAL_6 = IpPrefix.parse("fe80::/10");

  private NetworkReader() {}

  static Node node(Fields metadata, Fields spec) {
    return new Node(
        new Node.Metadata(metadata.slot("name").name()),
        new Node.Spec(spec.has("bgp") ? bgp(spec.part("bgp", Section.NODE_BGP)) : null));
  }

  private static Node.Bgp bgp(Fields fields) {
    Node.Bgp bgp =
        new Node.Bgp(
            asNumber(fields.slot("asNumber")),
            address(fields.slot("ipv4Address"), IpFamily.IPV4),
            address(fields.slot("ipv6Address"), IpFamily.IPV6));
    if (!fields.has("ipv4Address") && !fields.has("ipv6Address")) {
      fields.invalid(
          "BGP",
          null,
          "no BGP IP address and subnet specified",
          "Give ipv4Address or ipv6Address, or leave bgp away for a node without BGP.");
    }
    return bgp;
  }

  private static @Nullable IpPrefix address(Slot slot, IpFamily family) {
    IpPrefix prefix = slot.network();
    return prefix == null || prefix.family() == family
        ? prefix
        : slot.invalid(
            "BGP.IPv%dAddress".formatted(family.version()),
            "invalid IPv%d address and subnet specified".formatted(family.version()),
            null);
  }

  private static @Nullable AsNumber asNumber(Slot slot) {
    if (!slot.isGiven()) {
      return null;
    }
    String hint = "An AS number is 0 to 4294967295, or text such as \"1.10\" in two halves.";
    if (!(slot.value() instanceof Scalar scalar) || scalar.type() == ScalarType.BOOLEAN) {
      return slot.wrongType("ASNumber", hint);
    }
    boolean fraction = scalar.type() == ScalarType.NUMBER && !scalar.text().matches("[0-9]+");
    try {
      if (!fraction) {
        return AsNumber.parse(scalar.text());
      }
    } catch (IllegalArgumentException e) {
      // Reported below, in the wording of Calico v1.1.
    }
    return slot.problem(
        "invalid AS Number format (%s)".formatted(scalar.written()),
        fraction && scalar.written().matches("[0-9]+\\.[0-9]+")
            ? "Without quotes this is a fraction. Write \"%s\".".formatted(scalar.written())
            : hint);
  }

  static BgpPeer bgpPeer(Fields metadata, Fields spec) {
    BgpPeer.Scope scope = scope(metadata.slot("scope"));
    String node = metadata.slot("node").name();
    IpAddress peerIp = metadata.slot("peerIP").address();
    if (scope == BgpPeer.Scope.GLOBAL && node != null) {
      metadata
          .slot("node")
          .invalid(
              "Metadata.Node",
              "hostname should not be specified when BGP peer scope is global",
              "Leave node away, or make the scope node.");
    }
    AsNumber asNumber = asNumber(spec.slot("asNumber"));
    return new BgpPeer(
        new BgpPeer.Metadata(scope, node, peerIp),
        new BgpPeer.Spec(asNumber == null ? new AsNumber(0) : asNumber));
  }

  private static BgpPeer.@Nullable Scope scope(Slot slot) {
    String text = slot.nonEmptyText();
    return switch (text) {
      case null -> null;
      case "global" -> BgpPeer.Scope.GLOBAL;
      case "node" -> BgpPeer.Scope.NODE;
      default -> slot.invalid("scope", null, "A scope is global or node.");
    };
  }

  static IpPool ipPool(Fields metadata, Fields spec) {
    IpPrefix cidr = metadata.slot("cidr").network();
    IpPool.Ipip ipip = spec.has("ipip") ? ipip(spec.part("ipip", Section.IPIP), cidr) : null;
    boolean disabled = spec.slot("disabled").flag();
    Integer blockSize = null;
    if (cidr != null) {
      blockSize = blockSize(spec.slot("blockSize"), cidr.family());
      int blockBits = blockSize == null ? IpPool.BLOCK_BITS : cidr.family().bits() - blockSize;
      Slot slot = metadata.slot("cidr");
      checkSize(slot, cidr, disabled, blockBits);
      checkLinkLocal(slot, cidr);
    }
    return new IpPool(
        new IpPool.Metadata(cidr),
        new IpPool.Spec(
            ipip,
            spec.slot("nat-outgoing").flag(),
            disabled,
            blockSize,
            vxlanMode(spec.slot("vxlanMode"), ipip != null && ipip.enabled())));
  }

  private static @Nullable Integer blockSize(Slot slot, IpFamily family) {
    if (!slot.isGiven()) {
      return null;
    }
    Integer size = slot.integer();
    if (size == null || IpPool.isBlockSize(family, size)) {
      return size;
    }
    return slot.invalid(
        "blockSize",
        null,
        "A block size is the prefix length of a block: %d to %d for IPv%d."
            .formatted(family.bits() - IpPool.MOST_BLOCK_BITS, family.bits(), family.version()));
  }

  private static @Nullable VxlanMode vxlanMode(Slot slot, boolean ipipEnabled) {
    String text = slot.nonEmptyText();
    VxlanMode mode =
        switch (text) {
          case null -> null;
          case "Always" -> VxlanMode.ALWAYS;
          case "CrossSubnet" -> VxlanMode.CROSS_SUBNET;
          case "Never" -> null;
          default ->
              slot.invalid("vxlanMode", null, "A VXLAN mode is Always, CrossSubnet or Never.");
        };
    if (mode != null && ipipEnabled) {
      slot.invalid(
          "VXLANMode",
          "IPIP and VXLAN cannot both be enabled on one IP pool",
          "Set spec.ipip.enabled to false, or spec.vxlanMode to Never.");
    }
    return mode;
  }

  private static IpPool.Ipip ipip(Fields fields, @Nullable IpPrefix cidr) {
    boolean enabled = fields.slot("enabled").flag();
    if (enabled && cidr != null && cidr.family() == IpFamily.IPV6) {
      fields
          .slot("enabled")
          .invalid("IPIP.Enabled", "IPIP is not supported on an IPv6 IP pool", null);
    }
    Slot slot = fields.slot("mode");
    String text = slot.nonEmptyText();
    IpipMode mode =
        switch (text) {
          case null -> null;
          case "always" -> IpipMode.ALWAYS;
          case "cross-subnet" -> IpipMode.CROSS_SUBNET;
          default -> slot.invalid("mode", null, "A mode is always or cross-subnet.");
        };
    return new IpPool.Ipip(enabled, mode);
  }

  private static void checkSize(Slot slot, IpPrefix cidr, boolean disabled, int blockBits) {
    int longest = cidr.family().bits() - blockBits;
    if (!disabled && cidr.length() > longest) {
      slot.invalid(
          "CIDR",
          "IP pool size is too small (min /%d) for use with Calico IPAM".formatted(longest),
          "Make it larger, or set spec.disabled to true to give out no addresses from it.");
    }
  }

  private static void checkLinkLocal(Slot slot, IpPrefix cidr) {
    IpPrefix linkLocal = cidr.family() == IpFamily.IPV4 ? LINK_LOCAL_4 : LINK_LOCAL_6;
    if (linkLocal.contains(cidr) || cidr.contains(linkLocal)) {
      slot.invalid(
          "CIDR",
          "IP pool range overlaps with IPv%d Link Local range %s"
              .formatted(cidr.family().version(), linkLocal),
          "Such addresses are valid on one link only and are never routed.");
    }
  }
}
