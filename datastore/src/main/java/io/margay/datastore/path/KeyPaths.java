package io.margay.datastore.path;

import io.margay.datastore.Key;
import io.margay.datastore.KeyRange;
import io.margay.model.Kind;
import io.margay.model.ResourceKey;
import io.margay.net.IpAddress;
import io.margay.net.IpFamily;
import io.margay.net.IpPrefix;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Which paths a key lies under, and back: the layout of Calico 2.1.
final class KeyPaths {

  static final String ROOT = "/calico/";

  private static final String FELIX = "/calico/v1/";
  private static final String FELIX_HOSTS = "/calico/v1/host/";
  private static final String BGP_HOSTS = "/calico/bgp/v1/host/";
  private static final String BGP_GLOBAL = "/calico/bgp/v1/global/";
  private static final String AFFINITIES = "/calico/ipam/v2/host/";
  private static final String BLOCKS = "/calico/ipam/v2/assignment/";
  private static final String IPAM_SETTINGS = "/calico/ipam/v2/config";
  private static final String HANDLES = "/calico/ipam/v2/handle/";
  private static final String STATUSES = "/calico/felix/v1/host/";
  private static final String POLICIES = "/calico/v1/policy/tier/default/policy/";
  private static final String PROFILES = "/calico/v1/policy/profile/";
  private static final String POOLS = "/calico/v1/ipam/";

  static final List<String> NODE_BGP_PARTS =
      List.of("ip_addr_v4", "ip_addr_v6", "network_v4", "network_v6", "as_num");
  static final List<String> PROFILE_PARTS = List.of("tags", "labels", "rules");

  /// Paths directory by directory, as a store with directories lists them: `a` before `a-b`.
  static final Comparator<String> BY_SEGMENT =
      (a, b) -> {
        int common = Math.min(a.length(), b.length());
        for (int i = 0; i < common; i++) {
          char left = a.charAt(i);
          char right = b.charAt(i);
          if (left != right) {
            return left == '/' ? -1 : right == '/' ? 1 : Character.compare(left, right);
          }
        }
        return Integer.compare(a.length(), b.length());
      };

  private KeyPaths() {}

  /// The paths of a key; the first one decides whether it exists.
  ///
  /// @throws IllegalArgumentException if an identifier cannot be part of a path
  static List<String> of(Key<?> key) {
    return switch (key) {
      case Key.ForResource(var resource) -> ofResource(resource);
      case Key.Ready _ -> List.of(FELIX + "Ready");
      case Key.FelixSetting(var node, var name) ->
          List.of(
              (node == null ? FELIX : FELIX_HOSTS + segment(node) + "/") + "config/" + name(name));
      case Key.BgpSetting(var node, var name) ->
          List.of((node == null ? BGP_GLOBAL : BGP_HOSTS + segment(node) + "/") + name(name));
      case Key.BlockAffinity(var node, var block) ->
          List.of(
              AFFINITIES
                  + segment(node)
                  + "/ip"
                  + version(block.family())
                  + "/block/"
                  + cidr(block));
      case Key.IpamBlock(var block) ->
          List.of(BLOCKS + "ip" + version(block.family()) + "/block/" + cidr(block));
      case Key.ForIpamSettings _ -> List.of(IPAM_SETTINGS);
      case Key.IpamHandle(var id) -> List.of(HANDLES + segment(id));
      case Key.NodeStatus(var node) -> List.of(STATUSES + segment(node) + "/status");
      case Key.WorkloadEndpointStatus(var endpoint) -> List.of(STATUSES + workload(endpoint));
      case Key.HostEndpointStatus(var endpoint) -> List.of(STATUSES + hostEndpoint(endpoint));
    };
  }

  private static List<String> ofResource(ResourceKey key) {
    return switch (key) {
      case ResourceKey.NodeKey(var name) -> ofNode(segment(name));
      case ResourceKey.BgpPeerKey(var node, var ip) ->
          List.of(
              (node == null ? BGP_GLOBAL : BGP_HOSTS + segment(node) + "/")
                  + "peer_"
                  + version(ip.family())
                  + "/"
                  + ip);
      case ResourceKey.HostEndpointKey endpoint -> List.of(FELIX_HOSTS + hostEndpoint(endpoint));
      case ResourceKey.WorkloadEndpointKey endpoint -> List.of(FELIX_HOSTS + workload(endpoint));
      case ResourceKey.IpPoolKey(var prefix) -> List.of(poolPrefix(prefix.family()) + cidr(prefix));
      case ResourceKey.PolicyKey(var name) -> List.of(POLICIES + segment(name));
      case ResourceKey.ProfileKey(var name) ->
          PROFILE_PARTS.stream().map(part -> PROFILES + segment(name) + "/" + part).toList();
    };
  }

  private static List<String> ofNode(String name) {
    String felix = FELIX_HOSTS + name + "/";
    String bgp = BGP_HOSTS + name + "/";
    return List.of(
        felix + "metadata",
        felix + "bird_ip",
        bgp + NODE_BGP_PARTS.get(0),
        bgp + NODE_BGP_PARTS.get(1),
        bgp + NODE_BGP_PARTS.get(2),
        bgp + NODE_BGP_PARTS.get(3),
        bgp + NODE_BGP_PARTS.get(4));
  }

  static String lastReportedStatus(Key.NodeStatus status) {
    return STATUSES + segment(status.node()) + "/last_reported_status";
  }

  static boolean isPool(String path) {
    return path.startsWith(POOLS);
  }

  static String poolPrefix(IpFamily family) {
    return POOLS + version(family) + "/pool/";
  }

  private static String hostEndpoint(ResourceKey.HostEndpointKey key) {
    return segment(key.node()) + "/endpoint/" + segment(key.name());
  }

  private static String workload(ResourceKey.WorkloadEndpointKey key) {
    return "%s/workload/%s/%s/endpoint/%s"
        .formatted(
            segment(key.node()),
            segment(key.orchestrator()),
            segment(key.workload()),
            segment(key.name()));
  }

  private static String version(IpFamily family) {
    return "v" + family.version();
  }

  private static String cidr(IpPrefix prefix) {
    return prefix.address() + "-" + prefix.length();
  }

  private static String segment(String text) {
    if (text.isEmpty() || text.indexOf('/') >= 0) {
      throw new IllegalArgumentException(
          "'%s' cannot be part of a datastore key: it must not be empty or hold a slash"
              .formatted(text));
    }
    return text;
  }

  /// Names of settings may reach into directories, as `custom_filters/v4/mine` does.
  private static String name(String text) {
    for (String part : text.split("/", -1)) {
      segment(part);
    }
    return text;
  }

  /// The prefixes under which a range lies. Other things may lie there too.
  static List<String> prefixes(KeyRange<?> range) {
    return switch (range) {
      case KeyRange.Resources(var kind) -> prefixes(kind);
      case KeyRange.WorkloadEndpoints(var node, var orchestrator, var workload) ->
          List.of(
              "%s%s/workload/%s/%s"
                  .formatted(
                      FELIX_HOSTS,
                      segment(node),
                      segment(orchestrator),
                      workload == null ? "" : segment(workload) + "/"));
      case KeyRange.FelixSettings(var node) ->
          List.of((node == null ? FELIX : FELIX_HOSTS + segment(node) + "/") + "config/");
      case KeyRange.BgpSettings(var node) ->
          List.of(node == null ? BGP_GLOBAL : BGP_HOSTS + segment(node) + "/");
      case KeyRange.BlockAffinities(var node) ->
          List.of(node == null ? AFFINITIES : AFFINITIES + segment(node) + "/");
      case KeyRange.IpamBlocks(var family) -> List.of(BLOCKS + "ip" + version(family) + "/block/");
      case KeyRange.IpamHandles _ -> List.of(HANDLES);
      case KeyRange.WorkloadEndpointStatuses(var node) ->
          List.of(STATUSES + segment(node) + "/workload/");
      case KeyRange.HostEndpointStatuses(var node) ->
          List.of(STATUSES + segment(node) + "/endpoint/");
    };
  }

  private static List<String> prefixes(Kind kind) {
    return switch (kind) {
      case NODE -> List.of(FELIX_HOSTS, BGP_HOSTS);
      case BGP_PEER -> List.of(BGP_GLOBAL, BGP_HOSTS);
      case HOST_ENDPOINT, WORKLOAD_ENDPOINT -> List.of(FELIX_HOSTS);
      case IP_POOL -> List.of(POOLS);
      case POLICY -> List.of(POLICIES);
      case PROFILE -> List.of(PROFILES);
    };
  }

  static boolean contains(KeyRange<?> range, Key<?> key) {
    return switch (range) {
      case KeyRange.Resources(var kind) ->
          key instanceof Key.ForResource(var resource) && resource.kind() == kind;
      case KeyRange.WorkloadEndpoints _ ->
          key instanceof Key.ForResource(ResourceKey.WorkloadEndpointKey _);
      case KeyRange.FelixSettings _ -> key instanceof Key.FelixSetting;
      case KeyRange.BgpSettings _ -> key instanceof Key.BgpSetting;
      case KeyRange.BlockAffinities _ -> key instanceof Key.BlockAffinity;
      case KeyRange.IpamBlocks _ -> key instanceof Key.IpamBlock;
      case KeyRange.IpamHandles _ -> key instanceof Key.IpamHandle;
      case KeyRange.WorkloadEndpointStatuses _ -> key instanceof Key.WorkloadEndpointStatus;
      case KeyRange.HostEndpointStatuses _ -> key instanceof Key.HostEndpointStatus;
    };
  }

  /// What lies under a path, or is a part of what lies there; null if it is nothing we know.
  static @Nullable Key<?> keyAt(String path) {
    if (path.endsWith("/") || path.contains("//")) {
      return null; // a name is missing
    }
    if (path.startsWith(FELIX_HOSTS)) {
      return underFelixHost(path.substring(FELIX_HOSTS.length()).split("/", -1));
    }
    if (path.startsWith(BGP_HOSTS)) {
      String rest = path.substring(BGP_HOSTS.length());
      int slash = rest.indexOf('/');
      return slash <= 0 ? null : underBgp(rest.substring(0, slash), rest.substring(slash + 1));
    }
    if (path.startsWith(BGP_GLOBAL)) {
      return underBgp(null, path.substring(BGP_GLOBAL.length()));
    }
    if (path.startsWith(AFFINITIES)) {
      return affinity(path.substring(AFFINITIES.length()).split("/", -1));
    }
    if (path.startsWith(BLOCKS)) {
      return block(path.substring(BLOCKS.length()).split("/", -1));
    }
    if (path.equals(IPAM_SETTINGS)) {
      return new Key.ForIpamSettings();
    }
    if (path.startsWith(HANDLES)) {
      String id = path.substring(HANDLES.length());
      return id.indexOf('/') < 0 ? new Key.IpamHandle(id) : null;
    }
    if (path.startsWith(STATUSES)) {
      return status(path.substring(STATUSES.length()).split("/", -1));
    }
    if (path.startsWith(FELIX)) {
      return underFelix(path.substring(FELIX.length()).split("/", -1));
    }
    return null;
  }

  private static @Nullable Key<?> underFelix(String[] s) {
    if (s.length == 1 && s[0].equals("Ready")) {
      return new Key.Ready();
    }
    if (s.length > 1 && s[0].equals("config")) {
      return new Key.FelixSetting(null, tail(s, 1));
    }
    if (s.length == 5 && s[0].equals("policy") && s[1].equals("tier") && s[2].equals("default")) {
      return s[3].equals("policy") ? resource(new ResourceKey.PolicyKey(s[4])) : null;
    }
    if (s.length == 4 && s[0].equals("policy") && s[1].equals("profile")) {
      return PROFILE_PARTS.contains(s[3]) ? resource(new ResourceKey.ProfileKey(s[2])) : null;
    }
    if (s.length == 4 && s[0].equals("ipam") && s[2].equals("pool")) {
      IpPrefix prefix = prefix(s[3]);
      return prefix == null ? null : resource(new ResourceKey.IpPoolKey(prefix));
    }
    return null;
  }

  private static @Nullable Key<?> underFelixHost(String[] s) {
    if (s.length == 2 && (s[1].equals("metadata") || s[1].equals("bird_ip"))) {
      return resource(new ResourceKey.NodeKey(s[0]));
    }
    if (s.length > 2 && s[1].equals("config")) {
      return new Key.FelixSetting(s[0], tail(s, 2));
    }
    var workload = workloadKey(s);
    if (workload != null) {
      return resource(workload);
    }
    var host = hostEndpointKey(s);
    return host == null ? null : resource(host);
  }

  private static @Nullable Key<?> underBgp(@Nullable String node, String name) {
    if (name.startsWith("peer_v4/") || name.startsWith("peer_v6/")) {
      IpAddress ip = address(name.substring("peer_v4/".length()));
      return ip == null ? null : resource(new ResourceKey.BgpPeerKey(node, ip));
    }
    if (node != null && NODE_BGP_PARTS.contains(name)) {
      return resource(new ResourceKey.NodeKey(node));
    }
    return name.isEmpty() ? null : new Key.BgpSetting(node, name);
  }

  private static @Nullable Key<?> affinity(String[] s) {
    if (s.length != 4 || !s[2].equals("block")) {
      return null;
    }
    IpPrefix block = prefix(s[3]);
    return block == null ? null : new Key.BlockAffinity(s[0], block.masked());
  }

  private static @Nullable Key<?> block(String[] s) {
    if (s.length != 3 || !s[1].equals("block")) {
      return null;
    }
    IpPrefix block = prefix(s[2]);
    return block == null ? null : new Key.IpamBlock(block.masked());
  }

  private static @Nullable Key<?> status(String[] s) {
    if (s.length == 2 && s[1].equals("status")) {
      return new Key.NodeStatus(s[0]);
    }
    var workload = workloadKey(s);
    if (workload != null) {
      return new Key.WorkloadEndpointStatus(workload);
    }
    var host = hostEndpointKey(s);
    return host == null ? null : new Key.HostEndpointStatus(host);
  }

  private static ResourceKey.@Nullable WorkloadEndpointKey workloadKey(String[] s) {
    return s.length == 6 && s[1].equals("workload") && s[4].equals("endpoint")
        ? new ResourceKey.WorkloadEndpointKey(s[0], s[2], s[3], s[5])
        : null;
  }

  private static ResourceKey.@Nullable HostEndpointKey hostEndpointKey(String[] s) {
    return s.length == 3 && s[1].equals("endpoint")
        ? new ResourceKey.HostEndpointKey(s[0], s[2])
        : null;
  }

  private static Key.ForResource resource(ResourceKey key) {
    return new Key.ForResource(key);
  }

  private static String tail(String[] segments, int from) {
    return String.join("/", List.of(segments).subList(from, segments.length));
  }

  private static @Nullable IpPrefix prefix(String text) {
    int dash = text.lastIndexOf('-');
    try {
      return dash < 0
          ? null
          : IpPrefix.parse(text.substring(0, dash) + "/" + text.substring(dash + 1));
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  private static @Nullable IpAddress address(String text) {
    try {
      return IpAddress.parse(text);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }
}
