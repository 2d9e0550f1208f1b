package io.margay.model.document;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.margay.model.HostEndpoint;
import io.margay.model.IpPool;
import io.margay.model.MissingIdentifierException;
import io.margay.model.Node;
import io.margay.model.Policy;
import io.margay.model.PortRange;
import io.margay.model.Profile;
import io.margay.model.Protocol;
import io.margay.model.Resource;
import io.margay.model.ResourceKey;
import io.margay.model.Rule;
import io.margay.model.WorkloadEndpoint;
import io.margay.net.IpPrefix;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class DocumentReaderTest {

  @ParameterizedTest
  @CsvSource({
    "plain, plain",
    "123, 123",
    "1_000, 1000",
    "0x1f, 31",
    "017, 15",
    "1.10, 1.1",
    "2017-04-11, 2017-04-11",
    "yes, true",
    "Off, false",
    "'\"yes\"', yes",
    "'\"017\"', 017",
    "!!str 017, 017",
  })
  void turnsWordsThatAreNotTextIntoText(String written, String label) {
    assertThat(labels("{a: " + written + "}")).containsEntry("a", label);
  }

  @Test
  void knowsNoNumbersInBase60() {
    WorkloadEndpoint endpoint =
        (WorkloadEndpoint)
            one(
                """
                apiVersion: v1
                kind: workloadEndpoint
                spec: {interfaceName: cali1, mac: 11:22:33:44:55:06}
                """);
    assertThat(endpoint.spec().mac()).hasToString("11:22:33:44:55:06");
    assertThat(rule("{action: allow, protocol: tcp, source: {ports: [1:10]}}").source().ports())
        .containsExactly(new PortRange(1, 10));
  }

  @ParameterizedTest
  @ValueSource(strings = {"y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"})
  void readsTheWordsOfYaml11AsTrue(String word) {
    assertThat(pool(word).spec().disabled()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"n", "N", "no", "No", "NO", "false", "off", "OFF", "~", "null", "NULL", ""})
  void readsTheOtherWordsAsFalseOrNothing(String word) {
    assertThat(pool(word).spec().disabled()).isFalse();
  }

  @Test
  void aFieldThatIsNullIsAFieldLeftOut() {
    assertThat(one("{apiVersion: v1, kind: node, metadata: ~, spec: {bgp: null}}"))
        .isEqualTo(new Node(new Node.Metadata(null), new Node.Spec(null)));
  }

  @Test
  void matchesFieldNamesIgnoringCaseButNotValues() {
    assertThat(one("{APIVersion: v1, Kind: ipPool, METADATA: {CIDR: 10.0.0.0/24}}").key())
        .isEqualTo(new ResourceKey.IpPoolKey(IpPrefix.parse("10.0.0.0/24")));
    assertThatThrownBy(() -> one("{apiVersion: V1, kind: node}"))
        .isInstanceOf(InvalidDocumentException.class);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {"tcp; tcp", "6; 6", "\"6\"; 6", "132; 132", "udplite; udplite"})
  void readsProtocolsAsTheyAreWritten(String written, String protocol) {
    assertThat(rule("{action: allow, protocol: " + written + "}").protocol())
        .isEqualTo(Protocol.parse(protocol))
        .hasToString(protocol);
  }

  @Test
  void portsNeedTcpOrUdpByNameOrNumber() {
    for (String protocol : List.of("tcp", "udp", "6", "17", "\"6\"")) {
      assertThat(
              rule("{action: allow, protocol: %s, destination: {ports: [80]}}".formatted(protocol))
                  .destination()
                  .ports())
          .containsExactly(PortRange.single(80));
    }
    assertThat(rule("{action: allow, destination: {ports: []}}").destination())
        .isEqualTo(Rule.Entity.ANY);
  }

  @Test
  void takesIcmpWithoutAProtocolAndType0() {
    assertThat(rule("{action: allow, icmp: {type: 0}, notICMP: {type: 254, code: 255}}"))
        .extracting(Rule::icmp, Rule::notIcmp)
        .containsExactly(new Rule.Icmp(0, null), new Rule.Icmp(254, 255));
  }

  @Test
  void readsEveryDocumentOfAText() {
    assertThat(
            DocumentReader.read(
                "three.yaml",
                """
                ---
                apiVersion: v1
                kind: node
                metadata: {name: a}
                ---
                # nothing
                ---
                - {apiVersion: v1, kind: node, metadata: {name: b}}
                - {apiVersion: v1, kind: node, metadata: {name: c}}
                ...
                ---
                """))
        .extracting(resource -> resource.key().toString())
        .containsExactly("Node(name=a)", "Node(name=b)", "Node(name=c)");
  }

  @Test
  void readsListObjectsWhoseItemsMayLeaveTheirKindAway() {
    assertThat(
            DocumentReader.read(
                "list.json",
                """
                {"apiVersion": "v1", "kind": "policyList", "metadata": {}, "items": [
                  {"apiVersion": "v1", "kind": "policy", "metadata": {"name": "a"}},
                  {"metadata": {"name": "b"}, "spec": {"selector": "all()"}}]}
                """))
        .extracting(resource -> resource.key().toString())
        .containsExactly("Policy(name=a)", "Policy(name=b)");
  }

  @Test
  void readsJsonThatIsIndentedWithTabs() {
    assertThat(one("{\n\t\"apiVersion\":\"v1\",\n\t\"kind\":\t\"node\"\n}\n"))
        .isInstanceOf(Node.class);
  }

  @Test
  void readsAnchorsAliasesAndMergedFields() {
    List<Resource> resources =
        DocumentReader.read(
            "anchors.yaml",
            """
            - apiVersion: v1
              kind: hostEndpoint
              metadata: &m {name: eth0, node: a, labels: {role: web}}
              spec: &s {interfaceName: eth0}
            - apiVersion: v1
              kind: hostEndpoint
              metadata: {<<: *m, node: b}
              spec: *s
            """);
    assertThat(resources)
        .extracting(r -> ((HostEndpoint) r).metadata().node(), r -> ((HostEndpoint) r).spec())
        .containsExactly(
            tuple("a", new HostEndpoint.Spec("eth0", List.of(), List.of())),
            tuple("b", new HostEndpoint.Spec("eth0", List.of(), List.of())));
    assertThat(((HostEndpoint) resources.get(1)).metadata().labels()).containsEntry("role", "web");
  }

  @Test
  void leavesMissingIdentifiersToWhoeverWantsTheKey() {
    Resource endpoint =
        one("{apiVersion: v1, kind: workloadEndpoint, spec: {interfaceName: cali1}}");
    assertThatThrownBy(endpoint::key)
        .isInstanceOf(MissingIdentifierException.class)
        .hasMessage("insufficient identifiers, missing 'node'");
  }

  @Test
  void readsMetadataAloneWhateverTheSpecSays() {
    String text =
        """
        - apiVersion: v1
          kind: workloadEndpoint
          metadata: {name: eth0, workload: w, orchestrator: k8s, node: slave1}
          spec: {interfaceName: [], nonsense: 1}
        - apiVersion: v1
          kind: ipPool
          metadata: {cidr: 10.0.0.0/24}
        """;
    assertThat(DocumentReader.readMetadata("delete.yaml", text))
        .extracting(Resource::key)
        .containsExactly(
            new ResourceKey.WorkloadEndpointKey("slave1", "k8s", "w", "eth0"),
            new ResourceKey.IpPoolKey(IpPrefix.parse("10.0.0.0/24")));
    assertThatThrownBy(() -> DocumentReader.readMetadata("x", text.replace("eth0", "a b")))
        .isInstanceOf(InvalidDocumentException.class);
    assertThatThrownBy(() -> DocumentReader.read("delete.yaml", text))
        .isInstanceOf(InvalidDocumentException.class);
  }

  @Test
  void readsUtf8AndUtf16WithAByteOrderMark() {
    String text = "apiVersion: v1\nkind: node\nmetadata: {name: a}\n";
    for (byte[] content :
        List.of(
            text.getBytes(StandardCharsets.UTF_8),
            ("\uFEFF" + text).getBytes(StandardCharsets.UTF_8),
            ("\uFEFF" + text).getBytes(StandardCharsets.UTF_16LE),
            ("\uFEFF" + text).getBytes(StandardCharsets.UTF_16BE))) {
      assertThat(DocumentReader.read("n.yaml", content))
          .extracting(r -> r.key().toString())
          .containsExactly("Node(name=a)");
    }
  }

  @Test
  void takesDisabledPoolsOfAnySize() {
    assertThat(
            one("{apiVersion: v1, kind: ipPool, metadata: {cidr: 10.0.0.1}, spec: {disabled: on}}"))
        .isEqualTo(
            new IpPool(
                new IpPool.Metadata(IpPrefix.parse("10.0.0.1/32")),
                new IpPool.Spec(null, false, true)));
  }

  @Test
  void readsTheBlockSizeOfAPoolAndMeasuresThePoolByIt() {
    assertThat(
            one(
                "{apiVersion: v1, kind: ipPool, metadata: {cidr: 10.0.0.0/28}, spec: {blockSize: 30}}"))
        .isEqualTo(
            new IpPool(
                new IpPool.Metadata(IpPrefix.parse("10.0.0.0/28")),
                new IpPool.Spec(null, false, false, 30, null)));
    for (String size : List.of("19", "33", "-1")) {
      assertThatThrownBy(() ->
              one(
                  "{apiVersion: v1, kind: ipPool, metadata: {cidr: 10.0.0.0/8}, spec: {blockSize: "
                      + size
                      + "}}"))
          .hasMessageContaining("error with field blockSize = '" + size + "'")
          .hasMessageContaining("20 to 32 for IPv4");
    }
    assertThatThrownBy(() ->
            one(
                "{apiVersion: v1, kind: ipPool, metadata: {cidr: 'fd00::/124'}, spec: {blockSize: 120}}"))
        .hasMessageContaining("min /120");
  }

  static Stream<String> tenants() {
    return Stream.of("tenant", "tenant-open", "tenant-fixed");
  }

  @ParameterizedTest
  @MethodSource("tenants")
  void readsTheExampleTenants(String tenant) throws Exception {
    Path directory = Path.of("../examples", tenant);
    assertThat(DocumentReader.read("e", Files.readAllBytes(directory.resolve("endpoints.yaml"))))
        .extracting(resource -> ((WorkloadEndpoint) resource).spec().ipNetworks().toString())
        .containsExactly("[172.16.1.1/32]", "[172.16.1.2/32]", "[172.16.1.3/32]");
    assertThat(DocumentReader.read("p", Files.readAllBytes(directory.resolve("pools.yaml"))))
        .extracting(resource -> resource.key().toString())
        .containsExactly("IPPool(cidr=172.16.1.0/24)", "IPPool(cidr=fd80:24e2:f998:72d6::/64)");
    boolean denies = tenant.equals("tenant");
    Policy policy =
        (Policy)
            DocumentReader.read("p", Files.readAllBytes(directory.resolve("policy.yaml")))
                .getFirst();
    assertThat(policy.spec().selector())
        .isEqualTo(
            tenant.equals("tenant-fixed")
                ? "namespace == 'default' && service != 'database'"
                : "namespace == 'default'");
    assertThat(policy.spec().ingress()).hasSize(denies ? 2 : 1);
    Profile profile =
        (Profile)
            DocumentReader.read("p", Files.readAllBytes(directory.resolve("profile.yaml")))
                .getFirst();
    assertThat(profile.spec().ingress()).hasSize(denies ? 2 : 1);
    assertThat(profile.spec().ingress().getLast().destination().ports())
        .containsExactly(PortRange.single(3306));
  }

  private static Resource one(String text) {
    List<Resource> resources = DocumentReader.read("test.yaml", text);
    assertThat(resources).hasSize(1);
    return resources.getFirst();
  }

  private static Map<String, String> labels(String labels) {
    return ((Profile) one("{apiVersion: v1, kind: profile, metadata: {labels: " + labels + "}}"))
        .metadata()
        .labels();
  }

  @Test
  void readsThatAPoolUsesVxlan() {
    assertThat(vxlan("Always")).isEqualTo(IpPool.VxlanMode.ALWAYS);
    assertThat(vxlan("CrossSubnet")).isEqualTo(IpPool.VxlanMode.CROSS_SUBNET);
    assertThat(vxlan("Never")).isNull();
    assertThatThrownBy(() -> vxlan("always")).hasMessageContaining("Always, CrossSubnet or Never");
    assertThatThrownBy(() -> vxlan("Always, ipip: {enabled: true}"))
        .hasMessageContaining("IPIP and VXLAN cannot both be enabled on one IP pool");
    assertThat(vxlan("Always, ipip: {enabled: false}")).isEqualTo(IpPool.VxlanMode.ALWAYS);
  }

  private static IpPool.VxlanMode vxlan(String text) {
    return ((IpPool)
            one(
                "{apiVersion: v1, kind: ipPool, metadata: {cidr: 10.0.0.0/24}, spec: {vxlanMode: "
                    + text
                    + "}}"))
        .spec()
        .vxlanMode();
  }

  private static IpPool pool(String disabled) {
    return (IpPool) one("apiVersion: v1\nkind: ipPool\nspec:\n  disabled: " + disabled + "\n");
  }

  private static Rule rule(String rule) {
    return ((Policy) one("{apiVersion: v1, kind: policy, spec: {ingress: [" + rule + "]}}"))
        .spec()
        .ingress()
        .getFirst();
  }
}
