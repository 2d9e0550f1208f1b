package io.margay.dataplane.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.margay.calc.output.RuleSet;
import io.margay.dataplane.config.DataplaneConfig;
import io.margay.kernel.iptables.Chain;
import io.margay.kernel.iptables.Rule;
import io.margay.model.Rule.Action;
import io.margay.net.IpFamily;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Loads combinations of conditions into a real kernel, in a network namespace of their own: one
/// refused line would block the table.
class KernelTakesEveryRuleTest {

  private static final List<String> PROTOCOLS =
      List.of("", "tcp", "udp", "icmp", "icmpv6", "sctp", "udplite", "1", "6", "58", "47", "255");
  private static final List<String> TYPES = List.of("", "8", "0", "128/0", "255/255");

  private static final List<String> SETS = List.of("s:one", "t:two", "t:two,s:one");

  @TempDir private Path directory;

  @ParameterizedTest
  @CsvSource({
    "iptables-nft-restore, IPV4",
    "iptables-legacy-restore, IPV4",
    "ip6tables-nft-restore, IPV6",
    "ip6tables-legacy-restore, IPV6",
  })
  void noCombinationIsRefused(String restore, IpFamily family) throws Exception {
    long seed = ThreadLocalRandom.current().nextLong();
    List<String> conditions = everyCombination(family);
    conditions.addAll(random(family, new Random(seed)));
    int written = load(restore, family, conditions, "seed " + seed);
    assertThat(written).isGreaterThan(1000);
  }

  /// @return how many rules the kernel took, which is all of them
  private int load(String restore, IpFamily family, List<String> allowed, String context)
      throws Exception {
    assumeNamespaces(restore);
    PolicyChains chains = new PolicyChains(DataplaneConfig.DEFAULT, family);
    StringBuilder input = new StringBuilder("*filter\n");
    List<Chain> all = new ArrayList<>();
    for (Action action : Action.values()) {
      List<String> conditions = action == Action.ALLOW ? allowed : List.of("");
      var rules = conditions.stream().map(text -> Rules.rule(action, text)).toList();
      RuleSet ruleSet = new RuleSet(rules, List.of(), false);
      all.addAll(chains.policy("policy-" + action, ruleSet));
      all.addAll(chains.profile("profile-" + action, ruleSet));
    }
    all.forEach(chain -> input.append(":").append(chain.name()).append(" - -\n"));
    int written = 0;
    for (Chain chain : all) {
      for (Rule rule : chain.rules()) {
        input.append("-A ").append(chain.name()).append(' ').append(rule.body()).append('\n');
        written++;
      }
    }
    Path file = Files.writeString(directory.resolve("rules"), input.append("COMMIT\n"));

    String output =
        inNamespace(
            """
            ipset create %1$s hash:ip family %2$s
            ipset create %3$s hash:ip family %2$s
            %4$s --noflush < %5$s
            %6$s -t filter | grep -c '^-A'
            """
                .formatted(
                    SetNames.of(family, "s:one"),
                    family == IpFamily.IPV4 ? "inet" : "inet6",
                    SetNames.of(family, "t:two"),
                    restore,
                    file,
                    restore.replace("restore", "save")));

    assertThat(output.strip()).as(context).isEqualTo(Integer.toString(written));
    return written;
  }

  /// Rules that give many fields at once, each valid: ports have a protocol with ports.
  private static List<String> random(IpFamily family, Random random) {
    List<String> rules = new ArrayList<>();
    for (int i = 0; i < 400; i++) {
      StringBuilder rule = new StringBuilder();
      if (random.nextInt(4) == 0) {
        rule.append(field("version", family.version() + ""));
      }
      boolean ports = random.nextBoolean();
      List<String> protocols = ports ? List.of("tcp", "udp", "6", "17") : PROTOCOLS;
      rule.append(field("protocol", pick(random, protocols)));
      rule.append(field("notProtocol", maybe(random, PROTOCOLS)));
      rule.append(field("icmp", maybe(random, TYPES)));
      rule.append(field("notIcmp", maybe(random, TYPES)));
      for (String side : List.of("src.", "dst.")) {
        rule.append(field(side + "net", maybe(random, nets(family))));
        rule.append(field(side + "notNet", maybe(random, nets(family))));
        rule.append(field(side + "sets", maybe(random, SETS)));
        rule.append(field(side + "notSets", maybe(random, SETS)));
        if (ports) {
          rule.append(field(side + "ports", random.nextBoolean() ? ports(random) : ""));
          rule.append(field(side + "notPorts", random.nextBoolean() ? ports(random) : ""));
        }
      }
      rules.add(rule.toString());
    }
    return rules;
  }

  private static String pick(Random random, List<String> all) {
    return all.get(random.nextInt(all.size()));
  }

  /// Nothing, two times out of three: fields that exclude each other leave no rule.
  private static String maybe(Random random, List<String> all) {
    return random.nextInt(3) == 0 ? pick(random, all) : "";
  }

  /// One to forty ports and ranges.
  private static String ports(Random random) {
    List<String> ports = new ArrayList<>();
    for (int i = random.nextInt(40); i >= 0; i--) {
      int first = random.nextInt(1, 65536);
      ports.add(random.nextBoolean() ? first + "" : first + ":" + random.nextInt(first, 65536));
    }
    return String.join(",", ports);
  }

  private static List<String> nets(IpFamily family) {
    return family == IpFamily.IPV4
        ? List.of("", "0.0.0.0/0", "10.0.0.0/8", "10.1.2.3/16", "10.1.2.3/32", "11.0.0.0/8")
        : List.of("", "::/0", "fd00::/16", "fd00::7/64", "fd00::7/128", "fe80::/10");
  }

  private static List<String> everyCombination(IpFamily family) {
    List<String> all = new ArrayList<>();
    for (String protocol : PROTOCOLS) {
      for (String notProtocol : PROTOCOLS) {
        for (String icmp : TYPES) {
          for (String notIcmp : TYPES) {
            all.add(
                field("version", family.version() + "")
                    + field("protocol", protocol)
                    + field("notProtocol", notProtocol)
                    + field("icmp", icmp)
                    + field("notIcmp", notIcmp));
          }
        }
      }
    }
    List<String> nets = nets(family);
    for (String net : nets) {
      for (String notNet : nets) {
        String src = field("src.net", net) + field("src.notNet", notNet);
        String dst = field("dst.net", net) + field("dst.notNet", notNet);
        all.add(src);
        all.add(dst);
        all.add(src + dst + "protocol=tcp src.ports=1,2:3 dst.notPorts=4 src.sets=t:two,s:one ");
        all.add(src + dst + "notIcmp=8 notProtocol=tcp dst.sets=s:one dst.notSets=t:two,s:one ");
      }
    }
    String ports = "1:2,3:4,5:6,7:8,9:10,11:12,13:14,15,16:17,18,65535";
    for (String protocol : List.of("tcp", "udp", "6", "17")) {
      for (String list : List.of("src.ports", "src.notPorts", "dst.ports", "dst.notPorts")) {
        all.add("protocol=" + protocol + " " + list + "=" + ports);
      }
      all.add("protocol=" + protocol + " src.ports=" + ports + " dst.ports=" + ports);
      all.add("protocol=" + protocol + " src.notPorts=" + ports + " dst.notPorts=" + ports);
    }
    return all;
  }

  private static String field(String name, String value) {
    return value.isEmpty() ? "" : name + "=" + value + " ";
  }

  /// Runs the script in a new network namespace, which goes with it; gives its standard output.
  private String inNamespace(String script) throws IOException, InterruptedException {
    Path errors = directory.resolve("errors");
    Process process =
        new ProcessBuilder("unshare", "-n", "bash", "-ec", script)
            .redirectError(errors.toFile())
            .start();
    String output = new String(process.getInputStream().readAllBytes());
    assertThat(process.waitFor()).as(() -> "exit status; it said: " + read(errors)).isZero();
    return output;
  }

  private static void assumeNamespaces(String program) throws Exception {
    assumeTrue(
        Stream.of("/usr/sbin/", "/sbin/").anyMatch(dir -> Files.exists(Path.of(dir, program))),
        program + " is not installed");
    assumeTrue(Files.exists(Path.of("/usr/sbin/ipset")), "ipset is not installed");
    Process process = new ProcessBuilder("unshare", "-n", "true").start();
    assumeTrue(process.waitFor() == 0, "network namespaces need root");
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return e.toString();
    }
  }
}
