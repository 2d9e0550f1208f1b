package io.margay.dataplane.config;

import static io.margay.dataplane.config.Parameter.Effect.AT_START;
import static io.margay.dataplane.config.Parameter.Effect.NEVER;
import static io.margay.dataplane.config.Parameter.Flag.DIE;
import static io.margay.dataplane.config.Parameter.Flag.LOCAL;
import static io.margay.dataplane.config.Parameter.Flag.NON_ZERO;

import io.margay.dataplane.config.DataplaneConfig.EndpointToHostAction;
import io.margay.dataplane.config.FelixConfig.DatastoreType;
import io.margay.dataplane.config.FelixConfig.EtcdScheme;
import io.margay.dataplane.config.FelixConfig.LogSeverity;
import io.margay.kernel.iptables.InsertMode;
import io.margay.net.Ipv4Address;
import io.margay.net.Ipv6Address;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// The Felix parameters with the defaults of Felix 2.1, and ours. docs/felix-configuration.md is
/// made of them.
final class FelixParameters {

  static final Ipv4Address LOOPBACK = Ipv4Address.parse("127.0.0.1");
  static final int METADATA_PORT_BUILT_IN = 8775;

  // The datastore. Felix's own default is etcdv2; ours is what nothing-configured means elsewhere.
  static final Parameter<DatastoreType> DATASTORE_TYPE =
      Parameter.of(
              "DatastoreType",
              ParameterType.oneOf(DatastoreType.class, DatastoreType.UNSET),
              DatastoreType.UNSET,
              NON_ZERO,
              DIE,
              LOCAL)
          .means(
              "which datastore: `embedded`, `etcdv2`, `etcdv3`. Felix means `etcdv2` where nothing is set; here `calicoctl`'s configuration decides then");
  static final Parameter<String> ETCD_ADDR =
      Parameter.of("EtcdAddr", ParameterType.HOST_AND_PORT, "127.0.0.1:2379", LOCAL)
          .means("HOST:PORT of etcd, if EtcdEndpoints is not set");
  static final Parameter<EtcdScheme> ETCD_SCHEME =
      Parameter.of(
              "EtcdScheme",
              ParameterType.oneOf(EtcdScheme.class, EtcdScheme.HTTP),
              EtcdScheme.HTTP,
              LOCAL)
          .means("how to speak to EtcdAddr");
  static final Parameter<List<String>> ETCD_ENDPOINTS =
      Parameter.of("EtcdEndpoints", ParameterType.URLS, List.of(), LOCAL)
          .means("URLs of etcd's members");
  static final Parameter<Optional<Path>> ETCD_KEY_FILE =
      Parameter.of("EtcdKeyFile", ParameterType.EXISTING_FILE, Optional.empty(), LOCAL)
          .means("private key of this client");
  static final Parameter<Optional<Path>> ETCD_CERT_FILE =
      Parameter.of("EtcdCertFile", ParameterType.EXISTING_FILE, Optional.empty(), LOCAL)
          .means("certificate of this client");
  static final Parameter<Optional<Path>> ETCD_CA_FILE =
      Parameter.of("EtcdCaFile", ParameterType.EXISTING_FILE, Optional.empty(), LOCAL)
          .means("certificates of those who may vouch for etcd");

  // Ours: Felix 2.1 asked etcd as nobody.
  static final Parameter<Optional<String>> ETCD_USERNAME =
      Parameter.of("EtcdUsername", ParameterType.TEXT, Optional.empty(), LOCAL)
          .means("user of etcd that this client is, with EtcdPassword");
  static final Parameter<Optional<String>> ETCD_PASSWORD =
      Parameter.of("EtcdPassword", ParameterType.TEXT, Optional.empty(), LOCAL)
          .means("password of that user");

  static final List<Parameter<?>> OF_ETCD =
      List.of(
          ETCD_ADDR,
          ETCD_SCHEME,
          ETCD_ENDPOINTS,
          ETCD_KEY_FILE,
          ETCD_CERT_FILE,
          ETCD_CA_FILE,
          ETCD_USERNAME,
          ETCD_PASSWORD);

  // The node.
  static final Parameter<Optional<String>> FELIX_HOSTNAME =
      Parameter.of("FelixHostname", ParameterType.HOSTNAME, Optional.empty(), LOCAL, NON_ZERO)
          .means(
              "name of this node, if neither `--name` nor `$NODENAME` gives one; else the kernel's host name");
  static final Parameter<Optional<String>> CLUSTER_TYPE =
      Parameter.of("ClusterType", ParameterType.TEXT, Optional.empty())
          .means(
              "free text; one that contains `openstack` opens DHCP, DNS and metadata from workloads to their host");

  // The dataplane.
  static final Parameter<Boolean> IPV6_SUPPORT =
      Parameter.of("Ipv6Support", ParameterType.BOOLEAN, true)
          .means("whether IPv6 is programmed at all");
  static final Parameter<Boolean> IGNORE_LOOSE_RPF =
      Parameter.of("IgnoreLooseRPF", ParameterType.BOOLEAN, false)
          .means(
              "whether a host will do whose `net.ipv4.conf.all.rp_filter` lets workloads send from foreign addresses")
          .takesEffect(AT_START, "the host is looked at then");
  static final Parameter<Integer> IPTABLES_REFRESH_INTERVAL =
      Parameter.of("IptablesRefreshInterval", ParameterType.integer(0, Integer.MAX_VALUE), 10)
          .means(
              "seconds between two looks at the whole of what is in the kernel; 0: never, so that only changes of ours and news from the kernel lead to one");
  static final Parameter<Optional<Ipv4Address>> METADATA_ADDR =
      Parameter.of("MetadataAddr", ParameterType.IPV4_ADDRESS, Optional.of(LOOPBACK), DIE)
          .means("OpenStack's metadata server; `none`: there is none");
  static final Parameter<Integer> METADATA_PORT =
      Parameter.of("MetadataPort", ParameterType.integer(0, 65535), METADATA_PORT_BUILT_IN, DIE)
          .means("port of the metadata server");
  static final Parameter<List<String>> INTERFACE_PREFIX =
      Parameter.of(
              "InterfacePrefix", ParameterType.INTERFACE_PREFIXES, List.of("cali"), NON_ZERO, DIE)
          .means("what names of workloads' interfaces begin with");
  static final Parameter<InsertMode> CHAIN_INSERT_MODE =
      Parameter.of(
              "ChainInsertMode",
              ParameterType.oneOf(InsertMode.class, InsertMode.INSERT),
              InsertMode.INSERT,
              NON_ZERO,
              DIE)
          .means("whether our rules come first or last in the kernel's chains");
  static final Parameter<EndpointToHostAction> DEFAULT_ENDPOINT_TO_HOST_ACTION =
      Parameter.of(
              "DefaultEndpointToHostAction",
              ParameterType.oneOf(EndpointToHostAction.class, EndpointToHostAction.DROP),
              EndpointToHostAction.DROP,
              NON_ZERO,
              DIE)
          .means(
              "what happens to a packet from a workload to its host that the workload's policy let through");
  static final Parameter<String> LOG_PREFIX =
      Parameter.of("LogPrefix", ParameterType.LOG_PREFIX, "calico-packet")
          .means("how the kernel's log lines for `log` rules begin");
  static final Parameter<Integer> MAX_IPSET_SIZE =
      Parameter.of("MaxIpsetSize", ParameterType.integer(1, Integer.MAX_VALUE), 1048576, NON_ZERO)
          .means("members that a set can hold");
  static final Parameter<Integer> IPTABLES_MARK_MASK =
      Parameter.of("IptablesMarkMask", ParameterType.MARK_MASK, 0xff000000, NON_ZERO, DIE)
          .means("bits of the packet mark that are ours");
  static final Parameter<List<Integer>> FAILSAFE_INBOUND_HOST_PORTS =
      Parameter.of("FailsafeInboundHostPorts", ParameterType.PORTS, List.of(22), DIE)
          .means("TCP ports of the host that stay reachable whatever policy says");
  static final Parameter<List<Integer>> FAILSAFE_OUTBOUND_HOST_PORTS =
      Parameter.of(
              "FailsafeOutboundHostPorts",
              ParameterType.PORTS,
              List.of(2379, 2380, 4001, 7001),
              DIE)
          .means("TCP ports that stay reachable from the host whatever policy says");
  static final Parameter<Boolean> CUT_REVOKED_FLOWS =
      Parameter.of("CutRevokedFlows", ParameterType.BOOLEAN, false)
          .means(
              "ours: whether an established flow ends when a change of policy no longer allows it;"
                  + " otherwise it lives on until it ends by itself, as with Felix");
  static final Parameter<Boolean> IP_IN_IP_ENABLED =
      Parameter.of("IpInIpEnabled", ParameterType.BOOLEAN, false)
          .means("whether packets to other hosts may travel in IP in IP");
  static final Parameter<Integer> IP_IN_IP_MTU =
      Parameter.of("IpInIpMtu", ParameterType.integer(68, 65535), 1440, NON_ZERO)
          .means("MTU of `tunl0`, bytes");
  static final Parameter<Optional<Ipv4Address>> IP_IN_IP_TUNNEL_ADDR =
      Parameter.of("IpInIpTunnelAddr", ParameterType.IPV4_ADDRESS, Optional.empty())
          .means("address of `tunl0`");

  // Not of Felix 2.1: the names are those of later versions.
  static final Parameter<Integer> VXLAN_VNI =
      Parameter.of("VXLANVNI", ParameterType.integer(1, 0xffffff), 4096, NON_ZERO)
          .means("network identifier of VXLAN, the same on all nodes");
  static final Parameter<Integer> VXLAN_PORT =
      Parameter.of("VXLANPort", ParameterType.integer(1, 65535), 4789, NON_ZERO)
          .means("UDP port of VXLAN, the same on all nodes");
  static final Parameter<Integer> VXLAN_MTU =
      Parameter.of("VXLANMTU", ParameterType.integer(68, 65535), 1410, NON_ZERO)
          .means("MTU of `vxlan.calico`, bytes");
  static final Parameter<Integer> VXLAN_MTU_V6 =
      Parameter.of("VXLANMTUV6", ParameterType.integer(1280, 65535), 1390, NON_ZERO)
          .means("MTU of `vxlan-v6.calico`, bytes");
  static final Parameter<Optional<Ipv4Address>> IPV4_VXLAN_TUNNEL_ADDR =
      Parameter.of("IPv4VXLANTunnelAddr", ParameterType.IPV4_ADDRESS, Optional.empty())
          .means("address of `vxlan.calico`");
  static final Parameter<Optional<Ipv6Address>> IPV6_VXLAN_TUNNEL_ADDR =
      Parameter.of("IPv6VXLANTunnelAddr", ParameterType.IPV6_ADDRESS, Optional.empty())
          .means("address of `vxlan-v6.calico`");

  // What it reports.
  static final Parameter<Optional<Path>> LOG_FILE_PATH =
      Parameter.of(
              "LogFilePath", ParameterType.PATH, Optional.of(FelixConfig.DEFAULT_LOG_FILE), DIE)
          .means(
              "the log file; `none`: no file. Unless it is set, the file is `margay-node.log` in `--log-dir`")
          .takesEffect(AT_START, "the file is opened then");
  static final Parameter<LogSeverity> LOG_SEVERITY_FILE =
      logSeverity("LogSeverityFile").means("the least severity that the log file gets");
  static final Parameter<LogSeverity> LOG_SEVERITY_SCREEN =
      logSeverity("LogSeverityScreen").means("the least severity that the screen gets");
  static final Parameter<LogSeverity> LOG_SEVERITY_SYS =
      logSeverity("LogSeveritySys")
          .means("the least severity that syslog gets")
          .takesEffect(NEVER, "under systemd the journal has what goes to the screen");
  static final Parameter<Integer> REPORTING_INTERVAL_SECS =
      Parameter.of("ReportingIntervalSecs", ParameterType.integer(0, Integer.MAX_VALUE), 30)
          .means(
              "seconds between two reports of the agent to the datastore (`/calico/felix/v1/host/NODE/status`); 0: none");
  static final Parameter<Integer> REPORTING_TTL_SECS =
      Parameter.of("ReportingTTLSecs", ParameterType.integer(0, Integer.MAX_VALUE), 90)
          .means("seconds after which a report vanishes unless it is renewed");
  static final Parameter<Boolean> ENDPOINT_REPORTING_ENABLED =
      Parameter.of("EndpointReportingEnabled", ParameterType.BOOLEAN, false)
          .means("whether the statuses of endpoints are written to the datastore");
  static final Parameter<Double> ENDPOINT_REPORTING_DELAY_SECS =
      Parameter.of("EndpointReportingDelaySecs", ParameterType.SECONDS, 1.0)
          .means("least seconds between two such writes")
          .takesEffect(
              NEVER,
              "a status is written when it changes; of several changes that wait only the last is"
                  + " written");
  static final Parameter<Boolean> PROMETHEUS_METRICS_ENABLED =
      Parameter.of("PrometheusMetricsEnabled", ParameterType.BOOLEAN, false)
          .means("whether `/metrics` is served over HTTP");
  static final Parameter<Optional<String>> PROMETHEUS_METRICS_HOST =
      Parameter.of("PrometheusMetricsHost", ParameterType.HOSTNAME_OR_ADDRESS, Optional.empty())
          .means("the address to serve metrics on; `none`: all of this host's");
  static final Parameter<Integer> PROMETHEUS_METRICS_PORT =
      Parameter.of("PrometheusMetricsPort", ParameterType.integer(0, 65535), 9091)
          .means("the port to serve metrics on; 0: one that is free, told in the log");
  static final Parameter<Boolean> HEALTH_ENABLED =
      Parameter.of("HealthEnabled", ParameterType.BOOLEAN, false)
          .means("whether `/liveness` and `/readiness` are served over HTTP");
  static final Parameter<Optional<String>> HEALTH_HOST =
      Parameter.of("HealthHost", ParameterType.HOSTNAME_OR_ADDRESS, Optional.of("localhost"))
          .means("the address to serve health on; `none`: all of this host's");
  static final Parameter<Integer> HEALTH_PORT =
      Parameter.of("HealthPort", ParameterType.integer(0, 65535), 9099)
          .means("the port to serve health on; 0: one that is free, told in the log");
  static final Parameter<Integer> HEALTH_TIMEOUT_SECS =
      Parameter.of("HealthTimeoutSecs", ParameterType.integer(1, Integer.MAX_VALUE), 90, NON_ZERO)
          .means("ours: seconds after which a loop that does not answer counts as stuck");

  // What Felix has and this agent has no use for.
  static final Parameter<Boolean> USAGE_REPORTING_ENABLED =
      Parameter.of("UsageReportingEnabled", ParameterType.BOOLEAN, true)
          .means("whether Felix tells its vendor of its version and size")
          .takesEffect(NEVER, "this agent tells nobody");
  static final Parameter<Optional<String>> CLUSTER_GUID =
      Parameter.of("ClusterGUID", ParameterType.TEXT, Optional.of("baddecaf"))
          .means("name of the cluster in such reports")
          .takesEffect(NEVER, "there are none");
  static final Parameter<Boolean> USE_INTERNAL_DATAPLANE_DRIVER =
      Parameter.of("UseInternalDataplaneDriver", ParameterType.BOOLEAN, true)
          .means("whether Felix writes to the kernel itself")
          .takesEffect(NEVER, "the agent always does; false is warned of");
  static final Parameter<Optional<String>> DATAPLANE_DRIVER =
      Parameter.of(
              "DataplaneDriver",
              ParameterType.TEXT,
              Optional.of("calico-iptables-plugin"),
              NON_ZERO,
              DIE)
          .means("the program that writes to the kernel instead")
          .takesEffect(NEVER, "there is no driver but the agent's own");

  private FelixParameters() {}

  private static Parameter<LogSeverity> logSeverity(String name) {
    return Parameter.of(
        name, ParameterType.oneOf(LogSeverity.class, LogSeverity.OFF), LogSeverity.INFO);
  }
}
