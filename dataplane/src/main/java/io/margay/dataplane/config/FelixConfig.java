package io.margay.dataplane.config;

import io.margay.dataplane.config.DataplaneConfig.Ipip;
import io.margay.dataplane.config.DataplaneConfig.OpenStack;
import io.margay.dataplane.config.DataplaneConfig.Vxlan;
import io.margay.net.Ipv4Address;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The Felix parameters of this node, each from the highest place that sets it: environment, file,
/// datastore for this host, datastore for all hosts, built-in default.
///
/// @param hostname the node's name, if one is set: the kernel's host name otherwise
/// @param datastore which store to use, so far as it is set here
/// @param ignoreLooseRpf whether a host with loose reverse path filtering will do
/// @param iptablesRefreshInterval how often the kernel is read anew, zero for never
/// @param cutRevokedFlows whether established flows end once policy no longer allows them
/// @param metrics where metrics are served
/// @param health where liveness and readiness are served
/// @param healthTimeout after what time a loop that does not answer counts as stuck
public record FelixConfig(
    Optional<String> hostname,
    DatastoreSettings datastore,
    DataplaneConfig dataplane,
    boolean ignoreLooseRpf,
    Duration iptablesRefreshInterval,
    boolean cutRevokedFlows,
    Logging logging,
    Reporting reporting,
    Page metrics,
    Page health,
    Duration healthTimeout) {

  /// Felix's own log file. An agent whose settings do not name another one chooses its own place.
  public static final Path DEFAULT_LOG_FILE = Path.of("/var/log/calico/felix.log");

  /// Felix's types and ours.
  public enum DatastoreType {
    /// Felix has no say in it: see `calicoctl`'s rules.
    UNSET,
    EMBEDDED,
    ETCDV2,
    ETCDV3,
    KUBERNETES
  }

  public enum EtcdScheme {
    HTTP,
    HTTPS
  }

  public enum LogSeverity {
    DEBUG,
    INFO,
    WARNING,
    ERROR,
    CRITICAL,
    OFF
  }

  /// @param etcdEndpoints URLs that end in a slash: those set, or the one that scheme and address
  ///   make
  public record DatastoreSettings(
      DatastoreType type,
      List<String> etcdEndpoints,
      @Nullable String etcdUsername,
      @Nullable String etcdPassword,
      @Nullable Path etcdKeyFile,
      @Nullable Path etcdCertFile,
      @Nullable Path etcdCaFile) {
    public DatastoreSettings {
      etcdEndpoints = List.copyOf(etcdEndpoints);
    }

    /// Without the password.
    @Override
    public String toString() {
      return "DatastoreSettings[type=%s, etcdEndpoints=%s, etcdUsername=%s]"
          .formatted(type, etcdEndpoints, etcdUsername);
    }
  }

  /// @param file null for none; [#DEFAULT_LOG_FILE] unless it is set
  public record Logging(
      @Nullable Path file,
      LogSeverity severityFile,
      LogSeverity severityScreen,
      LogSeverity severitySys) {}

  /// Something served over HTTP.
  ///
  /// @param host null for all addresses of this host
  public record Page(boolean enabled, @Nullable String host, int port) {}

  /// @param statusInterval how often the process says that it lives, zero for never
  /// @param endpoints whether the status of endpoints is written to the datastore
  /// @param endpointDelay the least time between two such writes
  public record Reporting(
      Duration statusInterval, Duration statusTtl, boolean endpoints, Duration endpointDelay) {}

  /// What came of resolving.
  public sealed interface Resolution {

    /// @param problems values that were replaced by their defaults
    record Resolved(FelixConfig config, List<ConfigProblem> problems) implements Resolution {
      public Resolved {
        problems = List.copyOf(problems);
      }
    }

    /// A value without which the agent must not go on makes no sense.
    ///
    /// @param problems all of them, fatal or not
    record Refused(List<ConfigProblem> problems) implements Resolution {
      public Refused {
        problems = List.copyOf(problems);
      }
    }
  }

  /// Resolves all parameters and tells all problems at once.
  ///
  /// @param environment usually [System#getenv()]: variables that begin with `FELIX_`, in any case
  /// @param file an INI file, which need not exist; null for none
  /// @param perHost the datastore's settings for this host, by name
  /// @param global the datastore's settings for all hosts, by name
  public static Resolution resolve(
      Map<String, String> environment,
      @Nullable Path file,
      Map<String, String> perHost,
      Map<String, String> global) {
    FelixSettings settings = FelixSettings.read(environment, file, perHost, global);
    FelixConfig config = from(settings);
    checkUnused(settings);
    return settings.hasFatalProblem()
        ? new Resolution.Refused(settings.problems())
        : new Resolution.Resolved(config, settings.problems());
  }

  /// What has no effect here is read all the same, so that a wrong value is told.
  private static void checkUnused(FelixSettings settings) {
    settings.get(FelixParameters.USAGE_REPORTING_ENABLED);
    settings.get(FelixParameters.CLUSTER_GUID);
    settings.get(FelixParameters.DATAPLANE_DRIVER);
    if (!settings.get(FelixParameters.USE_INTERNAL_DATAPLANE_DRIVER)) {
      settings.warn(
          FelixParameters.USE_INTERNAL_DATAPLANE_DRIVER.name(),
          "UseInternalDataplaneDriver is false, but there is no driver other than the agent's own."
              + " It goes on with that. Remove the setting.");
    }
  }

  private static FelixConfig from(FelixSettings settings) {
    return new FelixConfig(
        settings.get(FelixParameters.FELIX_HOSTNAME),
        datastore(settings),
        dataplane(settings),
        settings.get(FelixParameters.IGNORE_LOOSE_RPF),
        Duration.ofSeconds(settings.get(FelixParameters.IPTABLES_REFRESH_INTERVAL)),
        settings.get(FelixParameters.CUT_REVOKED_FLOWS),
        new Logging(
            settings.get(FelixParameters.LOG_FILE_PATH).orElse(null),
            settings.get(FelixParameters.LOG_SEVERITY_FILE),
            settings.get(FelixParameters.LOG_SEVERITY_SCREEN),
            settings.get(FelixParameters.LOG_SEVERITY_SYS)),
        new Reporting(
            Duration.ofSeconds(settings.get(FelixParameters.REPORTING_INTERVAL_SECS)),
            Duration.ofSeconds(settings.get(FelixParameters.REPORTING_TTL_SECS)),
            settings.get(FelixParameters.ENDPOINT_REPORTING_ENABLED),
            Duration.ofNanos(
                Math.round(settings.get(FelixParameters.ENDPOINT_REPORTING_DELAY_SECS) * 1e9))),
        new Page(
            settings.get(FelixParameters.PROMETHEUS_METRICS_ENABLED),
            settings.get(FelixParameters.PROMETHEUS_METRICS_HOST).orElse(null),
            settings.get(FelixParameters.PROMETHEUS_METRICS_PORT)),
        new Page(
            settings.get(FelixParameters.HEALTH_ENABLED),
            settings.get(FelixParameters.HEALTH_HOST).orElse(null),
            settings.get(FelixParameters.HEALTH_PORT)),
        Duration.ofSeconds(settings.get(FelixParameters.HEALTH_TIMEOUT_SECS)));
  }

  private static DatastoreSettings datastore(FelixSettings settings) {
    List<String> endpoints = settings.get(FelixParameters.ETCD_ENDPOINTS);
    String scheme = settings.get(FelixParameters.ETCD_SCHEME).name().toLowerCase(Locale.ROOT);
    String address = settings.get(FelixParameters.ETCD_ADDR);
    return new DatastoreSettings(
        datastoreType(settings),
        endpoints.isEmpty() ? List.of(scheme + "://" + address + "/") : endpoints,
        settings.get(FelixParameters.ETCD_USERNAME).orElse(null),
        settings.get(FelixParameters.ETCD_PASSWORD).orElse(null),
        settings.get(FelixParameters.ETCD_KEY_FILE).orElse(null),
        settings.get(FelixParameters.ETCD_CERT_FILE).orElse(null),
        settings.get(FelixParameters.ETCD_CA_FILE).orElse(null));
  }

  /// An explicit type wins; settings of etcd without one mean Felix's default.
  private static DatastoreType datastoreType(FelixSettings settings) {
    var type = settings.get(FelixParameters.DATASTORE_TYPE);
    return type == DatastoreType.UNSET && FelixParameters.OF_ETCD.stream().anyMatch(settings::isSet)
        ? DatastoreType.ETCDV2
        : type;
  }

  private static DataplaneConfig dataplane(FelixSettings settings) {
    return new DataplaneConfig(
        Marks.fromMask(settings.get(FelixParameters.IPTABLES_MARK_MASK)),
        settings.get(FelixParameters.INTERFACE_PREFIX),
        settings.get(FelixParameters.FAILSAFE_INBOUND_HOST_PORTS),
        settings.get(FelixParameters.FAILSAFE_OUTBOUND_HOST_PORTS),
        settings.get(FelixParameters.DEFAULT_ENDPOINT_TO_HOST_ACTION),
        openStack(settings),
        new Ipip(
            settings.get(FelixParameters.IP_IN_IP_ENABLED),
            settings.get(FelixParameters.IP_IN_IP_TUNNEL_ADDR).orElse(null),
            settings.get(FelixParameters.IP_IN_IP_MTU)),
        new Vxlan(
            settings.get(FelixParameters.VXLAN_VNI),
            settings.get(FelixParameters.VXLAN_PORT),
            settings.get(FelixParameters.VXLAN_MTU),
            settings.get(FelixParameters.VXLAN_MTU_V6),
            settings.get(FelixParameters.IPV4_VXLAN_TUNNEL_ADDR).orElse(null),
            settings.get(FelixParameters.IPV6_VXLAN_TUNNEL_ADDR).orElse(null)),
        settings.get(FelixParameters.LOG_PREFIX),
        settings.get(FelixParameters.CHAIN_INSERT_MODE),
        settings.get(FelixParameters.IPV6_SUPPORT),
        settings.get(FelixParameters.MAX_IPSET_SIZE));
  }

  /// Felix takes any departure from the metadata defaults for a sign of OpenStack, `None` as the
  /// address included: Calico's node image sets it, and so has the rules for DHCP and DNS.
  private static OpenStack openStack(FelixSettings settings) {
    Ipv4Address address = settings.get(FelixParameters.METADATA_ADDR).orElse(null);
    int port = settings.get(FelixParameters.METADATA_PORT);
    boolean active =
        settings
                .get(FelixParameters.CLUSTER_TYPE)
                .filter(type -> type.toLowerCase(Locale.ROOT).contains("openstack"))
                .isPresent()
            || !Objects.equals(address, FelixParameters.LOOPBACK)
            || port != FelixParameters.METADATA_PORT_BUILT_IN
            || settings.get(FelixParameters.INTERFACE_PREFIX).contains("tap");
    return new OpenStack(active, address, port);
  }
}
