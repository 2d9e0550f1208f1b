package io.margay.supervisor;

import io.margay.kernel.KernelException;
import io.margay.kernel.Sysctls;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/// Makes this host one that forwards packets and remembers many connections.
final class HostPreparation {

  private static final List<String> MODULES = List.of("xt_set", "ip6_tables");
  private static final String CONNTRACK_LIMIT = "net/netfilter/nf_conntrack_max";
  private static final long CONNECTIONS = 1_000_000;

  /// Runs a program; what it complained about, empty if it did not.
  interface Runner {
    Optional<String> run(List<String> command);
  }

  private final Sysctls sysctls;
  private final Runner programs;
  private final Consumer<String> say;

  HostPreparation(Sysctls sysctls, Runner programs, Consumer<String> say) {
    this.sysctls = sysctls;
    this.programs = programs;
    this.say = say;
  }

  /// @throws RefusedException if the host will not forward
  void prepare() {
    loadModules();
    forward("IPv4", "net/ipv4/ip_forward");
    if (sysctls.read("net/ipv6/conf/all/forwarding").isPresent()) {
      forward("IPv6", "net/ipv6/conf/all/forwarding");
    }
    raiseConnectionLimit();
  }

  /// A kernel may have them built in, and then there is nothing to load.
  private void loadModules() {
    say.accept("Running command to load modules: modprobe -a " + String.join(" ", MODULES));
    programs
        .run(List.of("modprobe", "-a", "xt_set", "ip6_tables"))
        .ifPresent(problem ->
            say.accept(
                "WARNING: modules were not loaded: %s. Going on, as the kernel may have them built in; 'calicoctl node checksystem' tries them out"
                    .formatted(inOneLine(problem))));
  }

  /// Without the words that modprobe(8) puts before each line.
  private static String inOneLine(String problem) {
    return problem
        .lines()
        .map(line -> line.strip().replaceFirst("^modprobe: ([A-Z]+: )?", ""))
        .filter(line -> !line.isEmpty())
        .collect(Collectors.joining("; "));
  }

  private void forward(String family, String path) {
    say.accept("Enabling " + family + " forwarding");
    if (sysctls.read(path).equals(Optional.of("1"))) {
      return;
    }
    try {
      sysctls.write(path, "1");
    } catch (KernelException e) {
      throw new RefusedException(
          "unable to enable %s forwarding: %s".formatted(family, e.getMessage()), e);
    }
  }

  /// Only the first network namespace may change it. A higher limit stays.
  private void raiseConnectionLimit() {
    say.accept("Increasing conntrack limit");
    Optional<String> now = sysctls.read(CONNTRACK_LIMIT);
    try {
      if (now.isEmpty() || Long.parseLong(now.get().strip()) < CONNECTIONS) {
        sysctls.write(CONNTRACK_LIMIT, Long.toString(CONNECTIONS));
      }
    } catch (KernelException | NumberFormatException e) {
      say.accept(
          "WARNING: the conntrack limit stays at %s: %s"
              .formatted(now.orElse("what it is"), e.getMessage()));
    }
  }
}
