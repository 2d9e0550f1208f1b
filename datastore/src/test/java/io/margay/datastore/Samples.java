package io.margay.datastore;

import io.margay.model.BgpPeer;
import io.margay.model.HostEndpoint;
import io.margay.model.IpPool;
import io.margay.model.Node;
import io.margay.model.Policy;
import io.margay.model.Profile;
import io.margay.model.Resource;
import io.margay.model.Rule;
import io.margay.model.WorkloadEndpoint;
import io.margay.net.AsNumber;
import io.margay.net.IpAddress;
import io.margay.net.IpPrefix;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Resources for tests of stores.
public final class Samples {

  private Samples() {}

  public static Node policyOnlyNode(String name) {
    return new Node(new Node.Metadata(name), new Node.Spec(null));
  }

  public static Node bgpNode(String name, String ipv4, String ipv6, Long as) {
    return new Node(
        new Node.Metadata(name),
        new Node.Spec(
            new Node.Bgp(
                as == null ? null : new AsNumber(as),
                ipv4 == null ? null : IpPrefix.parse(ipv4),
                ipv6 == null ? null : IpPrefix.parse(ipv6))));
  }

  public static Profile profile(String name, Map<String, String> labels, String... tags) {
    return new Profile(
        new Profile.Metadata(name, new TreeMap<>(labels), List.of(tags)),
        new Profile.Spec(List.of(allowAll()), List.of()));
  }

  public static Policy policy(String name, String selector) {
    return new Policy(
        new Policy.Metadata(name),
        new Policy.Spec(100.0, selector, List.of(allowAll()), List.of(), false, List.of()));
  }

  public static Rule allowAll() {
    return new Rule(
        Rule.Action.ALLOW, null, null, null, null, null, Rule.Entity.ANY, Rule.Entity.ANY);
  }

  public static IpPool pool(String cidr, boolean ipip) {
    return new IpPool(
        new IpPool.Metadata(IpPrefix.parse(cidr)),
        new IpPool.Spec(ipip ? new IpPool.Ipip(true, null) : null, false, false));
  }

  public static BgpPeer globalPeer(String ip, long as) {
    return new BgpPeer(
        new BgpPeer.Metadata(BgpPeer.Scope.GLOBAL, null, IpAddress.parse(ip)),
        new BgpPeer.Spec(new AsNumber(as)));
  }

  public static BgpPeer nodePeer(String node, String ip, long as) {
    return new BgpPeer(
        new BgpPeer.Metadata(BgpPeer.Scope.NODE, node, IpAddress.parse(ip)),
        new BgpPeer.Spec(new AsNumber(as)));
  }

  public static HostEndpoint hostEndpoint(String node, String name) {
    return new HostEndpoint(
        new HostEndpoint.Metadata(name, node, new TreeMap<>(Map.of("role", "web"))),
        new HostEndpoint.Spec("eth0", List.of(), List.of()));
  }

  public static WorkloadEndpoint workloadEndpoint(
      String node, String workload, String name, String ip) {
    return new WorkloadEndpoint(
        new WorkloadEndpoint.Metadata(name, workload, "k8s", node, new TreeMap<>()),
        new WorkloadEndpoint.Spec(
            List.of(IpPrefix.parse(ip)),
            List.of(),
            null,
            null,
            List.of("p"),
            "cali-" + name,
            null));
  }

  public static Key<Resource> keyOf(Resource resource) {
    return new Key.ForResource(resource.key());
  }
}
