package io.margay.linux;

import io.margay.kernel.KernelException;
import io.margay.linux.CommandIptables.Flavour;
import io.margay.linux.netlink.NetlinkClient;
import io.margay.net.IpFamily;
import io.margay.net.Ipv4Address;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// What the data plane needs of a host, and which of it this host lacks. Nothing is changed, except
/// that the kernel may load a module it is asked about.
///
/// @param ipv6 whether the kernel speaks IPv6 in this network namespace
/// @param missing what is missing, most needed first; empty on a host that is ready
public record Prerequisites(boolean ipv6, List<Missing> missing) {

  private static final Path PROC_SYS = Path.of("/proc/sys");

  public Prerequisites {
    missing = List.copyOf(missing);
  }

  /// Something that is not there.
  ///
  /// @param what the program or kernel feature
  /// @param remedy what the reader can do
  public record Missing(String what, String remedy) {

    /// One line for a log or a terminal.
    @Override
    public String toString() {
      return what + ". " + remedy;
    }
  }

  /// Looks at the host and the calling thread's network namespace.
  public static Prerequisites probe(Flavour flavour) {
    return probe(flavour, new Programs(), PROC_SYS);
  }

  static Prerequisites probe(Flavour flavour, Programs programs, Path procSys) {
    boolean ipv6 = Files.isDirectory(procSys.resolve("net/ipv6"));
    List<Missing> missing = new ArrayList<>();
    for (IpFamily family : ipv6 ? IpFamily.values() : new IpFamily[] {IpFamily.IPV4}) {
      String save = flavour.program(family, "save");
      String restore = flavour.program(family, "restore");
      missingProgram(restore, "rules cannot be written").ifPresent(missing::add);
      missingProgram(save, "rules cannot be read")
          .or(() ->
              refused(programs, List.of(save, "-t", "raw"), "CONFIG_IP_NF_RAW, CONFIG_IP6_NF_RAW"))
          .or(() ->
              refused(
                  programs,
                  List.of(save, "-t", "filter"),
                  "CONFIG_IP_NF_FILTER, CONFIG_IP6_NF_FILTER"))
          .or(() ->
              refused(programs, List.of(save, "-t", "nat"), "CONFIG_IP_NF_NAT, CONFIG_IP6_NF_NAT"))
          .ifPresent(missing::add);
    }
    missingProgram("ipset", "sets of addresses cannot be written")
        .or(() -> refused(programs, List.of("ipset", "list", "-name"), "CONFIG_IP_SET"))
        .ifPresent(missing::add);
    connectionTracking().ifPresent(missing::add);
    if (!ipv6) {
      missing.add(
          new Missing(
              "IPv6 is not available; only IPv4 workloads will be connected",
              "If they need it, remove ipv6.disable=1 from the kernel's command line"));
    }
    return new Prerequisites(ipv6, missing);
  }

  private static Optional<Missing> connectionTracking() {
    try (NetlinkClient client = NetlinkClient.openNetfilter()) {
      new NetlinkConntrack(client).delete(Set.of(Ipv4Address.ANY));
      return Optional.empty();
    } catch (KernelException e) {
      return Optional.of(
          new Missing(
              "Connections outlive the policy that allowed them: " + e.getMessage(),
              "Run as root, on a kernel with CONFIG_NF_CT_NETLINK"));
    }
  }

  private static Optional<Missing> missingProgram(String name, String consequence) {
    return Programs.find(name).isPresent()
        ? Optional.empty()
        : Optional.of(
            new Missing(
                "The program %s is missing: %s".formatted(name, consequence),
                "Install the Debian package " + Programs.debianPackage(name)));
  }

  /// A program that is there and cannot do the simplest thing lacks its part of the kernel, or the
  /// right to speak to it.
  private static Optional<Missing> refused(
      Programs programs, List<String> command, String kernelOption) {
    String said;
    try {
      Programs.Result result = programs.run(command, "");
      if (result.succeeded()) {
        return Optional.empty();
      }
      said = result.stderr().strip();
    } catch (KernelException e) {
      said = String.valueOf(e.getMessage());
    }
    return Optional.of(
        new Missing(
            "'%s' fails: %s".formatted(String.join(" ", command), said),
            "Run as root, on a kernel with " + kernelOption));
  }
}
