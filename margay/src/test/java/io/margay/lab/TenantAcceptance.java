package io.margay.lab;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.dataplane.golden.RuleDump;
import io.margay.lab.Probe.Outcome;
import io.margay.lab.Topology.Workload;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;

/// The tenant network, stage by stage: as its author wrote it, with the denials taken away, and as
/// it was meant.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
abstract class TenantAcceptance {

  private static final List<String> WORKLOADS =
      List.of("slave1-frontend1", "slave1-frontend2", "slave2-database");

  private final LabDatastore datastore;
  private SeedLab lab;

  /// @param datastore that the agents and calicoctl share
  TenantAcceptance(LabDatastore datastore) {
    this.datastore = datastore;
  }

  @BeforeAll
  void up() {
    lab = SeedLab.up(SeedTopology.TOPOLOGY, datastore);
    prepare(lab);
  }

  /// What else the lab needs before the first stage.
  void prepare(SeedLab up) {}

  SeedLab lab() {
    return lab;
  }

  @AfterAll
  void down() {
    if (lab != null) {
      lab.close();
    }
  }

  /// What the lab's etcd answers to curl.
  String askEtcd(String path, String... options) {
    List<String> words = new ArrayList<>(List.of("curl", "-s"));
    words.addAll(List.of(options));
    var etcd = lab.lab.etcd().orElseThrow();
    words.add(etcd.shape().endpoints(etcd.address()).getFirst() + path);
    return Command.run(lab.lab.holder().enter(words), "").orThrow("curl " + path);
  }

  @Test
  @Order(1)
  void theKernelHoldsTheRulesThatTheGuideShows() {
    for (String host : List.of("slave1", "slave2")) {
      SeedLab.awaitThat(
          () -> kernelRules(host).equals(RuleDump.golden(host)),
          () -> "rules of " + host + ": " + kernelRules(host));
      assertThat(kernelRules(host)).isEqualTo(RuleDump.golden(host));
    }
  }

  private RuleDump kernelRules(String host) {
    return RuleDump.parse(lab.in(host, "iptables-save")).ours();
  }

  @Test
  @Order(2)
  void theListingsAreThoseOfTheGuide() {
    assertThat(lab.calicoctl("get", "node").lines().map(String::strip))
        .containsExactly("NAME", "slave1", "slave2", "");
    assertThat(lab.calicoctl("config", "get", "nodeTonodeMesh")).isEqualTo("on\n");
    assertThat(lab.calicoctl("config", "get", "asNumber")).isEqualTo("64512\n");
    assertThat(lab.calicoctl("get", "ipPool").lines().map(String::strip))
        .containsExactly("CIDR", "172.16.1.0/24", "fd80:24e2:f998:72d6::/64", "");
    assertThat(lab.calicoctl("get", "workloadEndpoints", "-o", "wide"))
        .contains(
            "slave2   k8s            database   slave2-database    172.16.1.3/32          cali0ef24b3"
                + "   profile-database");
  }

  @Test
  @Order(2)
  void eachNodeShowsTheOtherAsAPeer() {
    SeedLab.awaitThat(
        () -> nodeStatus("slave1").contains("Established"), () -> nodeStatus("slave1"));
    assertThat(nodeStatus("slave1").replaceAll("\\d\\d:\\d\\d:\\d\\d", "23:30:04"))
        .isEqualTo(
            """
            Calico process is running.

            IPv4 BGP status
            +---------------+-------------------+-------+----------+-------------+
            | PEER ADDRESS  |     PEER TYPE     | STATE |  SINCE   |    INFO     |
            +---------------+-------------------+-------+----------+-------------+
            | 192.168.40.12 | node-to-node mesh | up    | 23:30:04 | Established |
            +---------------+-------------------+-------+----------+-------------+

            IPv6 BGP status
            No IPv6 peers found.

            """);
  }

  private String nodeStatus(String node) {
    String runDirectory = lab.lab.directory().node(node).resolve("run").toString();
    String calicoctl = System.getProperty("margay.home") + "/bin/calicoctl";
    return lab.in(node, calicoctl, "node", "status", "--run-dir=" + runDirectory);
  }

  @Test
  @Order(3)
  void aRouteToTheOtherHostsWorkloadIsLearnedByBgp() {
    assertThat(lab.in("slave1", "ip", "route", "show", "172.16.1.3").strip())
        .isEqualTo("172.16.1.3 via 192.168.40.12 dev eth1 proto bird");
    assertThat(lab.in("slave2", "ip", "route", "show", "172.16.1.1").strip())
        .isEqualTo("172.16.1.1 via 192.168.40.11 dev eth1 proto bird");
    assertThat(lab.in("slave1", "ip", "route", "show", "172.16.1.1").strip())
        .isEqualTo("172.16.1.1 dev cali0ef24b1 scope link");
    assertThat(lab.in("slave1", "ip", "neigh", "show", "172.16.1.1").strip())
        .isEqualTo("172.16.1.1 dev cali0ef24b1 lladdr ca:fe:1d:52:bb:e1 PERMANENT");
  }

  @Test
  @Order(4)
  void withTheDenialFirstNothingReachesAWorkload() {
    Reachability reach = Reachability.probe(lab.lab.topology(), lab.lab.holder());
    for (String source : WORKLOADS) {
      for (Workload target : lab.lab.topology().workloads()) {
        if (!target.name().equals(source)) {
          assertThat(all(reach, source, target))
              .as(source + " to " + target.name())
              .containsOnly(Outcome.SILENT);
        }
      }
      assertThat(reach.icmp(source, lab.host("outside").address().address()))
          .as("egress of " + source)
          .isEqualTo(Outcome.REACHED);
    }
    for (Workload target : lab.lab.topology().workloads()) {
      assertThat(all(reach, "outside", target))
          .as("outside to " + target.name())
          .containsOnly(Outcome.SILENT);
    }
  }

  @Test
  @Order(5)
  void withoutTheDenialsThePolicyDecidesAloneAndEveryPortIsOpenInsideTheNamespace() {
    lab.apply("tenant-open/policy.yaml");
    lab.apply("tenant-open/profile.yaml");
    awaitReach("slave1-frontend1", "slave2-database", 80, Outcome.REACHED);

    Reachability reach = Reachability.probe(lab.lab.topology(), lab.lab.holder());
    for (String source : WORKLOADS) {
      for (Workload target : lab.lab.topology().workloads()) {
        if (!target.name().equals(source)) {
          assertThat(all(reach, source, target))
              .as(source + " to " + target.name())
              .containsOnly(Outcome.REACHED);
        }
      }
    }
    for (Workload target : lab.lab.topology().workloads()) {
      assertThat(all(reach, "outside", target))
          .as("outside to " + target.name())
          .containsOnly(Outcome.SILENT);
    }
  }

  @Test
  @Order(6)
  void asItWasMeantOnlyPort3306FromFrontendsReachesTheDatabase() {
    lab.apply("tenant-fixed/policy.yaml");
    lab.apply("tenant-fixed/profile.yaml");
    awaitReach("slave1-frontend1", "slave2-database", 80, Outcome.SILENT);

    Reachability reach = Reachability.probe(lab.lab.topology(), lab.lab.holder());
    Workload database = workload("slave2-database");
    for (String frontend : List.of("slave1-frontend1", "slave1-frontend2")) {
      assertThat(reach.tcp(frontend, database.address(), 3306)).isEqualTo(Outcome.REACHED);
      assertThat(reach.tcp(frontend, database.address(), 80)).isEqualTo(Outcome.SILENT);
      assertThat(reach.icmp(frontend, database.address())).isEqualTo(Outcome.SILENT);
    }
    assertThat(all(reach, "outside", database)).containsOnly(Outcome.SILENT);
    assertThat(all(reach, "slave1-frontend1", workload("slave1-frontend2")))
        .containsOnly(Outcome.REACHED);
  }

  @Test
  @Order(7)
  void aRemovedEndpointLeavesNothingBehind() {
    lab.calicoctl(
        "delete",
        "workloadEndpoint",
        "slave2-database",
        "--node=slave2",
        "--orchestrator=k8s",
        "--workload=database");

    SeedLab.awaitThat(
        () -> lab.in("slave1", "ip", "route", "show", "172.16.1.3").isEmpty(),
        () -> "slave1 forgets 172.16.1.3: " + lab.in("slave1", "ip", "route"));
    SeedLab.awaitThat(
        () -> !lab.in("slave2", "iptables-save").contains("cali0ef24b3"),
        () -> "slave2 has no rule for cali0ef24b3");
    assertThat(lab.in("slave2", "ip", "route", "show", "172.16.1.3")).isEmpty();
    assertThat(lab.in("slave2", "ip", "neigh", "show", "172.16.1.3")).isEmpty();
    assertThat(lab.in("slave2", "iptables-save")).doesNotContain("profile-database");
    assertThat(lab.in("slave1", "ipset", "list")).doesNotContain("172.16.1.3");
    assertThat(lab.in("slave2", "ipset", "list", "-n").lines())
        .containsExactlyInAnyOrder(
            "cali4-all-ipam-pools",
            "cali4-masq-ipam-pools",
            "cali6-all-ipam-pools",
            "cali6-masq-ipam-pools");
  }

  private Workload workload(String name) {
    return lab.lab.topology().workloads().stream()
        .filter(workload -> workload.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static List<Outcome> all(Reachability reach, String source, Workload target) {
    List<Outcome> outcomes = new ArrayList<>();
    outcomes.add(reach.icmp(source, target.address()));
    target.ports().forEach(port -> outcomes.add(reach.tcp(source, target.address(), port)));
    return outcomes;
  }

  /// Waits until a change of policy has taken effect.
  private void awaitReach(String source, String target, int port, Outcome outcome) {
    SeedLab.awaitThat(
        () ->
            Reachability.probe(lab.lab.topology(), lab.lab.holder())
                    .tcp(source, workload(target).address(), port)
                == outcome,
        () -> source + " to " + target + " port " + port + " becomes " + outcome);
  }
}
