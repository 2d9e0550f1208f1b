package io.margay.calicoctl.output;

import io.margay.model.BgpPeer;
import io.margay.model.HostEndpoint;
import io.margay.model.IpPool;
import io.margay.model.Kind;
import io.margay.model.Node;
import io.margay.model.Policy;
import io.margay.model.Profile;
import io.margay.model.Resource;
import io.margay.model.WorkloadEndpoint;
import io.margay.model.document.GoFloat;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What the table of each kind can show.
public final class Columns {

  private Columns() {}

  /// A heading that the kind does not have.
  public static final class UnknownHeadingException extends Exception {
    private static final long serialVersionUID = 1;

    UnknownHeadingException(String heading, List<String> valid) {
      super("Unknown heading " + heading + ", valid values are: " + String.join(", ", valid));
    }
  }

  /// What a table shows unless asked for more.
  static List<String> standard(Kind kind) {
    return switch (kind) {
      case NODE, POLICY, PROFILE -> List.of("NAME");
      case BGP_PEER -> List.of("SCOPE", "PEERIP", "NODE", "ASN");
      case HOST_ENDPOINT -> List.of("NODE", "NAME");
      case WORKLOAD_ENDPOINT -> List.of("NODE", "ORCHESTRATOR", "WORKLOAD", "NAME");
      case IP_POOL -> List.of("CIDR");
    };
  }

  /// What a wide table shows.
  static List<String> wide(Kind kind) {
    return join(
        standard(kind),
        switch (kind) {
          case NODE -> List.of("ASN", "IPV4", "IPV6");
          case BGP_PEER -> List.of();
          case HOST_ENDPOINT -> List.of("INTERFACE", "IPS", "PROFILES");
          case WORKLOAD_ENDPOINT -> List.of("NETWORKS", "NATS", "INTERFACE", "PROFILES");
          case IP_POOL -> List.of("NAT", "IPIP");
          case POLICY -> List.of("ORDER", "SELECTOR");
          case PROFILE -> List.of("TAGS");
        });
  }

  /// All headings of a kind.
  static List<String> all(Kind kind) {
    return kind == Kind.WORKLOAD_ENDPOINT
        ? join(wide(kind), List.of("IPV4GATEWAY", "IPV6GATEWAY", "MAC"))
        : wide(kind);
  }

  private static List<String> join(List<String> some, List<String> more) {
    List<String> all = new ArrayList<>(some);
    all.addAll(more);
    return all;
  }

  /// Insists that a kind has all these headings.
  public static void check(Kind kind, List<String> headings) throws UnknownHeadingException {
    List<String> valid = all(kind);
    for (String heading : headings) {
      if (!valid.contains(heading)) {
        throw new UnknownHeadingException(heading, valid);
      }
    }
  }

  static Table table(Listing listing, List<String> headings, Settings settings) {
    List<List<String>> rows = new ArrayList<>();
    for (Resource item : listing.items()) {
      List<String> row = new ArrayList<>();
      for (String heading : headings) {
        row.add(cell(heading, item, settings));
      }
      rows.add(row);
    }
    return new Table(headings, rows);
  }

  private static String cell(String heading, Resource resource, Settings settings) {
    return switch (resource) {
      case Node node -> cell(heading, node, settings);
      case BgpPeer peer -> cell(heading, peer);
      case HostEndpoint endpoint -> cell(heading, endpoint);
      case WorkloadEndpoint endpoint -> cell(heading, endpoint);
      case IpPool pool -> cell(heading, pool);
      case Policy policy -> cell(heading, policy);
      case Profile profile -> cell(heading, profile);
    };
  }

  private static String cell(String heading, Node node, Settings settings) {
    Node.Bgp bgp = node.spec().bgp();
    return switch (heading) {
      case "NAME" -> orBlank(node.metadata().name());
      case "ASN" -> {
        if (bgp == null) {
          yield "";
        }
        yield bgp.asNumber() == null
            ? "(" + settings.get("asNumber") + ")"
            : bgp.asNumber().toString();
      }
      case "IPV4" -> bgp == null ? "" : orBlank(bgp.ipv4Address());
      case "IPV6" -> bgp == null ? "" : orBlank(bgp.ipv6Address());
      default -> throw unknown(heading, node);
    };
  }

  private static String cell(String heading, BgpPeer peer) {
    return switch (heading) {
      case "SCOPE" -> orBlank(peer.metadata().scope());
      case "PEERIP" -> orBlank(peer.metadata().peerIp());
      case "NODE" -> orBlank(peer.metadata().node());
      case "ASN" -> peer.spec().asNumber().toString();
      default -> throw unknown(heading, peer);
    };
  }

  private static String cell(String heading, HostEndpoint endpoint) {
    return switch (heading) {
      case "NODE" -> orBlank(endpoint.metadata().node());
      case "NAME" -> orBlank(endpoint.metadata().name());
      case "INTERFACE" -> orBlank(endpoint.spec().interfaceName());
      case "IPS" -> list(endpoint.spec().expectedIps());
      case "PROFILES" -> list(endpoint.spec().profiles());
      default -> throw unknown(heading, endpoint);
    };
  }

  private static String cell(String heading, WorkloadEndpoint endpoint) {
    return switch (heading) {
      case "NODE" -> orBlank(endpoint.metadata().node());
      case "ORCHESTRATOR" -> orBlank(endpoint.metadata().orchestrator());
      case "WORKLOAD" -> orBlank(endpoint.metadata().workload());
      case "NAME" -> orBlank(endpoint.metadata().name());
      case "NETWORKS" -> list(endpoint.spec().ipNetworks());
      case "NATS" -> list(endpoint.spec().ipNats());
      case "INTERFACE" -> orBlank(endpoint.spec().interfaceName());
      case "PROFILES" -> list(endpoint.spec().profiles());
      case "IPV4GATEWAY" -> orNil(endpoint.spec().ipv4Gateway());
      case "IPV6GATEWAY" -> orNil(endpoint.spec().ipv6Gateway());
      case "MAC" -> orNil(endpoint.spec().mac());
      default -> throw unknown(heading, endpoint);
    };
  }

  private static String cell(String heading, IpPool pool) {
    return switch (heading) {
      case "CIDR" -> orBlank(pool.metadata().cidr());
      case "NAT" -> Boolean.toString(pool.spec().natOutgoing());
      case "IPIP" -> Boolean.toString(pool.spec().ipip() != null && pool.spec().ipip().enabled());
      default -> throw unknown(heading, pool);
    };
  }

  private static String cell(String heading, Policy policy) {
    return switch (heading) {
      case "NAME" -> orBlank(policy.metadata().name());
      case "ORDER" ->
          policy.spec().order() == null ? "<nil>" : GoFloat.shortest(policy.spec().order());
      case "SELECTOR" -> policy.spec().selector();
      default -> throw unknown(heading, policy);
    };
  }

  private static String cell(String heading, Profile profile) {
    return switch (heading) {
      case "NAME" -> orBlank(profile.metadata().name());
      case "TAGS" -> list(profile.metadata().tags());
      default -> throw unknown(heading, profile);
    };
  }

  private static IllegalArgumentException unknown(String heading, Resource resource) {
    return new IllegalArgumentException(resource.kind() + " has no column " + heading);
  }

  private static String orBlank(@Nullable Object value) {
    return value == null ? "" : value.toString();
  }

  private static String orNil(@Nullable Object value) {
    return value == null ? "<nil>" : value.toString();
  }

  private static String list(List<?> values) {
    StringBuilder text = new StringBuilder();
    for (Object value : values) {
      text.append(text.isEmpty() ? "" : ",").append(value);
    }
    return text.toString();
  }
}
