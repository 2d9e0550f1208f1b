package io.margay.lab;

import io.margay.net.Ipv4Address;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.IntFunction;

/// Changes that an agent makes, made by hand-written input for the same programs, each started for
/// its part, one after the other: the floor that an agent is measured against.
final class ByHand {

  private static final int TIMES = 40;

  private final Lab lab;
  private final String node;

  ByHand(Lab lab, String node) {
    this.lab = lab;
    this.node = node;
  }

  /// Times of changes, milliseconds.
  record Times(double p50, double most) {
    static Times of(double[] millis) {
      double[] sorted = millis.clone();
      Arrays.sort(sorted);
      return new Times(Percentile.of(sorted, 50), Percentile.of(sorted, 100));
    }

    @Override
    public String toString() {
      return String.format(Locale.ROOT, "p50 %.1f ms, most %.1f ms", p50, most);
    }
  }

  /// The rules of one endpoint in both IP versions, its place in a dispatch chain as long as the
  /// agent's, and a route.
  ///
  /// @param names of the interfaces of as many endpoints as there are in such a chain
  Times endpoint(IntFunction<String> names, int others) {
    StringBuilder dispatch = new StringBuilder("*filter\n:hand-dispatch - -\n");
    for (int i = 0; i <= others; i++) {
      dispatch.append(
          "-A hand-dispatch -m comment --comment \"hand:%016d\" --in-interface %s --goto cali-fw-%s%n"
              .formatted(i, names.apply(i), names.apply(i)));
    }
    StringBuilder chains = new StringBuilder();
    for (String direction : new String[] {"tw", "fw"}) {
      String policy = direction.equals("tw") ? "pi" : "po";
      chains.append(":hand-%s-N - -%n".formatted(direction));
      for (int i = 0; i < 8; i++) {
        chains.append(
            "-A hand-%s-N -m comment --comment \"hand:%016d\" -m mark --mark 0/0x2000000 --jump cali-%s-new%n"
                .formatted(direction, i, policy));
      }
    }
    return time(i -> {
      String text = dispatch + chains.toString().replace("-N ", "-" + i + " ") + "COMMIT\n";
      return restore("iptables", text)
          + restore("ip6tables", text)
          + "echo route add %s dev %s | ip -batch -%n"
              .formatted(new Ipv4Address(0x0ac00000 + i), names.apply(0));
    });
  }

  /// One more member of a set.
  Times member(String set) {
    return time(
        i -> "echo add %s %s | ipset restore%n".formatted(set, new Ipv4Address(0x0ac80000 + i)));
  }

  /// Another rule in the place of the only one of a policy's chain, in the tables and IP versions
  /// that have the chain.
  Times policy() {
    for (String program : new String[] {"iptables", "ip6tables"}) {
      run(
          restore(program, policyRule("filter", "-A hand-policy", 1))
              + restore(program, policyRule("raw", "-A hand-policy", 1)));
    }
    return time(i -> {
      StringBuilder script = new StringBuilder();
      for (String program : new String[] {"iptables", "ip6tables"}) {
        for (String table : new String[] {"filter", "raw"}) {
          script.append(restore(program, policyRule(table, "-R hand-policy 1", 2 + i)));
        }
      }
      return script.toString();
    });
  }

  private static String policyRule(String table, String command, int port) {
    return "*%s%n%s%s -m comment --comment \"hand:%016d\" -p tcp -m multiport --destination-ports %d --jump MARK --set-mark 0x1000000/0x1000000%nCOMMIT%n"
        .formatted(
            table, command.startsWith("-A") ? ":hand-policy - -\n" : "", command, port, port);
  }

  private static String restore(String program, String input) {
    return program + "-restore --noflush <<'EOF'\n" + input + "EOF\n";
  }

  private Times time(IntFunction<String> change) {
    double[] millis = new double[TIMES];
    for (int i = 0; i < TIMES; i++) {
      String said =
          run("t=$(date +%s%N)\n" + change.apply(i) + "echo $((($(date +%s%N) - t) / 1000))\n");
      millis[i] = Integer.parseInt(said.strip()) / 1e3;
    }
    return Times.of(millis);
  }

  private String run(String script) {
    return Command.run(lab.holder().enter(node, List.of("sh", "-e")), script)
        .orThrow("a change by hand");
  }
}
