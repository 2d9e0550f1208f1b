package io.margay.supervisor;

import io.margay.calicoctl.Terminal;
import io.margay.supervisor.HostPrograms.Output;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

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
  /// @param needed false if only IPv6 is lost without it
  record Feature(String module, String script, boolean needed) {}

  /// What rules and sets of the agent are made of. Each script begins in an empty namespace.
  static final List<Feature> FEATURES =
      List.of(
          new Feature(
              "xt_set",
              "ipset create probe hash:net && iptables -A INPUT -m set --match-set probe src -j ACCEPT",
              true),
          new Feature("ip6_tables", "ip6tables -A INPUT -j ACCEPT", false),
          new Feature(
              "ip_tables",
              "for t in raw mangle nat filter; do iptables -t $t -A OUTPUT -j RETURN || exit; done",
              true),
          new Feature(
              "xt_conntrack",
              "iptables -A INPUT -m conntrack --ctstate ESTABLISHED -j ACCEPT",
              true),
          new Feature(
              "xt_mark",
              "iptables -A INPUT -m mark --mark 0x1/0x1 -j MARK --set-xmark 0x0/0x1",
              true),
          new Feature(
              "xt_multiport",
              "iptables -A INPUT -p tcp -m multiport --dports 53,80 -j ACCEPT",
              true),
          new Feature("xt_comment", "iptables -A INPUT -m comment --comment probe -j ACCEPT", true),
          new Feature("veth", "ip link add probe0 type veth peer name probe1", true));

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
      terminal.fail(
          feature.needed
              ? "WARNING: Unable to detect the %s module as Loaded/Builtin module or lsmod"
                  .formatted(feature.module)
              : "WARNING: IPv6 will be unavailable as %s kernel module is not found"
                  .formatted(feature.module));
      terminal
          .err()
          .println(
              "Tried: %s\nIt said: %s"
                  .formatted(feature.script, output.text().lines().findFirst().orElse("nothing")));
    }
    result(feature.module, output.succeeded());
    return output.succeeded() || !feature.needed;
  }

  private void result(String what, boolean fit) {
    String verdict = fit ? terminal.screen().green("OK") : terminal.screen().red("FAIL");
    terminal.say("\t\t%-20s\t\t\t\t\t%s".formatted(what, verdict));
  }
}
