package io.margay.supervisor;

import io.margay.calicoctl.Terminal;
import io.margay.supervisor.HostPrograms.Output;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// `calicoctl node checksystem`: whether the kernel can do what the agent asks of it.
///
/// Calico v1.1 looked for the names of modules, and so failed on kernels that have them built in
/// and passed on others that could not load them. Here each feature is used once, in a network
/// namespace of its own that ends with the probe. Names and lines stay.
final class SystemCheck {

  private static final int[] LEAST_KERNEL = {2, 6, 24};

  /// Runs a program.
  interface Runner {
    Output output(List<String> command);
  }

  /// A feature of the kernel.
  ///
  /// @param module its name, which is that of the module that brings it
  /// @param script succeeds if it is there
  /// @param lost what cannot be had without it; null if that is everything
  record Feature(String module, String script, @Nullable String lost) {}

  /// What rules, sets and devices of the agent are made of. Each script begins in an empty
  /// namespace.
  static final List<Feature> FEATURES =
      List.of(
          needed(
              "xt_set",
              "ipset create probe hash:net && iptables -A INPUT -m set --match-set probe src -j ACCEPT"),
          new Feature("ip6_tables", "ip6tables -A INPUT -j ACCEPT", "IPv6"),
          needed(
              "ip_tables",
              "for t in raw mangle nat filter; do iptables -t $t -A OUTPUT -j RETURN || exit; done"),
          needed("xt_conntrack", "iptables -A INPUT -m conntrack --ctstate ESTABLISHED -j ACCEPT"),
          needed("xt_mark", "iptables -A INPUT -m mark --mark 0x1/0x1 -j MARK --set-xmark 0x0/0x1"),
          needed("xt_multiport", "iptables -A INPUT -p tcp -m multiport --dports 53,80 -j ACCEPT"),
          needed("xt_comment", "iptables -A INPUT -m comment --comment probe -j ACCEPT"),
          needed("xt_addrtype", "iptables -A INPUT -m addrtype --dst-type LOCAL -j ACCEPT"),
          needed("xt_rpfilter", "iptables -t raw -A PREROUTING -m rpfilter --invert -j DROP"),
          needed("veth", "ip link add probe0 type veth peer name probe1"),
          new Feature(
              "xt_MASQUERADE", "iptables -t nat -A POSTROUTING -j MASQUERADE", "NAT outgoing"),
          new Feature(
              "xt_nat",
              "iptables -t nat -A PREROUTING -j DNAT --to-destination 192.0.2.1 && iptables -t nat -A POSTROUTING -j SNAT --to-source 192.0.2.1",
              "NAT of endpoints"),
          new Feature("xt_CT", "iptables -t raw -A PREROUTING -j NOTRACK", "doNotTrack"),
          new Feature("vxlan", "ip link add probe0 type vxlan id 1 dstport 4789", "VXLAN"),
          new Feature("ipip", "ip link add probe0 type ipip local 127.0.0.1", "IPIP"));

  private static Feature needed(String module, String script) {
    return new Feature(module, script, null);
  }

  private final Runner programs;
  private final Terminal terminal;

  SystemCheck(Runner programs, Terminal terminal) {
    this.programs = programs;
    this.terminal = terminal;
  }

  boolean run() {
    boolean fit = checkKernel();
    terminal.say("Checking kernel modules...");
    for (Feature feature : FEATURES) {
      fit &= check(feature);
    }
    if (fit) {
      terminal.say("System meets minimum system requirements to run Calico!");
    } else {
      terminal.fail("System doesn't meet one or more minimum systems requirements to run Calico");
    }
    return fit;
  }

  private boolean checkKernel() {
    terminal.say("Checking kernel version...");
    String release = programs.output(List.of("uname", "-r")).text().strip();
    boolean fit = isRecent(release);
    if (!fit) {
      terminal.fail(
          "Minimum kernel version to run Calico is 2.6.24. Detected kernel version: " + release);
    }
    result(release, fit);
    return fit;
  }

  private static boolean isRecent(String release) {
    Matcher numbers = Pattern.compile("\\d+").matcher(release);
    for (int least : LEAST_KERNEL) {
      int number = numbers.find() ? Integer.parseInt(numbers.group()) : 0;
      if (number != least) {
        return number > least;
      }
    }
    return true;
  }

  private boolean check(Feature feature) {
    List<String> command = new ArrayList<>(List.of("unshare", "--net", "sh", "-c"));
    command.add(feature.script);
    Output output = programs.output(command);
    if (!output.succeeded()) {
      String lost = feature.lost;
      terminal.fail(
          lost == null
              ? "WARNING: Unable to detect the %s module as Loaded/Builtin module or lsmod"
                  .formatted(feature.module)
              : "WARNING: %s will be unavailable as %s kernel module is not found"
                  .formatted(lost, feature.module));
      terminal
          .err()
          .println(
              "Tried: %s\nIt said: %s"
                  .formatted(feature.script, output.text().lines().findFirst().orElse("nothing")));
    }
    result(feature.module, output.succeeded());
    return output.succeeded() || feature.lost != null;
  }

  private void result(String what, boolean fit) {
    String verdict = fit ? terminal.screen().green("OK") : terminal.screen().red("FAIL");
    terminal.say("\t\t%-20s\t\t\t\t\t%s".formatted(what, verdict));
  }
}
