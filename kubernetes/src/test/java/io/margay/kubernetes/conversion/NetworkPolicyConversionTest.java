package io.margay.kubernetes.conversion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.margay.kubernetes.conversion.NetworkPolicyConversion.Converted;
import io.margay.model.Policy;
import io.margay.model.document.DocumentReader;
import io.margay.model.document.DocumentWriter;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/// Policies of the Kubernetes documentation and API reference, and what they have to become.
class NetworkPolicyConversionTest {

  private final NetworkPolicyConversion conversion =
      new NetworkPolicyConversion(Naming.CALICO_2, NetworkPolicyConversionTest::numbers);

  /// `http` is 80 in some pods and 8080 in others; nobody has another named port.
  private static SortedSet<Integer> numbers(String protocol, String name) {
    return protocol.equals("tcp") && name.equals("http")
        ? new TreeSet<>(List.of(80, 8080))
        : new TreeSet<>();
  }

  @Test
  void aPolicyWithoutRulesIsolatesItsPods() throws InconvertibleException {
    assertThat(
            yaml(
                """
                podSelector: {}
                policyTypes: [Ingress]
                """))
        .isEqualTo(
            """
            - apiVersion: v1
              kind: policy
              metadata:
                name: shop.np
              spec:
                egress:
                - action: allow
                  destination: {}
                  source: {}
                order: 1000
                selector: calico/k8s_ns == "shop"
                types:
                - ingress
            """);
  }

  @Test
  void bothDirectionsCanBeIsolated() throws InconvertibleException {
    Policy.Spec spec = converted("podSelector: {}\npolicyTypes: [Ingress, Egress]\n");
    assertThat(spec.ingress()).isEmpty();
    assertThat(spec.egress()).isEmpty();
    assertThat(spec.types()).containsExactly(Policy.Direction.INGRESS, Policy.Direction.EGRESS);
    assertThat(converted("podSelector: {}\npolicyTypes: [Egress]\n").types())
        .containsExactly(Policy.Direction.EGRESS);
  }

  @Test
  void withoutTypesRulesForEgressSaySo() throws InconvertibleException {
    assertThat(converted("podSelector: {}\negress: [{}]\n").types())
        .containsExactly(Policy.Direction.INGRESS, Policy.Direction.EGRESS);
    assertThat(converted("podSelector: {}\ningress: [{}]\n").types())
        .containsExactly(Policy.Direction.INGRESS);
  }

  @Test
  void everyOperatorOfASelectorIsConverted() throws InconvertibleException {
    assertThat(
            converted(
                    """
                    podSelector:
                      matchLabels: {role: db, app.kubernetes.io/name: shop}
                      matchExpressions:
                      - {key: tier, operator: In, values: [b, a]}
                      - {key: env, operator: NotIn, values: [dev]}
                      - {key: owner, operator: Exists}
                      - {key: my-corp.io/legacy, operator: DoesNotExist}
                    """)
                .selector())
        .isEqualTo(
            "(calico/k8s_ns == \"shop\" && app.kubernetes.io/name == \"shop\" && role == \"db\""
                + " && !has(my-corp.io/legacy) && env not in {\"dev\"} && has(owner)"
                + " && tier in {\"a\", \"b\"})");
  }

  @Test
  void portsOfOneProtocolAreOneRule() throws InconvertibleException {
    assertThat(
            yaml(
                """
                podSelector: {}
                ingress:
                - from:
                  - podSelector:
                      matchLabels: {role: frontend}
                  ports:
                  - port: 6379
                  - {protocol: UDP, port: 53}
                  - {protocol: TCP, port: 32000, endPort: 32768}
                  - {protocol: SCTP}
                """))
        .contains(
            """
                ingress:
                - action: allow
                  destination: {}
                  protocol: sctp
                  source:
                    selector: (calico/k8s_ns == "shop" && role == "frontend")
                - action: allow
                  destination:
                    ports:
                    - 6379
                    - 32000:32768
                  protocol: tcp
                  source:
                    selector: (calico/k8s_ns == "shop" && role == "frontend")
                - action: allow
                  destination:
                    ports:
                    - 53
                  protocol: udp
                  source:
                    selector: (calico/k8s_ns == "shop" && role == "frontend")
            """);
  }

  @Test
  void aNamedPortIsOneRuleForEachOfItsNumbers() throws InconvertibleException {
    assertThat(
            yaml(
                """
                podSelector: {}
                policyTypes: [Ingress]
                ingress:
                - ports:
                  - port: http
                  - port: nobody-has-it
                """))
        .contains(
            """
                ingress:
                - action: allow
                  destination:
                    ports:
                    - 80
                    selector: calico/k8s_port.tcp.http == "80"
                  protocol: tcp
                  source: {}
                - action: allow
                  destination:
                    ports:
                    - 8080
                    selector: calico/k8s_port.tcp.http == "8080"
                  protocol: tcp
                  source: {}
            """);
  }

  @Test
  void aNamedPortThatNoPodHasAllowsNothing() throws InconvertibleException {
    Policy.Spec spec = converted("podSelector: {}\ningress:\n- ports: [{port: nobody-has-it}]\n");
    assertThat(spec.ingress()).isEmpty();
  }

  @Test
  void aNamedPortOfEgressNarrowsThePeer() throws InconvertibleException {
    assertThat(
            yaml(
                """
                podSelector: {}
                policyTypes: [Egress]
                egress:
                - to: [{podSelector: {matchLabels: {role: db}}}]
                  ports: [{port: http}]
                """))
        .contains(
            """
                    selector: (calico/k8s_ns == "shop" && role == "db" && calico/k8s_port.tcp.http == "80")
            """);
  }

  @Test
  void namespacesAreSelectedByLabelsOfTheirProfiles() throws InconvertibleException {
    assertThat(
            sources(
                """
                podSelector: {}
                ingress:
                - from:
                  - namespaceSelector: {}
                  - namespaceSelector:
                      matchLabels: {kubernetes.io/metadata.name: web}
                  - namespaceSelector:
                      matchExpressions: [{key: env, operator: NotIn, values: [dev]}]
                    podSelector:
                      matchLabels: {role: client}
                """))
        .containsExactly(
            "has(calico/k8s_ns)",
            "(has(calico/k8s_ns) && k8s_ns/label/kubernetes.io/metadata.name == \"web\")",
            "(has(calico/k8s_ns) && k8s_ns/label/env not in {\"dev\"} && role == \"client\")");
  }

  @Test
  void anEmptyPodSelectorIsEveryPodOfTheNamespace() throws InconvertibleException {
    assertThat(sources("podSelector: {}\ningress:\n- from: [{podSelector: {}}]\n"))
        .containsExactly("calico/k8s_ns == \"shop\"");
  }

  @Test
  void networksMayLeaveOutOthers() throws InconvertibleException {
    assertThat(
            yaml(
                """
                podSelector: {}
                policyTypes: [Egress]
                egress:
                - to:
                  - ipBlock: {cidr: 172.17.0.0/16, except: [172.17.1.0/24]}
                  - ipBlock: {cidr: 'fd80::/64'}
                """))
        .contains(
            """
                egress:
                - action: allow
                  destination:
                    net: 172.17.0.0/16
                    notNet: 172.17.1.0/24
                  source: {}
                - action: allow
                  destination:
                    net: fd80::/64
                  source: {}
            """);
  }

  @Test
  void severalExceptionsBecomeWhatRemains() throws InconvertibleException {
    assertThat(
            converted(
                    """
                    podSelector: {}
                    ingress:
                    - from:
                      - ipBlock: {cidr: 10.0.0.0/29, except: [10.0.0.0/32, 10.0.0.4/30]}
                    """)
                .ingress())
        .extracting(rule -> String.valueOf(rule.source().net()))
        .containsExactly("10.0.0.1/32", "10.0.0.2/31");
  }

  @Test
  void aNetworkWhollyLeftOutAllowsNothing() throws InconvertibleException {
    assertThat(
            converted(
                    """
                    podSelector: {}
                    ingress:
                    - from:
                      - ipBlock: {cidr: 10.0.0.0/8, except: [10.0.0.0/8, 10.1.0.0/16]}
                    """)
                .ingress())
        .isEmpty();
  }

  @Test
  void anEmptyRuleAllowsEverythingAndMakesTheOthersNeedless() throws InconvertibleException {
    assertThat(
            converted(
                    """
                    podSelector: {}
                    ingress:
                    - ports: [{port: 80}]
                    - {}
                    - ports: [{port: 81}]
                    """)
                .ingress())
        .singleElement()
        .satisfies(rule -> assertThat(rule.protocol()).isNull());
  }

  @Test
  void aRuleThatCannotBeExpressedIsLeftOutAndToldOf() throws InconvertibleException {
    Converted converted =
        convert(
            """
            podSelector: {}
            ingress:
            - ports: [{protocol: SCTP, port: 3868}]
            - from: [{ipBlock: {cidr: 10.0.0.0/8, except: [11.0.0.0/8]}}]
            - ports: [{port: 90, endPort: 80}]
            - from: [{}]
            - from: [{podSelector: {}, ipBlock: {cidr: 10.0.0.0/8}}]
            - ports: [{port: 443}]
            """);
    assertThat(converted.policy().spec().ingress()).hasSize(1);
    assertThat(converted.problems())
        .containsExactly(
            "ingress[0]: port 3868 of protocol sctp; only ports of TCP and UDP can be matched",
            "ingress[1]: except 11.0.0.0/8 does not lie within the ipBlock's cidr 10.0.0.0/8",
            "ingress[2]: port 90 to 80; expected 1 to 65535, the end not before the beginning",
            "ingress[3]: a peer is empty; expected podSelector, namespaceSelector or ipBlock",
            "ingress[4]: a peer has an ipBlock beside a selector");
  }

  @Test
  void podsThatCannotBeToldAreAProblemOfTheWhole() {
    assertThatThrownBy(() ->
            convert("podSelector: {matchExpressions: [{key: a, operator: Near, values: [b]}]}\n"))
        .isInstanceOf(InconvertibleException.class)
        .hasMessage("operator 'Near' of label 'a'; expected In, NotIn, Exists or DoesNotExist");
    assertThatThrownBy(() -> convert("podSelector: {matchLabels: {a: \"x' || has(b)\"}}\n"))
        .isInstanceOf(InconvertibleException.class)
        .hasMessage("label 'a' cannot have the value 'x' || has(b)'");
  }

  @Test
  void aConvertedPolicyIsKnownByItsFormAndAnOperatorsIsNot() throws InconvertibleException {
    Policy ours = convert("podSelector: {matchLabels: {a: b}}\n").policy();
    assertThat(conversion.isConverted(ours)).isTrue();
    for (Map.Entry<String, String> change :
        Map.of(
                "name: shop.np", "name: shop",
                "order: 1000", "order: 100",
                "calico/k8s_ns == \"shop\"", "calico/k8s_ns == \"other\"",
                " && a ==", " || a ==")
            .entrySet()) {
      String text = DocumentWriter.toYaml(List.of(ours));
      assertThat(text).contains(change.getKey());
      Policy theirs =
          (Policy)
              DocumentReader.read("theirs", text.replace(change.getKey(), change.getValue()))
                  .getFirst();
      assertThat(conversion.isConverted(theirs)).as(change.getKey()).isFalse();
    }
  }

  @Test
  void namesOfLaterVersionsCanBeAskedFor() throws InconvertibleException {
    var calico3 =
        new NetworkPolicyConversion(Naming.CALICO_3, NetworkPolicyConversionTest::numbers);
    Policy policy = calico3.convert(networkPolicy("podSelector: {}\n")).policy();
    assertThat(policy.key().name()).isEqualTo("knp.default.shop.np");
    assertThat(policy.spec().selector()).isEqualTo("projectcalico.org/namespace == \"shop\"");
  }

  @Test
  void aNameTooLongForAPolicyEndsInAHash() {
    String longName = "n".repeat(200);
    assertThat(Naming.CALICO_2.policy("shop", longName))
        .hasSize(128)
        .startsWith("shop.nnn")
        .isNotEqualTo(Naming.CALICO_2.policy("shop", longName + "m"));
  }

  private String yaml(String spec) throws InconvertibleException {
    return DocumentWriter.toYaml(List.of(convert(spec).policy()));
  }

  private Policy.Spec converted(String spec) throws InconvertibleException {
    return convert(spec).policy().spec();
  }

  private List<String> sources(String spec) throws InconvertibleException {
    return converted(spec).ingress().stream()
        .map(rule -> String.valueOf(rule.source().selector()))
        .toList();
  }

  private Converted convert(String spec) throws InconvertibleException {
    return conversion.convert(networkPolicy(spec));
  }

  private static NetworkPolicy networkPolicy(String spec) {
    return Serialization.unmarshal(
        """
        apiVersion: networking.k8s.io/v1
        kind: NetworkPolicy
        metadata: {name: np, namespace: shop}
        spec:
        """
            + spec.indent(2),
        NetworkPolicy.class);
  }
}
