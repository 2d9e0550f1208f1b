package io.margay.dataplane.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.dataplane.config.DataplaneConfig.EndpointToHostAction;
import io.margay.dataplane.config.DataplaneConfig.OpenStack;
import io.margay.dataplane.config.FelixConfig.DatastoreType;
import io.margay.dataplane.config.FelixConfig.LogSeverity;
import io.margay.dataplane.config.FelixConfig.Resolution;
import io.margay.dataplane.config.FelixConfig.Resolution.Refused;
import io.margay.dataplane.config.FelixConfig.Resolution.Resolved;
import io.margay.net.Ipv4Address;
import io.margay.net.Ipv6Address;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FelixConfigTest {

  @TempDir private Path directory;

  @Test
  void nothingSetGivesFelixsDefaults() {
    FelixConfig config = resolved(Map.of());
    assertThat(config.dataplane().marks()).isEqualTo(new Marks(0x1000000, 0x2000000, 0x4000000));
    assertThat(config.dataplane().interfacePrefixes()).containsExactly("cali");
    assertThat(config.dataplane().openStack().active()).isFalse();
    assertThat(config.dataplane().endpointToHostAction()).isEqualTo(EndpointToHostAction.DROP);
    assertThat(config.dataplane().failsafeOutboundPorts()).containsExactly(2379, 2380, 4001, 7001);
    assertThat(config.dataplane().ipv6()).isTrue();
    assertThat(config.hostname()).isEmpty();
    assertThat(config.datastore().type()).isEqualTo(DatastoreType.UNSET);
    assertThat(config.datastore().etcdEndpoints()).containsExactly("http://127.0.0.1:2379/");
    assertThat(config.iptablesRefreshInterval()).isEqualTo(Duration.ofSeconds(10));
    assertThat(config.logging().file()).isEqualTo(Path.of("/var/log/calico/felix.log"));
    assertThat(config.reporting().endpointDelay()).isEqualTo(Duration.ofSeconds(1));
  }

  @Test
  void theHighestPlaceWins() throws Exception {
    Path file = file("[global]\nLogPrefix = from-file\nIpInIpMtu = 1400\n");
    Map<String, String> host = Map.of("LogPrefix", "from-host", "IpInIpMtu", "1410", "a", "b");
    Map<String, String> global =
        Map.of("logprefix", "from-all", "MaxIpsetSize", "10", "IpInIpMtu", "1420");
    FelixConfig config =
        resolved(FelixConfig.resolve(Map.of("Felix_LOGPREFIX", "from-env"), file, host, global));
    assertThat(config.dataplane().logPrefix()).isEqualTo("from-env");
    assertThat(config.dataplane().ipip().mtu()).isEqualTo(1400);
    assertThat(config.dataplane().maxIpSetSize()).isEqualTo(10);
    assertThat(resolved(FelixConfig.resolve(Map.of(), null, host, global)).dataplane().logPrefix())
        .isEqualTo("from-host");
  }

  @Test
  void anEmptyValueIsAsNone() {
    FelixConfig config =
        resolved(
            FelixConfig.resolve(
                Map.of("FELIX_LOGPREFIX", ""), null, Map.of(), Map.of("LogPrefix", "x")));
    assertThat(config.dataplane().logPrefix()).isEqualTo("x");
  }

  @Test
  void theNodeImagesFileTurnsTheOpenStackRulesOnWithoutAMetadataAddress() throws Exception {
    Path file =
        file(
            """
            # as the image ships it
            [global]
            MetadataAddr = None
            LogFilePath = None
            LogSeverityFile = None
            """);
    FelixConfig config = resolved(FelixConfig.resolve(Map.of(), file, Map.of(), Map.of()));
    assertThat(config.dataplane().openStack()).isEqualTo(new OpenStack(true, null, 8775));
    assertThat(config.logging().file()).isNull();
    assertThat(config.logging().severityFile()).isEqualTo(LogSeverity.OFF);
  }

  @Test
  void vxlanIsSetByTheNamesOfLaterCalicos() {
    Map<String, String> settings =
        Map.of(
            "VXLANVNI", "5000",
            "VXLANPort", "8472",
            "VXLANMTU", "1450",
            "VXLANMTUV6", "1430",
            "IPv4VXLANTunnelAddr", "10.1.0.1",
            "IPv6VXLANTunnelAddr", "fd00::1");
    assertThat(
            resolved(FelixConfig.resolve(Map.of(), null, settings, Map.of())).dataplane().vxlan())
        .isEqualTo(
            new DataplaneConfig.Vxlan(
                5000,
                8472,
                1450,
                1430,
                Ipv4Address.parse("10.1.0.1"),
                Ipv6Address.parse("fd00::1")));
  }

  @ParameterizedTest
  @CsvSource({
    "FELIX_CLUSTERTYPE, 'k8s,OpenStack'",
    "FELIX_METADATAADDR, 10.0.0.1",
    "FELIX_METADATAPORT, 80",
    "FELIX_INTERFACEPREFIX, 'cali,tap'",
  })
  void eachSignOfOpenStackCounts(String name, String value) {
    assertThat(resolved(Map.of(name, value)).dataplane().openStack().active()).isTrue();
  }

  @Test
  void readsEveryKindOfValue() {
    FelixConfig config =
        resolved(
            Map.of(
                "FELIX_IPV6SUPPORT", "No",
                "FELIX_IPTABLESMARKMASK", "0xe0",
                "FELIX_FAILSAFEINBOUNDHOSTPORTS", "22, 0x17 ,030",
                "FELIX_FAILSAFEOUTBOUNDHOSTPORTS", "none",
                "FELIX_DEFAULTENDPOINTTOHOSTACTION", "return",
                "FELIX_ETCDENDPOINTS", "https://a:1,https://[fd00::1]:2/",
                "FELIX_IPINIPTUNNELADDR", "10.0.0.1",
                "FELIX_DATASTORETYPE", "etcdv3",
                "FELIX_ENDPOINTREPORTINGDELAYSECS", "0.25",
                "FELIX_LOGSEVERITYSCREEN", "Warning"));
    assertThat(config.dataplane().ipv6()).isFalse();
    assertThat(config.dataplane().marks()).isEqualTo(new Marks(0x20, 0x40, 0x80));
    assertThat(config.dataplane().failsafeInboundPorts()).containsExactly(22, 23, 24);
    assertThat(config.dataplane().failsafeOutboundPorts()).isEmpty();
    assertThat(config.dataplane().endpointToHostAction()).isEqualTo(EndpointToHostAction.RETURN);
    assertThat(config.dataplane().ipip().tunnelAddress()).isEqualTo(Ipv4Address.parse("10.0.0.1"));
    assertThat(config.datastore().type()).isEqualTo(DatastoreType.ETCDV3);
    assertThat(config.datastore().etcdEndpoints())
        .containsExactly("https://a:1/", "https://[fd00::1]:2/");
    assertThat(config.reporting().endpointDelay()).isEqualTo(Duration.ofMillis(250));
    assertThat(config.logging().severityScreen()).isEqualTo(LogSeverity.WARNING);
  }

  @Test
  void localParametersAreIgnoredFromTheDatastore() {
    Map<String, String> settings =
        Map.of("FelixHostname", "other", "EtcdAddr", "10.0.0.1:1", "DatastoreType", "nonsense");
    FelixConfig config = resolved(FelixConfig.resolve(Map.of(), null, settings, settings));
    assertThat(config.hostname()).isEmpty();
    assertThat(config.datastore().etcdEndpoints()).containsExactly("http://127.0.0.1:2379/");
  }

  @Test
  void tellsAllProblemsAtOnceWithValueAndExpectation() {
    Resolution resolution =
        FelixConfig.resolve(
            Map.of("FELIX_METADATAPORT", "70000", "FELIX_IPINIPMTU", "big"),
            null,
            Map.of("InterfacePrefix", "none"),
            Map.of("IptablesMarkMask", "0x3"));
    assertThat(resolution).isInstanceOf(Refused.class);
    assertThat(((Refused) resolution).problems())
        .extracting(ConfigProblem::message)
        .containsExactlyInAnyOrder(
            "MetadataPort is '70000' (expected a whole number from 0 to 65535). The agent does not"
                + " go on with this value. Correct it in the environment: FELIX_METADATAPORT.",
            "IpInIpMtu is 'big' (expected a whole number from 68 to 65535). The default is used:"
                + " 1440. Correct it in the environment: FELIX_IPINIPMTU.",
            "InterfacePrefix is 'none' (expected beginnings of interface names, separated by"
                + " commas: each 1 to 14 letters, digits, - or _). The agent does not go on with"
                + " this value. Correct it in the datastore's settings of this host.",
            "IptablesMarkMask is '0x3' (expected a 32-bit number with at least 3 bits set, for"
                + " example 0xff000000). The agent does not go on with this value. Correct it in"
                + " the datastore's global settings.");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "LogPrefix|a\"b",
        "LogPrefix|aaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "Ipv6Support|maybe",
        "IptablesRefreshInterval|-1",
        "MaxIpsetSize|0",
        "MaxIpsetSize|none",
        "IpInIpTunnelAddr|fd00::1",
        "IPv6VXLANTunnelAddr|10.0.0.1",
        "VXLANVNI|16777216",
        "VXLANPort|0",
        "VXLANMTUV6|1000",
        "LogSeverityScreen|loud",
        "EndpointReportingDelaySecs|NaN",
      })
  void aValueWithoutSenseIsReplacedByItsDefault(String name, String value) {
    Resolution resolution = FelixConfig.resolve(Map.of(), null, Map.of(name, value), Map.of());
    assertThat(resolution).isInstanceOf(Resolved.class);
    assertThat(((Resolved) resolution).config()).isEqualTo(resolved(Map.of()));
    assertThat(((Resolved) resolution).problems())
        .extracting(ConfigProblem::name)
        .containsExactly(name);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "FELIX_ETCDENDPOINTS|http://a:1,https://b:2",
        "FELIX_ETCDENDPOINTS|http://a:1/path",
        "FELIX_ETCDCAFILE|/no/such/file",
        "FELIX_ETCDSCHEME|gopher",
        "FELIX_FELIXHOSTNAME|a/b",
      })
  void theSameGoesForLocalOnes(String name, String value) {
    Resolution resolution = FelixConfig.resolve(Map.of(name, value), null, Map.of(), Map.of());
    var config = ((Resolved) resolution).config();
    var defaults = resolved(Map.of());
    assertThat(config.hostname()).isEqualTo(defaults.hostname());
    assertThat(config.dataplane()).isEqualTo(defaults.dataplane());
    assertThat(config.datastore().etcdEndpoints()).isEqualTo(defaults.datastore().etcdEndpoints());
    assertThat(config.datastore().etcdCaFile()).isNull();
    // Who speaks of etcd means etcd, also where the words make no sense.
    assertThat(config.datastore().type())
        .isEqualTo(name.contains("ETCD") ? DatastoreType.ETCDV2 : DatastoreType.UNSET);
    assertThat(((Resolved) resolution).problems()).hasSize(1);
  }

  @Test
  void aMissingFileIsFineAndAStrayLineIsTold() throws Exception {
    Path missing = directory.resolve("missing");
    assertThat(resolved(FelixConfig.resolve(Map.of(), missing, Map.of(), Map.of())))
        .isEqualTo(resolved(Map.of()));
    Path stray = file("; comment\nnonsense\n");
    Resolution resolution = FelixConfig.resolve(Map.of(), stray, Map.of(), Map.of());
    assertThat(((Resolved) resolution).problems())
        .extracting(ConfigProblem::message)
        .containsExactly(
            stray + " line 2 is 'nonsense' (expected NAME = VALUE). The line is ignored.");
  }

  private Path file(String content) throws Exception {
    return Files.writeString(directory.resolve("felix.cfg"), content);
  }

  private static FelixConfig resolved(Map<String, String> environment) {
    return resolved(FelixConfig.resolve(environment, null, Map.of(), Map.of()));
  }

  private static FelixConfig resolved(Resolution resolution) {
    assertThat(resolution).isInstanceOf(Resolved.class);
    Resolved resolved = (Resolved) resolution;
    assertThat(resolved.problems()).isEqualTo(List.of());
    return resolved.config();
  }
}
