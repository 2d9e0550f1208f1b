package io.margay.model.stored;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.margay.model.BgpPeer;
import io.margay.model.HostEndpoint;
import io.margay.model.IpPool;
import io.margay.model.Labels;
import io.margay.model.Node;
import io.margay.model.Policy;
import io.margay.model.PortRange;
import io.margay.model.Profile;
import io.margay.model.Protocol;
import io.margay.model.ResourceKey;
import io.margay.model.Rule;
import io.margay.model.WorkloadEndpoint;
import io.margay.net.AsNumber;
import io.margay.net.IpAddress;
import io.margay.net.IpFamily;
import io.margay.net.IpPrefix;
import io.margay.net.MacAddress;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StoredCodecTest {

  private static final JsonMapper MAPPER = new JsonMapper();

  private static final ResourceKey.WorkloadEndpointKey DATABASE =
      new ResourceKey.WorkloadEndpointKey("slave2", "k8s", "database", "slave2-database");
  private static final ResourceKey.HostEndpointKey ETH0 =
      new ResourceKey.HostEndpointKey("myhost", "eth0");
  private static final ResourceKey.PolicyKey POLICY = new ResourceKey.PolicyKey("allow-redis");
  private static final ResourceKey.NodeKey SLAVE1 = new ResourceKey.NodeKey("slave1");

  @Test
  void storesAWorkloadEndpointWithItsAddressesByFamily() throws Exception {
    WorkloadEndpoint endpoint =
        new WorkloadEndpoint(
            new WorkloadEndpoint.Metadata(
                "slave2-database",
                "database",
                "k8s",
                "slave2",
                Labels.copyOf(Map.of("service", "database", "namespace", "default"))),
            new WorkloadEndpoint.Spec(
                List.of(IpPrefix.parse("172.16.1.3"), IpPrefix.parse("fd80::3")),
                List.of(
                    new WorkloadEndpoint.IpNat(
                        IpAddress.parse("172.16.1.3"), IpAddress.parse("10.0.0.3"))),
                IpAddress.parse("172.16.1.254"),
                null,
                List.of("profile-database"),
                "cali0ef24b3",
                MacAddress.parse("ca:fe:1d:52:bb:e3")));
    String stored = StoredCodec.encodeWorkloadEndpoint(endpoint);
    assertSameJson(
        stored,
        """
        {"state": "active", "name": "cali0ef24b3", "mac": "ca:fe:1d:52:bb:e3",
         "profile_ids": ["profile-database"],
         "ipv4_nets": ["172.16.1.3/32"], "ipv6_nets": ["fd80::3/128"],
         "ipv4_nat": [{"int_ip": "172.16.1.3", "ext_ip": "10.0.0.3"}],
         "labels": {"namespace": "default", "service": "database"},
         "ipv4_gateway": "172.16.1.254"}
        """);
    assertThat(StoredCodec.decodeWorkloadEndpoint(DATABASE, stored)).isEqualTo(endpoint);
  }

  @Test
  void aWorkloadEndpointTellsWhichContainerItIsNow() throws Exception {
    String stored =
        """
        {"state": "active", "name": "cali0ef24b3", "mac": "ca:fe:1d:52:bb:e3",
         "profile_ids": ["p"], "ipv4_nets": ["172.16.1.3/32"], "ipv6_nets": [],
         "active_instance_id": "0123abc"}
        """;
    WorkloadEndpoint endpoint = StoredCodec.decodeWorkloadEndpoint(DATABASE, stored);
    assertThat(endpoint.activeInstance()).isEqualTo("0123abc");
    assertSameJson(StoredCodec.encodeWorkloadEndpoint(endpoint), stored);
  }

  @Test
  void aWorkloadEndpointAlwaysHasItsFirstSixFields() throws Exception {
    WorkloadEndpoint bare =
        new WorkloadEndpoint(
            new WorkloadEndpoint.Metadata(
                "slave2-database", "database", "k8s", "slave2", Labels.copyOf(Map.of())),
            new WorkloadEndpoint.Spec(List.of(), List.of(), null, null, List.of(), "cali1", null));
    String stored = StoredCodec.encodeWorkloadEndpoint(bare);
    assertSameJson(
        stored,
        """
        {"state": "active", "name": "cali1", "mac": null, "profile_ids": null,
         "ipv4_nets": [], "ipv6_nets": []}
        """);
    assertThat(StoredCodec.decodeWorkloadEndpoint(DATABASE, stored)).isEqualTo(bare);
  }

  @Test
  void keepsTheStateAnOrchestratorGaveAnEndpoint() {
    assertThat(
            StoredCodec.decodeWorkloadEndpoint(
                DATABASE, "{\"name\":\"tap1.2\",\"state\":\"inactive\",\"future\":[1]}"))
        .extracting(WorkloadEndpoint::state, e -> e.spec().interfaceName())
        .containsExactly("inactive", "tap1.2");
  }

  @Test
  void storesAHostEndpointWithoutItsEmptyFields() throws Exception {
    HostEndpoint endpoint =
        new HostEndpoint(
            new HostEndpoint.Metadata(
                "eth0", "myhost", Labels.copyOf(Map.of("type", "production"))),
            new HostEndpoint.Spec(
                "eth0",
                List.of(IpAddress.parse("192.168.0.1"), IpAddress.parse("fd80::1")),
                List.of("profile1", "profile2")));
    String stored = StoredCodec.encodeHostEndpoint(endpoint);
    assertSameJson(
        stored,
        """
        {"name": "eth0", "expected_ipv4_addrs": ["192.168.0.1"],
         "expected_ipv6_addrs": ["fd80::1"], "labels": {"type": "production"},
         "profile_ids": ["profile1", "profile2"]}
        """);
    assertThat(StoredCodec.decodeHostEndpoint(ETH0, stored)).isEqualTo(endpoint);

    HostEndpoint bare =
        new HostEndpoint(
            new HostEndpoint.Metadata("eth0", "myhost", Labels.copyOf(Map.of())),
            new HostEndpoint.Spec(null, List.of(), List.of()));
    assertSameJson(StoredCodec.encodeHostEndpoint(bare), "{}");
    assertThat(StoredCodec.decodeHostEndpoint(ETH0, "{}")).isEqualTo(bare);
  }

  @Test
  void storesEveryFieldOfARule() throws Exception {
    Rule rule =
        new Rule(
            Rule.Action.PASS,
            IpFamily.IPV4,
            Protocol.Named.TCP,
            new Protocol.Numbered(47),
            new Rule.Icmp(0, 255),
            new Rule.Icmp(8, null),
            new Rule.Entity(
                IpPrefix.parse("10.0.0.1/8"),
                IpPrefix.parse("10.1.0.1/16"),
                "a == 'x'",
                "has(b)",
                "web",
                "db",
                List.of(PortRange.single(80), new PortRange(8000, 8080)),
                List.of(PortRange.single(8001))),
            new Rule.Entity(
                IpPrefix.parse("10.0.0.1/8"),
                IpPrefix.parse("10.1.0.1/16"),
                "c == 'x'",
                "has(d)",
                "to",
                "not-to",
                List.of(new PortRange(1, 65535)),
                List.of(PortRange.single(22))));
    String stored = StoredCodec.encodeRule(rule);
    assertSameJson(
        stored,
        """
        {"action": "next-tier", "ip_version": 4, "protocol": "tcp", "!protocol": 47,
         "icmp_type": 0, "icmp_code": 255, "!icmp_type": 8,
         "src_tag": "web", "src_net": "10.0.0.1/8", "src_selector": "a == 'x'",
         "src_ports": [80, "8000:8080"],
         "!src_tag": "db", "!src_net": "10.1.0.1/16", "!src_selector": "has(b)",
         "!src_ports": [8001],
         "dst_tag": "to", "dst_net": "10.0.0.0/8", "dst_selector": "c == 'x'",
         "dst_ports": ["1:65535"],
         "!dst_tag": "not-to", "!dst_net": "10.1.0.0/16", "!dst_selector": "has(d)",
         "!dst_ports": [22]}
        """);
    Rule read = StoredCodec.decodeRule(stored);
    assertThat(read.source()).isEqualTo(rule.source());
    assertThat(read.destination().net()).isEqualTo(IpPrefix.parse("10.0.0.0/8"));
    assertThat(StoredCodec.decodeRule(StoredCodec.encodeRule(read))).isEqualTo(read);
    assertThat(read)
        .extracting(Rule::action, Rule::protocol, Rule::notProtocol, Rule::icmp, Rule::notIcmp)
        .containsExactly(
            rule.action(), rule.protocol(), rule.notProtocol(), rule.icmp(), rule.notIcmp());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "{}                        ; ALLOW",
        "{\"action\":\"\"}         ; ALLOW",
        "{\"action\":null}         ; ALLOW",
        "{\"action\":\"allow\"}    ; ALLOW",
        "{\"action\":\"deny\"}     ; DENY",
        "{\"action\":\"log\"}      ; LOG",
        "{\"action\":\"next-tier\"}; PASS",
      })
  void readsStoredActions(String json, Rule.Action action) {
    assertThat(StoredCodec.decodeRule(json).action()).isEqualTo(action);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "{\"action\":\"pass\"}; action = 'pass', expected allow, deny, log or next-tier",
        "{\"action\":\"ALLOW\"}; action = 'ALLOW', expected allow, deny, log or next-tier",
        "{\"action\":1}; action is 1, expected text",
        "{\"ip_version\":5}; ip_version = 5, expected 4 or 6",
        "{\"ip_version\":\"4\"}; ip_version is \"4\", expected an integer",
        "{\"protocol\":0}; protocol = '0': protocol number invalid",
        "{\"protocol\":256}; protocol = '256': protocol number invalid",
        "{\"protocol\":\"TCP\"}; protocol = 'TCP': protocol name invalid",
        "{\"protocol\":true}; protocol is true, expected a protocol name or number",
        "{\"icmp_type\":256}; icmp_type = 256, expected 0-255",
        "{\"!icmp_code\":-1}; !icmp_code = -1, expected 0-255",
        "{\"dst_ports\":[80]}; a rule has ports and no protocol, expected the protocol tcp or udp",
        "{\"protocol\":132,\"!src_ports\":[80]}; "
            + "a rule has ports and the protocol 132, expected the protocol tcp or udp",
        "{\"protocol\":6,\"src_ports\":[0]}; src_ports = 0, expected ports from 1 to 65535",
        "{\"protocol\":6,\"src_ports\":[\"9:8\"]}; src_ports = '9:8': minimum port number (9) is"
            + " greater than maximum port number (8) in port range",
        "{\"protocol\":6,\"src_ports\":[70000]}; "
            + "src_ports = '70000': invalid port format (70000)",
        "{\"protocol\":6,\"src_ports\":80}; src_ports is 80, expected an array",
        "{\"src_tag\":\"a b\"}; src_tag = 'a b', expected 1 to 128 letters, digits, _, . and -",
        "{\"src_net\":\"10.0.0.0/33\"}; src_net = '10.0.0.0/33': "
            + "prefix length 33 of 10.0.0.0 is outside 0-32",
        "{\"!dst_selector\":\"a\"}; !dst_selector = 'a': selector \"a\": "
            + "expected ==, !=, in or not in after the label a at character 2, found the end",
        "[]; the value is [], expected a JSON object",
        "``; the value is empty, expected a JSON object",
      })
  void refusesARuleThatCannotBeMeant(String json, String reason) {
    assertThatThrownBy(() -> StoredCodec.decodeRule(json))
        .isInstanceOf(InvalidStoredValueException.class)
        .hasMessage(reason);
  }

  @ParameterizedTest
  @ValueSource(strings = {"{", "{} x", "nul", "\u0000", "{\"a\":1,}"})
  void refusesWhatIsNotJson(String json) {
    assertThatThrownBy(() -> StoredCodec.decodePolicy(POLICY, json))
        .isInstanceOf(InvalidStoredValueException.class)
        .hasMessageStartingWith("not JSON: ");
  }

  @Test
  void refusesNestingMeantToExhaustTheStack() {
    assertThatThrownBy(() -> StoredCodec.decodeProfileRules("[".repeat(100_000)))
        .isInstanceOf(InvalidStoredValueException.class);
  }

  @Test
  void storesAPolicyWithItsSelectorAsWritten() throws Exception {
    Policy policy =
        new Policy(
            new Policy.Metadata("allow-redis"),
            new Policy.Spec(
                -1.5,
                "role=='db'",
                List.of(anyone(Rule.Action.DENY)),
                List.of(),
                true,
                List.of(Policy.Direction.EGRESS)));
    String stored = StoredCodec.encodePolicy(policy);
    assertSameJson(
        stored,
        """
        {"order": -1.5, "selector": "role=='db'", "untracked": true, "types": ["egress"],
         "inbound_rules": [{"action": "deny"}], "outbound_rules": []}
        """);
    assertThat(StoredCodec.decodePolicy(POLICY, stored)).isEqualTo(policy);

    Policy bare =
        new Policy(
            new Policy.Metadata("allow-redis"),
            new Policy.Spec(null, "", List.of(), List.of(), false, List.of()));
    assertSameJson(
        StoredCodec.encodePolicy(bare),
        "{\"selector\": \"\", \"inbound_rules\": [], \"outbound_rules\": []}");
    assertThat(StoredCodec.decodePolicy(POLICY, "{}")).isEqualTo(bare);
    assertThat(StoredCodec.decodePolicy(POLICY, "{\"types\":null}")).isEqualTo(bare);
    assertThat(StoredCodec.decodePolicy(POLICY, "{\"inbound_rules\":null}")).isEqualTo(bare);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"selector\":\"a = 'b'\"}",
        "{\"order\":\"first\"}",
        "{\"inbound_rules\":[{\"action\":\"reject\"}]}",
        "{\"inbound_rules\":[null]}",
        "{\"untracked\":\"yes\"}",
        "{\"types\":[\"Ingress\"]}",
        "{\"types\":\"ingress\"}",
      })
  void oneBadPartMakesAPolicyInvalid(String json) {
    assertThatThrownBy(() -> StoredCodec.decodePolicy(POLICY, json))
        .isInstanceOf(InvalidStoredValueException.class);
  }

  @Test
  void refusesAPolicyWhoseNameCouldNotBeWrittenIntoAChain() {
    assertThatThrownBy(
            () -> StoredCodec.decodePolicy(new ResourceKey.PolicyKey("a\n-A INPUT"), "{}"))
        .isInstanceOf(InvalidStoredValueException.class);
  }

  @Test
  void storesAProfileInThreeParts() throws Exception {
    assertSameJson(StoredCodec.encodeProfileTags(List.of("a", "b")), "[\"a\", \"b\"]");
    assertSameJson(StoredCodec.encodeProfileTags(List.of()), "[]");
    assertThat(StoredCodec.decodeProfileTags("[\"a\", \"b\"]")).containsExactly("a", "b");
    assertSameJson(
        StoredCodec.encodeProfileLabels(Labels.copyOf(Map.of("k", "v"))), "{\"k\":\"v\"}");
    assertThat(StoredCodec.decodeProfileLabels("{\"k\":\"v\"}")).isEqualTo(Map.of("k", "v"));
    assertThat(StoredCodec.decodeProfileLabels("null")).isEmpty();
    Profile.Spec rules = new Profile.Spec(List.of(), List.of(anyone(Rule.Action.ALLOW)));
    String stored = StoredCodec.encodeProfileRules(rules);
    assertSameJson(
        stored, "{\"inbound_rules\": [], \"outbound_rules\": [{\"action\": \"allow\"}]}");
    assertThat(StoredCodec.decodeProfileRules(stored)).isEqualTo(rules);
    assertThatThrownBy(() -> StoredCodec.decodeProfileTags("[\"a b\"]"))
        .isInstanceOf(InvalidStoredValueException.class);
    assertThatThrownBy(() -> StoredCodec.decodeProfileTags("{}"))
        .isInstanceOf(InvalidStoredValueException.class);
    assertThatThrownBy(() -> StoredCodec.decodeProfileLabels("{\"k\":1}"))
        .isInstanceOf(InvalidStoredValueException.class);
  }

  @Test
  void storesAPoolWithEveryField() throws Exception {
    IpPool pool =
        new IpPool(
            new IpPool.Metadata(IpPrefix.parse("10.1.0.1/16")),
            new IpPool.Spec(new IpPool.Ipip(true, IpPool.IpipMode.CROSS_SUBNET), true, false));
    String stored = StoredCodec.encodeIpPool(pool);
    assertSameJson(
        stored,
        """
        {"cidr": "10.1.0.1/16", "ipip": "tunl0", "ipip_mode": "cross-subnet",
         "masquerade": true, "ipam": true, "disabled": false}
        """);
    assertThat(StoredCodec.decodeIpPool(IpPrefix.parse("10.1.0.0/16"), stored)).isEqualTo(pool);

    IpPool vxlan =
        new IpPool(
            new IpPool.Metadata(IpPrefix.parse("10.1.0.0/16")),
            new IpPool.Spec(null, false, false, null, IpPool.VxlanMode.CROSS_SUBNET));
    String storedVxlan = StoredCodec.encodeIpPool(vxlan);
    assertSameJson(
        storedVxlan,
        """
        {"cidr": "10.1.0.0/16", "ipip": "", "ipip_mode": "", "vxlan_mode": "cross-subnet",
         "masquerade": false, "ipam": true, "disabled": false}
        """);
    assertThat(StoredCodec.decodeIpPool(IpPrefix.parse("10.1.0.0/16"), storedVxlan))
        .isEqualTo(vxlan);

    IpPool bare =
        new IpPool(
            new IpPool.Metadata(IpPrefix.parse("fd80:24e2:f998:72d6::/64")),
            new IpPool.Spec(null, false, true));
    String storedBare = StoredCodec.encodeIpPool(bare);
    assertSameJson(
        storedBare,
        """
        {"cidr": "fd80:24e2:f998:72d6::/64", "ipip": "", "ipip_mode": "",
         "masquerade": false, "ipam": false, "disabled": true}
        """);
    assertThat(StoredCodec.decodeIpPool(IpPrefix.parse("fd80:24e2:f998:72d6::/64"), storedBare))
        .isEqualTo(bare);

    IpPool sized =
        new IpPool(
            new IpPool.Metadata(IpPrefix.parse("10.2.0.0/24")),
            new IpPool.Spec(null, false, false, 28, null));
    String storedSized = StoredCodec.encodeIpPool(sized);
    assertSameJson(
        storedSized,
        """
        {"cidr": "10.2.0.0/24", "ipip": "", "ipip_mode": "", "masquerade": false,
         "ipam": true, "disabled": false, "block_size": 28}
        """);
    assertThat(StoredCodec.decodeIpPool(IpPrefix.parse("10.2.0.0/24"), storedSized))
        .isEqualTo(sized);
    assertThatThrownBy(
            () -> StoredCodec.decodeIpPool(IpPrefix.parse("10.2.0.0/8"), "{\"block_size\":9}"))
        .isInstanceOf(InvalidStoredValueException.class);
  }

  @Test
  void readsAPoolThatOlderToolsTookOutOfUse() {
    IpPool pool = StoredCodec.decodeIpPool(IpPrefix.parse("10.1.0.0/16"), "{\"ipam\": false}");
    assertThat(pool.spec().disabled()).isTrue();
    assertThat(pool.metadata().cidr()).isEqualTo(IpPrefix.parse("10.1.0.0/16"));
    assertThatThrownBy(
            () -> StoredCodec.decodeIpPool(IpPrefix.parse("10.1.0.0/16"), "{\"ipip_mode\":\"on\"}"))
        .hasMessage("ipip_mode = 'on': expected always or cross-subnet");
  }

  @Test
  void storesAPeerWithItsAsNumberAsText() throws Exception {
    ResourceKey.BgpPeerKey key =
        new ResourceKey.BgpPeerKey("rack1-host1", IpAddress.parse("192.168.1.1"));
    BgpPeer peer =
        new BgpPeer(
            new BgpPeer.Metadata(BgpPeer.Scope.NODE, "rack1-host1", IpAddress.parse("192.168.1.1")),
            new BgpPeer.Spec(new AsNumber(63400)));
    String stored = StoredCodec.encodeBgpPeer(peer);
    assertSameJson(stored, "{\"ip\":\"192.168.1.1\",\"as_num\":\"63400\"}");
    assertThat(StoredCodec.decodeBgpPeer(key, stored)).isEqualTo(peer);
    assertThat(StoredCodec.decodeBgpPeer(key, "{\"as_num\":63400}")).isEqualTo(peer);
    assertThatThrownBy(() -> StoredCodec.decodeBgpPeer(key, "{\"as_num\":\"x\"}"))
        .isInstanceOf(InvalidStoredValueException.class);
  }

  @Test
  void storesANodeAsSeveralRawTexts() {
    Node node =
        new Node(
            new Node.Metadata("slave1"),
            new Node.Spec(
                new Node.Bgp(
                    new AsNumber(64513),
                    IpPrefix.parse("192.168.40.11/24"),
                    IpPrefix.parse("2001:db8::11/64"))));
    StoredNode parts = StoredCodec.encodeNode(node);
    assertThat(parts)
        .isEqualTo(
            new StoredNode(
                "{}",
                "192.168.40.11",
                "192.168.40.11",
                "2001:db8::11",
                "192.168.40.0/24",
                "2001:db8::/64",
                "64513"));
    assertThat(StoredCodec.decodeNode(SLAVE1, parts)).isEqualTo(node);
  }

  @Test
  void aNodeWithoutAddressesHasNoBgpPart() {
    Node policyOnly = new Node(new Node.Metadata("slave1"), new Node.Spec(null));
    StoredNode parts = StoredCodec.encodeNode(policyOnly);
    assertThat(parts).isEqualTo(new StoredNode("{}", null, "", "", null, null, null));
    assertThat(StoredCodec.decodeNode(SLAVE1, parts)).isEqualTo(policyOnly);
    assertThat(
            StoredCodec.decodeNode(SLAVE1, new StoredNode("{}", null, "", "", null, null, "64513")))
        .isEqualTo(policyOnly);
    assertThat(
            StoredCodec.decodeNode(
                SLAVE1, new StoredNode(null, null, "10.0.0.1", null, null, null, null)))
        .isEqualTo(
            new Node(
                new Node.Metadata("slave1"),
                new Node.Spec(new Node.Bgp(null, IpPrefix.parse("10.0.0.1/32"), null))));
    assertThatThrownBy(() ->
            StoredCodec.decodeNode(
                SLAVE1, new StoredNode(null, null, "fd80::1", null, null, null, null)))
        .isInstanceOf(InvalidStoredValueException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"name\":\"\"}",
        "{\"name\":\"sixteen-letters-\"}",
        "{\"name\":\"a b\"}",
        "{\"name\":\"a\\\"b\"}",
        "{\"name\":\"cali1\",\"mac\":\"no\"}",
        "{\"name\":\"cali1\",\"ipv4_nets\":[\"fd80::1/128\"]}",
        "{\"name\":\"cali1\",\"ipv6_nets\":[\"10.0.0.1/32\"]}",
        "{\"name\":\"cali1\",\"ipv4_nat\":[{\"int_ip\":\"10.0.0.1\"}]}",
        "{\"name\":\"cali1\",\"ipv4_gateway\":\"fd80::1\"}",
        "{\"name\":\"cali1\",\"labels\":[]}",
        "{\"name\":\"cali1\",\"profile_ids\":[\"a b\"]}",
      })
  void refusesAWorkloadEndpointThatCannotBeMeant(String json) {
    assertThatThrownBy(() -> StoredCodec.decodeWorkloadEndpoint(DATABASE, json))
        .isInstanceOf(InvalidStoredValueException.class);
  }

  private static Rule anyone(Rule.Action action) {
    return new Rule(action, null, null, null, null, null, Rule.Entity.ANY, Rule.Entity.ANY);
  }

  private static void assertSameJson(String actual, String expected) throws Exception {
    assertThat(MAPPER.readTree(actual)).isEqualTo(MAPPER.readTree(expected));
  }
}
