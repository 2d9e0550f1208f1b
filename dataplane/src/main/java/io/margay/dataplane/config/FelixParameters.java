package io.margay.dataplane.config;

import static io.margay.dataplane.config.Parameter.Flag.DIE;
import static io.margay.dataplane.config.Parameter.Flag.LOCAL;
import static io.margay.dataplane.config.Parameter.Flag.NON_ZERO;

import io.margay.dataplane.config.DataplaneConfig.EndpointToHostAction;
import io.margay.dataplane.config.FelixConfig.DatastoreType;
import io.margay.dataplane.config.FelixConfig.EtcdScheme;
import io.margay.dataplane.config.FelixConfig.LogSeverity;
import io.margay.kernel.iptables.InsertMode;
import io.margay.net.Ipv4Address;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// The Felix parameters we act on, with the defaults of Felix 2.1.
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
          LOCAL);
  static final Parameter<String> ETCD_ADDR =
      Parameter.of("EtcdAddr", ParameterType.HOST_AND_PORT, "127.0.0.1:2379", LOCAL);
  static final Parameter<EtcdScheme> ETCD_SCHEME =
      Parameter.of(
          "EtcdScheme",
          ParameterType.oneOf(EtcdScheme.class, EtcdScheme.HTTP),
          EtcdScheme.HTTP,
          LOCAL);
  static final Parameter<List<String>> ETCD_ENDPOINTS =
      Parameter.of("EtcdEndpoints", ParameterType.URLS, List.of(), LOCAL);
  static final Parameter<Optional<Path>> ETCD_KEY_FILE =
      Parameter.of("EtcdKeyFile", ParameterType.EXISTING_FILE, Optional.empty(), LOCAL);
  static final Parameter<Optional<Path>> ETCD_CERT_FILE =
      Parameter.of("EtcdCertFile", ParameterType.EXISTING_FILE, Optional.empty(), LOCAL);
  static final Parameter<Optional<Path>> ETCD_CA_FILE =
      Parameter.of("EtcdCaFile", ParameterType.EXISTING_FILE, Optional.empty(), LOCAL);

  // The node.
  static final Parameter<Optional<String>> FELIX_HOSTNAME =
      Parameter.of("FelixHostname", ParameterType.HOSTNAME, Optional.empty(), LOCAL, NON_ZERO);
  static final Parameter<Optional<String>> CLUSTER_TYPE =
      Parameter.of("ClusterType", ParameterType.TEXT, Optional.empty());

  // The dataplane.
  static final Parameter<Boolean> IPV6_SUPPORT =
      Parameter.of("Ipv6Support", ParameterType.BOOLEAN, true);
  static final Parameter<Boolean> IGNORE_LOOSE_RPF =
      Parameter.of("IgnoreLooseRPF", ParameterType.BOOLEAN, false);
  static final Parameter<Integer> IPTABLES_REFRESH_INTERVAL =
      Parameter.of("IptablesRefreshInterval", ParameterType.integer(0, Integer.MAX_VALUE), 10);
  static final Parameter<Optional<Ipv4Address>> METADATA_ADDR =
      Parameter.of("MetadataAddr", ParameterType.IPV4_ADDRESS, Optional.of(LOOPBACK), DIE);
  static final Parameter<Integer> METADATA_PORT =
      Parameter.of("MetadataPort", ParameterType.integer(0, 65535), METADATA_PORT_BUILT_IN, DIE);
  static final Parameter<List<String>> INTERFACE_PREFIX =
      Parameter.of(
          "InterfacePrefix", ParameterType.INTERFACE_PREFIXES, List.of("cali"), NON_ZERO, DIE);
  static final Parameter<InsertMode> CHAIN_INSERT_MODE =
      Parameter.of(
          "ChainInsertMode",
          ParameterType.oneOf(InsertMode.class, InsertMode.INSERT),
          InsertMode.INSERT,
          NON_ZERO,
          DIE);
  static final Parameter<EndpointToHostAction> DEFAULT_ENDPOINT_TO_HOST_ACTION =
      Parameter.of(
          "DefaultEndpointToHostAction",
          ParameterType.oneOf(EndpointToHostAction.class, EndpointToHostAction.DROP),
          EndpointToHostAction.DROP,
          NON_ZERO,
          DIE);
  static final Parameter<String> LOG_PREFIX =
      Parameter.of("LogPrefix", ParameterType.LOG_PREFIX, "calico-packet");
  static final Parameter<Integer> MAX_IPSET_SIZE =
      Parameter.of("MaxIpsetSize", ParameterType.integer(1, Integer.MAX_VALUE), 1048576, NON_ZERO);
  static final Parameter<Integer> IPTABLES_MARK_MASK =
      Parameter.of("IptablesMarkMask", ParameterType.MARK_MASK, 0xff000000, NON_ZERO, DIE);
  static final Parameter<List<Integer>> FAILSAFE_INBOUND_HOST_PORTS =
      Parameter.of("FailsafeInboundHostPorts", ParameterType.PORTS, List.of(22), DIE);
  static final Parameter<List<Integer>> FAILSAFE_OUTBOUND_HOST_PORTS =
      Parameter.of(
          "FailsafeOutboundHostPorts", ParameterType.PORTS, List.of(2379, 2380, 4001, 7001), DIE);
  static final Parameter<Boolean> IP_IN_IP_ENABLED =
      Parameter.of("IpInIpEnabled", ParameterType.BOOLEAN, false);
  static final Parameter<Integer> IP_IN_IP_MTU =
      Parameter.of("IpInIpMtu", ParameterType.integer(68, 65535), 1440, NON_ZERO);
  static final Parameter<Optional<Ipv4Address>> IP_IN_IP_TUNNEL_ADDR =
      Parameter.of("IpInIpTunnelAddr", ParameterType.IPV4_ADDRESS, Optional.empty());

  // What it reports.
  static final Parameter<Optional<Path>> LOG_FILE_PATH =
      Parameter.of(
          "LogFilePath",
          ParameterType.PATH,
          Optional.of(Path.of("/var/log/calico/felix.log")),
          DIE);
  static final Parameter<LogSeverity> LOG_SEVERITY_FILE = logSeverity("LogSeverityFile");
  static final Parameter<LogSeverity> LOG_SEVERITY_SCREEN = logSeverity("LogSeverityScreen");
  static final Parameter<LogSeverity> LOG_SEVERITY_SYS = logSeverity("LogSeveritySys");
  static final Parameter<Integer> REPORTING_INTERVAL_SECS =
      Parameter.of("ReportingIntervalSecs", ParameterType.integer(0, Integer.MAX_VALUE), 30);
  static final Parameter<Integer> REPORTING_TTL_SECS =
      Parameter.of("ReportingTTLSecs", ParameterType.integer(0, Integer.MAX_VALUE), 90);
  static final Parameter<Boolean> ENDPOINT_REPORTING_ENABLED =
      Parameter.of("EndpointReportingEnabled", ParameterType.BOOLEAN, false);
  static final Parameter<Double> ENDPOINT_REPORTING_DELAY_SECS =
      Parameter.of("EndpointReportingDelaySecs", ParameterType.SECONDS, 1.0);

  private FelixParameters() {}

  private static Parameter<LogSeverity> logSeverity(String name) {
    return Parameter.of(
        name, ParameterType.oneOf(LogSeverity.class, LogSeverity.OFF), LogSeverity.INFO);
  }
}
