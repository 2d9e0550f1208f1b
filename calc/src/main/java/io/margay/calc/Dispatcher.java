package io.margay.calc;

import io.margay.calc.Endpoint.Host;
import io.margay.calc.Endpoint.Workload;
import io.margay.calc.output.NodeUpdate.Encapsulation;
import io.margay.calc.output.NodeUpdate.PoolActive;
import io.margay.datastore.Key;
import io.margay.model.HostEndpoint;
import io.margay.model.IpPool;
import io.margay.model.Node;
import io.margay.model.Policy;
import io.margay.model.Profile;
import io.margay.model.Resource;
import io.margay.model.ResourceKey;
import io.margay.model.ResourceKey.BgpPeerKey;
import io.margay.model.ResourceKey.HostEndpointKey;
import io.margay.model.ResourceKey.IpPoolKey;
import io.margay.model.ResourceKey.NodeKey;
import io.margay.model.ResourceKey.PolicyKey;
import io.margay.model.ResourceKey.ProfileKey;
import io.margay.model.ResourceKey.WorkloadEndpointKey;
import io.margay.model.Rule;
import io.margay.model.Vtep;
import io.margay.model.WorkloadEndpoint;
import io.margay.model.selector.Selector;
import io.margay.model.selector.SelectorSyntaxException;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Takes what the datastore tells and hands it to the calculations that want it. What cannot be
/// used is handed on as absent, which withdraws what it was before:
/// - a workload endpoint without an interface name, as there is nowhere to apply policy;
/// - a policy or profile with a selector that is none. (The datastore's reader refuses more than
///   that; this is what would break the graph.)
final class Dispatcher {

  private static final Logger log = LoggerFactory.getLogger(Dispatcher.class);

  private final String nodeName;
  private final ActivePolicies activePolicies;
  private final ActiveProfiles activeProfiles;
  private final PolicyOrder policyOrder;
  private final IpSetMembership ipSetMembership;
  private final Vteps vteps;
  private final EventSequencer sequencer;

  Dispatcher(
      String nodeName,
      ActivePolicies activePolicies,
      ActiveProfiles activeProfiles,
      PolicyOrder policyOrder,
      IpSetMembership ipSetMembership,
      Vteps vteps,
      EventSequencer sequencer) {
    this.nodeName = nodeName;
    this.activePolicies = activePolicies;
    this.activeProfiles = activeProfiles;
    this.policyOrder = policyOrder;
    this.ipSetMembership = ipSetMembership;
    this.vteps = vteps;
    this.sequencer = sequencer;
  }

  /// @param value null if the key is gone
  void onUpdate(Key<?> key, @Nullable Object value) {
    switch (key) {
      case Key.ForResource(ResourceKey resource) -> onResource(resource, (Resource) value);
      case Key.FelixSetting(String node, String setting) -> {
        if (node != null && setting.equalsIgnoreCase(Vtep.MAC_SETTING)) {
          vteps.onMac(node, (String) value);
        }
      }
      case Key.Ready _,
          Key.BgpSetting _,
          Key.BlockAffinity _,
          Key.IpamBlock _,
          Key.ForIpamSettings _,
          Key.IpamHandle _,
          Key.NodeStatus _,
          Key.WorkloadEndpointStatus _,
          Key.HostEndpointStatus _ -> {
        // What a node holds does not depend on these.
      }
    }
  }

  private void onResource(ResourceKey key, @Nullable Resource value) {
    switch (key) {
      case WorkloadEndpointKey workload ->
          onEndpoint(key, workload.node(), usable(workload, (WorkloadEndpoint) value));
      case HostEndpointKey host ->
          onEndpoint(key, host.node(), value == null ? null : new Host(host, (HostEndpoint) value));
      case PolicyKey(String name) -> onPolicy(name, usable((Policy) value));
      case ProfileKey(String name) -> onProfile(name, usable((Profile) value));
      case NodeKey(String name) -> onNode(name, (Node) value);
      case IpPoolKey pool -> onPool(pool, (IpPool) value);
      case BgpPeerKey _ -> {
        // Routing's business.
      }
    }
  }

  private void onEndpoint(ResourceKey key, String node, @Nullable Endpoint endpoint) {
    if (endpoint == null) {
      ipSetMembership.onEndpointGone(key);
    } else {
      ipSetMembership.onEndpoint(endpoint);
    }
    if (!node.equals(nodeName)) {
      return;
    }
    if (endpoint == null) {
      policyOrder.onEndpointGone(key);
      activePolicies.onEndpointGone(key);
      activeProfiles.onEndpointGone(key);
    } else {
      policyOrder.onEndpoint(endpoint);
      activePolicies.onEndpoint(endpoint);
      activeProfiles.onEndpoint(endpoint);
    }
  }

  private void onPolicy(String name, @Nullable Policy policy) {
    if (policy == null) {
      activePolicies.onPolicyGone(name);
      policyOrder.onPolicyGone(name);
    } else {
      policyOrder.onPolicy(name, policy.spec());
      activePolicies.onPolicy(name, policy.spec());
    }
  }

  private void onProfile(String name, @Nullable Profile profile) {
    if (profile == null) {
      activePolicies.onProfileGone(name);
      ipSetMembership.onProfileGone(name);
      activeProfiles.onProfileGone(name);
    } else {
      activePolicies.onProfile(name, profile.metadata());
      ipSetMembership.onProfile(name, profile.metadata());
      activeProfiles.onProfile(name, profile.spec());
    }
  }

  private void onNode(String name, @Nullable Node node) {
    Node.Bgp bgp = node == null ? null : node.spec().bgp();
    vteps.onNode(name, bgp);
    if (bgp == null || bgp.ipv4Address() == null) {
      sequencer.hostAddressGone(name);
    } else {
      sequencer.hostAddress(name, bgp.ipv4Address().address());
    }
  }

  private void onPool(IpPoolKey key, @Nullable IpPool pool) {
    if (pool == null) {
      sequencer.poolGone(key.cidr());
    } else {
      sequencer.pool(
          new PoolActive(key.cidr(), pool.spec().natOutgoing(), encapsulation(pool.spec())));
    }
  }

  private static Encapsulation encapsulation(IpPool.Spec pool) {
    if (pool.vxlanMode() != null) {
      return Encapsulation.VXLAN;
    }
    IpPool.Ipip ipip = pool.ipip();
    return ipip != null && ipip.enabled() ? Encapsulation.IPIP : Encapsulation.NONE;
  }

  private static @Nullable Workload usable(
      WorkloadEndpointKey key, @Nullable WorkloadEndpoint endpoint) {
    if (endpoint == null) {
      return null;
    }
    String interfaceName = endpoint.spec().interfaceName();
    if (interfaceName == null || interfaceName.isEmpty()) {
      log.warn(
          "{} has no interface name, so no policy can be applied to it. It counts as absent; whoever"
              + " attaches the workload must set spec.interfaceName.",
          key);
      return null;
    }
    return new Workload(key, endpoint);
  }

  private static @Nullable Policy usable(@Nullable Policy policy) {
    if (policy == null) {
      return null;
    }
    Stream<String> selectors =
        Stream.concat(
            Stream.of(policy.spec().selector()),
            selectors(policy.spec().ingress(), policy.spec().egress()));
    return parse(policy, selectors) ? policy : null;
  }

  private static @Nullable Profile usable(@Nullable Profile profile) {
    if (profile == null) {
      return null;
    }
    return parse(profile, selectors(profile.spec().ingress(), profile.spec().egress()))
        ? profile
        : null;
  }

  private static Stream<String> selectors(List<Rule> ingress, List<Rule> egress) {
    return Stream.concat(ingress.stream(), egress.stream())
        .flatMap(rule -> Stream.of(rule.source(), rule.destination()))
        .flatMap(side -> Stream.of(side.selector(), side.notSelector()))
        .filter(selector -> selector != null);
  }

  private static boolean parse(Resource resource, Stream<String> selectors) {
    try {
      selectors.forEach(Selector::parse);
      return true;
    } catch (SelectorSyntaxException e) {
      log.warn(
          "{} cannot be used: {}. It counts as absent until it is mended, for example with"
              + " calicoctl replace.",
          resource.key(),
          e.getMessage());
      return false;
    }
  }
}
