package io.margay.supervisor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margay.calicoctl.CommandLine;
import io.margay.datastore.Datastore;
import io.margay.datastore.DatastoreConfig;
import io.margay.datastore.Datastores;
import io.margay.datastore.Entry;
import io.margay.datastore.Key;
import io.margay.datastore.KeyRange;
import io.margay.model.Kind;
import io.margay.model.Node;
import io.margay.model.ResourceKey;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A node starts on a made-up host, with a real datastore.
class NodeStartupTest {

  @TempDir Path directory;

  private final FakeHost host =
      new FakeHost()
          .with("lo", "127.0.0.1/8")
          .with("eth0", "10.0.2.15/24")
          .with("eth1", "192.168.40.2/24", "fd00:40::2/64");
  private final Map<String, String> environment = new HashMap<>();
  private Datastore datastore;

  @BeforeEach
  void open() {
    datastore = Datastores.open(new DatastoreConfig.Embedded(directory.resolve("datastore.db")));
  }

  @AfterEach
  void close() {
    datastore.close();
  }

  /// What a node says that starts with these options: `name=value`, or a flag.
  private List<String> start(String... options) {
    Map<String, List<String>> parsed = new HashMap<>();
    for (String option : options) {
      int equals = option.indexOf('=');
      parsed.put(
          equals < 0 ? option : option.substring(0, equals),
          List.of(equals < 0 ? "" : option.substring(equals + 1)));
    }
    parsed.putIfAbsent("name", List.of("compile"));
    List<String> said = new ArrayList<>();
    new NodeStartup(datastore, host, environment, said::add)
        .run(
            RunOptions.parse(
                new CommandLine(parsed, List.of()), environment, directory.resolve("no.cfg")));
    return said;
  }

  private Node.Bgp stored(String node) {
    Key.ForResource key = new Key.ForResource(new ResourceKey.NodeKey(node));
    return ((Node) datastore.get(key).orElseThrow().value()).spec().bgp();
  }

  private List<String> pools() {
    return datastore.list(new KeyRange.Resources(Kind.IP_POOL)).stream()
        .map(entry -> entry.key().toString())
        .toList();
  }

  @Test
  void theFirstNodeOfAClusterSaysWhatTheGuideShows() {
    assertThat(start())
        .containsExactly(
            "Using autodetected IPv4 address on interface eth1: 192.168.40.2/24",
            "No AS number configured on node resource, using global value",
            "Created default IPv4 pool (192.168.0.0/16) with NAT outgoing enabled. IPIP mode: off",
            "Created default IPv6 pool (fd80:24e2:f998:72d6::/64) with NAT outgoing enabled. IPIP"
                + " mode: off",
            "Using node name: compile");
    assertThat(stored("compile").ipv4Address()).hasToString("192.168.40.2/24");
    assertThat(stored("compile").ipv6Address()).isNull();
    assertThat(datastore.get(new Key.Ready()).map(Entry::value)).contains(true);
    assertThat(datastore.get(new Key.BgpSetting(null, "as_num")).map(Entry::value))
        .contains("64512");
    assertThat(datastore.get(new Key.FelixSetting(null, "LogSeverityScreen")).map(Entry::value))
        .contains("info");
  }

  @Test
  void aSecondStartChangesNothing() {
    start();
    long before = datastore.snapshot().revision();

    assertThat(start())
        .containsExactly(
            "No AS number configured on node resource, using global value",
            "Using node name: compile");
    assertThat(datastore.snapshot().revision()).isEqualTo(before);
  }

  @Test
  void settingsOfAnOperatorStay() {
    datastore.create(new Key.BgpSetting(null, "node_mesh"), "{\"enabled\":false}");
    start();
    assertThat(datastore.get(new Key.BgpSetting(null, "node_mesh")).map(Entry::value))
        .contains("{\"enabled\":false}");
  }

  @Test
  void anAddressThatIsGivenIsLookedForOnTheInterfaces() {
    assertThat(start("ip=10.0.2.15"))
        .startsWith(
            "Using IPv4 address from environment: IP=10.0.2.15",
            "IPv4 address 10.0.2.15 discovered on interface eth0");
    assertThat(stored("compile").ipv4Address()).hasToString("10.0.2.15/24");

    assertThat(start("ip=10.0.2.15/16")).contains("Using node name: compile");
    assertThat(stored("compile").ipv4Address()).hasToString("10.0.2.15/16");

    assertThat(start("ip=10.9.9.9"))
        .startsWith(
            "Using IPv4 address from environment: IP=10.9.9.9",
            "WARNING: Unable to confirm IPv4 address 10.9.9.9 is assigned to this host",
            "WARNING: IPv4 address of this node changes from 10.0.2.15 to 10.9.9.9");
    assertThat(stored("compile").ipv4Address()).hasToString("10.9.9.9/32");
  }

  @Test
  void anIpv6AddressIsFoundOrGivenOnlyIfAskedFor() {
    assertThat(start("ip6=autodetect"))
        .contains("Using autodetected IPv6 address on interface eth1: fd00:40::2/64");
    assertThat(stored("compile").ipv6Address()).hasToString("fd00:40::2/64");

    assertThat(start("name=other", "ip=10.0.2.15", "ip6=fd00:40::9/64"))
        .contains(
            "Using IPv6 address from environment: IP6=fd00:40::9/64",
            "WARNING: Unable to confirm IPv6 address fd00:40::9 is assigned to this host");
  }

  @Test
  void anAddressIsFoundAnewIfAskedForAndTheStoredOneStaysIfNoneIsFound() {
    start("ip=10.0.2.15");
    assertThat(start("ip=autodetect"))
        .startsWith(
            "Using autodetected IPv4 address on interface eth1: 192.168.40.2/24",
            "WARNING: IPv4 address of this node changes from 10.0.2.15 to 192.168.40.2");
    assertThat(start("ip=autodetect", "ip-autodetection-method=interface=wlan"))
        .startsWith(
            "WARNING: Autodetection of IPv4 address failed, keeping existing value:"
                + " 192.168.40.2/24");
  }

  @Test
  void aNodeWithoutAnAddressDoesNotStart() {
    assertThatThrownBy(() -> start("ip-autodetection-method=interface=wlan"))
        .hasMessage(
            """
            Couldn't autodetect a management IPv4 address:
              -  method 'interface=wlan' found none on the interfaces lo, eth0, eth1
              -  give the address: --ip=<IP>
              -  or find it in another way: --ip-autodetection-method=<METHOD>\
            """);
    assertThat(datastore.snapshot().entries()).isEmpty();
  }

  @Test
  void theAsNumberIsTheGivenOneOrTheStoredOneOrTheGlobalOne() {
    assertThat(start("as=64513")).contains("Using AS number specified in environment (AS=64513)");
    assertThat(start()).contains("Using AS number 64513 configured in node resource");
    assertThat(stored("compile").asNumber()).hasToString("64513");
  }

  @Test
  void theAddressOfAnotherNodeIsRefused() {
    start();
    assertThatThrownBy(() -> start("name=second"))
        .hasMessage(
            "192.168.40.2 is the address of node compile already. Give this node its own address,"
                + " or its own name: --name=<NAME>");
    assertThat(datastore.list(new KeyRange.Resources(Kind.NODE))).hasSize(1);
  }

  @Test
  void poolsAreMadeAsTheVariablesSay() {
    environment.put("CALICO_IPV4POOL_CIDR", "10.64.0.0/12");
    environment.put("CALICO_IPV4POOL_IPIP", "cross-subnet");
    environment.put("FELIX_IPV6SUPPORT", "false");
    assertThat(start())
        .contains(
            "Created default IPv4 pool (10.64.0.0/12) with NAT outgoing enabled. IPIP mode:"
                + " cross-subnet");
    assertThat(pools()).containsExactly("IPPool(cidr=10.64.0.0/12)");
    assertThat(datastore.get(new Key.FelixSetting(null, "IpInIpEnabled")).map(Entry::value))
        .contains("true");
  }

  @Test
  void aHostWithoutIpv6GetsNoIpv6Pool() {
    host.ipv6 = false;
    start();
    assertThat(pools()).containsExactly("IPPool(cidr=192.168.0.0/16)");
  }

  @Test
  void poolsAreNotMadeIfNotWanted() {
    start("no-default-ippools");
    assertThat(pools()).isEmpty();
    environment.put("CALICO_IPV4POOL_CIDR", "10.64.0.0/12");
    assertThatThrownBy(() -> start("no-default-ippools"))
        .hasMessageStartingWith("CALICO_IPV4POOL_CIDR is set, and no default pools");
  }

  @Test
  void variablesThatMakeNoSenseAreRefusedBeforeAnythingIsWritten() {
    environment.put("CALICO_IPV4POOL_CIDR", "fd00::/64");
    assertThatThrownBy(this::start)
        .hasMessage(
            "CALICO_IPV4POOL_CIDR is 'fd00::/64', expected an IPv4 network such as 192.168.0.0/16");
    environment.put("CALICO_IPV4POOL_CIDR", "");
    environment.put("CALICO_IPV4POOL_IPIP", "on");
    assertThatThrownBy(this::start)
        .hasMessage("CALICO_IPV4POOL_IPIP is 'on', expected off, always or cross-subnet");
    assertThat(datastore.snapshot().entries()).isEmpty();
  }

  @Test
  void aNodeWithoutBgpSaysSo() {
    assertThat(start("backend=none"))
        .endsWith(
            "Using node name: compile",
            "CALICO_NETWORKING_BACKEND is none - no BGP daemon running");
  }
}
