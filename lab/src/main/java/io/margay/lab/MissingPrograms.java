package io.margay.lab;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/// Looks for the programs a lab and its agents run, before anything is built.
final class MissingPrograms {

  /// Each program and the Debian package that has it.
  private static final Map<String, String> PACKAGES =
      Map.copyOf(
          Map.of(
              "ip", "iproute2",
              "unshare", "util-linux",
              "nsenter", "util-linux",
              "setsid", "util-linux",
              "sysctl", "procps",
              "iptables", "iptables",
              "ip6tables", "iptables",
              "ipset", "ipset",
              "conntrack", "conntrack",
              "ping", "iputils-ping"));

  private static final List<String> SYSTEM_DIRECTORIES = List.of("/usr/sbin", "/sbin");

  private MissingPrograms() {}

  static void check(LabDatastore datastore) {
    Map<String, String> packages = new TreeMap<>(PACKAGES);
    if (datastore instanceof LabDatastore.Etcd) {
      packages.put("etcd", "etcd-server");
    }
    TreeSet<String> missing =
        packages.keySet().stream()
            .filter(program -> !isThere(program))
            .collect(Collectors.toCollection(TreeSet::new));
    if (!missing.isEmpty()) {
      throw new LabException(
          "missing on this machine: %s. Install them: apt-get install %s"
              .formatted(
                  String.join(", ", missing),
                  missing.stream().map(packages::get).distinct().collect(Collectors.joining(" "))));
    }
  }

  private static boolean isThere(String program) {
    String path = System.getenv().getOrDefault("PATH", "");
    return List.of(path.split(":")).stream().anyMatch(dir -> isExecutable(dir, program))
        || SYSTEM_DIRECTORIES.stream().anyMatch(dir -> isExecutable(dir, program));
  }

  private static boolean isExecutable(String directory, String program) {
    return Files.isExecutable(Path.of(directory.isEmpty() ? "." : directory, program));
  }
}
