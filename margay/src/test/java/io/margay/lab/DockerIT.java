package io.margay.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.margay.datastore.DatastoreConfig.EtcdApi;
import io.margay.lab.Topology.Host;
import io.margay.net.IpPrefix;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/// Containers of Docker itself, on two hosts that share their networks by a cluster store in etcd,
/// as in the time of Calico 2.1. The agents have the same etcd.
@TestMethodOrder(OrderAnnotation.class)
class DockerIT {

  private static final Topology TOPOLOGY =
      new Topology(
          "docker",
          "two hosts with Docker",
          List.of(
              new Host("host1", IpPrefix.parse("192.168.40.11/24"), true, Map.of()),
              new Host("host2", IpPrefix.parse("192.168.40.12/24"), true, Map.of())),
          List.of(),
          Map.of("DefaultEndpointToHostAction", "RETURN", "MetadataAddr", "None"),
          List.of());

  private static SeedLab lab;
  private static DockerHost host1;
  private static DockerHost host2;

  @BeforeAll
  static void up() {
    String missing = DockerHost.missing();
    assumeTrue(missing == null, missing);
    lab = SeedLab.up(TOPOLOGY, new LabDatastore.Etcd(EtcdApi.V2, 1));
    for (Host host : TOPOLOGY.hosts()) {
      // A host answers ARP for a container's gateway if it has a route there.
      lab.in(
          host.name(), "ip", "route", "add", "default", "via", TOPOLOGY.switchAddress().toString());
    }
    apply("- {apiVersion: v1, kind: ipPool, metadata: {cidr: 10.65.0.0/16}}");
    host1 = DockerHost.start(lab, TOPOLOGY.hosts().getFirst());
    host2 = DockerHost.start(lab, TOPOLOGY.hosts().getLast());
    host1.importImage();
    host2.importImage();
  }

  private static void apply(String yaml) {
    var words =
        lab.lab
            .holder()
            .enter(
                List.of(
                    lab.lab.program("calicoctl"),
                    "apply",
                    "-f",
                    "-",
                    "--config=" + lab.lab.directory().calicoctlConfig()));
    Command.run(words, yaml).orThrow("calicoctl apply");
  }

  @AfterAll
  static void down() {
    Stream.of(host1, host2).filter(host -> host != null).forEach(DockerHost::stop);
    if (lab != null) {
      lab.close();
    }
  }

  private static String everything() {
    StringBuilder text = new StringBuilder();
    for (String host : List.of("host1", "host2")) {
      for (String command : List.of("ip -4 route", "ip -4 addr", "iptables-save -t filter")) {
        text.append("\n== %s: %s\n%s".formatted(host, command, lab.in(host, command.split(" "))));
      }
    }
    return text
        + lab.calicoctl("get", "workloadEndpoint", "-o", "yaml")
        + host1.logs()
        + host2.logs()
        + lab.agentOutput();
  }

  @Test
  @Order(1)
  void aNetworkMadeOnOneHostIsThereOnTheOther() {
    // Docker lets people choose addresses only in networks that have a subnet.
    host1.dockerSays(
        "network",
        "create",
        "--driver=calico",
        "--ipam-driver=calico-ipam",
        "--subnet=10.65.0.0/16",
        "net1");
    host1.dockerSays("network", "create", "--driver=calico", "--ipam-driver=calico-ipam", "net2");
    SeedLab.awaitThat(
        () -> host2.docker("network", "inspect", "net2").exitCode() == 0,
        () -> "net2 is on host2: " + host2.dockerSays("network", "ls"));
  }

  @Test
  @Order(2)
  void whatACalicoNetworkCannotBeIsRefusedInWords() {
    assertThat(
            host1
                .docker(
                    "network",
                    "create",
                    "--driver=calico",
                    "--ipam-driver=calico-ipam",
                    "--internal",
                    "net3")
                .output())
        .contains("has no internal networks");
    assertThat(
            host1
                .docker("network", "create", "--driver=calico", "--subnet=10.77.0.0/24", "net3")
                .output())
        .contains("non-Calico IPAM driver");
    assertThat(
            host1
                .docker(
                    "network",
                    "create",
                    "--driver=calico",
                    "--ipam-driver=calico-ipam",
                    "--subnet=10.66.0.0/16",
                    "net3")
                .output())
        .contains("there is no IPv4 pool 10.66.0.0/16");
  }

  @Test
  @Order(3)
  void containersOfOneNetworkReachEachOtherAcrossHosts() {
    host1.run("web1", "net1", "--label=org.projectcalico.label.role=web");
    host2.run("web2", "net1");
    host1.run("web3", "net1");
    awaitReach(host2, "web2", host1.address("web1"));
    awaitReach(host1, "web1", host2.address("web2"));
    awaitReach(host1, "web3", host1.address("web1"));
    assertThat(host1.dockerSays("exec", "web1", "/bin/ip", "route"))
        .isEqualToIgnoringWhitespace(
            "default via 169.254.1.1 dev cali0 169.254.1.1 dev cali0 scope link");
  }

  private static void awaitReach(DockerHost host, String container, String address) {
    SeedLab.awaitThat(
        () -> host.reaches(container, address),
        () -> "%s reaches %s\n%s".formatted(container, address, everything()));
  }

  @Test
  @Order(4)
  void networksAreApartUntilAPolicyJoinsThem() {
    host2.run("batch", "net2");
    host1.run("batch2", "net2");
    awaitReach(host2, "batch", host1.address("batch2"));
    assertThat(host2.reaches("batch", host1.address("web1"))).isFalse();
    assertThat(host1.reaches("batch2", host1.address("web1"))).isFalse();

    apply(
        """
        - apiVersion: v1
          kind: policy
          metadata: {name: web}
          spec:
            selector: role == 'web'
            ingress: [{action: allow, protocol: icmp}]
            egress: [{action: allow}]
        """);
    awaitReach(host2, "batch", host1.address("web1"));
    assertThat(host1.reaches("batch2", host1.address("web3"))).isFalse();
  }

  @Test
  @Order(5)
  void aChosenAddressIsGivenOnce() {
    host1.run("chosen", "net1", "--ip=10.65.7.7");
    assertThat(host1.address("chosen")).isEqualTo("10.65.7.7");
    assertThat(
            host2
                .docker("run", "--rm", "--net=net1", "--ip=10.65.7.7", DockerHost.IMAGE, "/bin/ip")
                .output())
        .contains("10.65.7.7 is in use");
  }

  @Test
  @Order(6)
  void aRestartedContainerIsReachedAgain() {
    host1.dockerSays("restart", "--time=0", "web1");
    awaitReach(host2, "web2", host1.address("web1"));
  }

  @Test
  @Order(7)
  void nothingIsLeftOfContainersThatAreRemoved() {
    host1.dockerSays("rm", "--force", "web1", "web3", "batch2", "chosen");
    host2.dockerSays("rm", "--force", "web2", "batch");
    host1.dockerSays("network", "rm", "net1", "net2");
    for (String host : List.of("host1", "host2")) {
      SeedLab.awaitThat(
          () ->
              !lab.in(host, "ip", "link").contains("cali")
                  && !lab.in(host, "ip", "route").contains("dev cali")
                  && !lab.in(host, "iptables-save").contains("cali-tw-"),
          () -> "nothing is left: " + everything());
      assertThat(lab.in(host, "ip", "link")).doesNotContain("temp");
    }
    assertThat(lab.calicoctl("get", "workloadEndpoint", "-o", "wide")).doesNotContain("libnetwork");
    assertThat(lab.calicoctl("ipam", "show", "--ip=10.65.7.7"))
        .containsPattern("is not (currently )?assigned");
    assertThat(lab.calicoctl("ipam", "check")).contains("nothing is wrong");
  }
}
