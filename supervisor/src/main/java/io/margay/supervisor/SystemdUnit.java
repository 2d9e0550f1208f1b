package io.margay.supervisor;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// A unit that has systemd prepare the host and keep the agent running (systemd.service(5)).
record SystemdUnit(RunOptions options, List<String> agentWords, Path home) {

  String text(Map<String, String> environment) {
    StringBuilder unit = new StringBuilder();
    unit.append("[Unit]\nDescription=Calico node ").append(options.name());
    unit.append("\nWants=network-online.target\nAfter=network-online.target\n\n[Service]\n");
    unit.append("Type=notify\nTimeoutStartSec=infinity\nWatchdogSec=60\n");
    new TreeMap<>(environment)
        .forEach((name, value) -> {
          if (isDatastoreSetting(name)) {
            unit.append("Environment=").append(quoted(name + "=" + value)).append('\n');
          }
        });
    unit.append("ExecStartPre=").append(joined(prepareWords())).append('\n');
    unit.append("ExecStart=").append(joined(agentWords)).append('\n');
    // A JVM that is stopped by SIGTERM says so in its exit code, 128 + 15; that is no failure.
    unit.append("SuccessExitStatus=143\nRestart=always\nRestartSec=1\n\n");
    unit.append("[Install]\nWantedBy=multi-user.target\n");
    return unit.toString();
  }

  /// Where the datastore is. Secrets are left out: units are readable by everyone.
  static boolean isDatastoreSetting(String name) {
    String plain = name.startsWith("CALICO_") ? name.substring("CALICO_".length()) : name;
    return (plain.equals("DATASTORE_TYPE")
            || plain.equals("EMBEDDED_PATH")
            || plain.startsWith("ETCD_"))
        && !plain.equals("ETCD_PASSWORD");
  }

  private List<String> prepareWords() {
    List<String> words = new ArrayList<>();
    words.add(home.resolve("bin/calicoctl").toString());
    words.addAll(List.of("node", "run", "--prepare", "--name=" + options.name()));
    addAddress(words, "ip", options.ipv4());
    addAddress(words, "ip6", options.ipv6());
    if (options.asNumber() != null) {
      words.add("--as=" + options.asNumber());
    }
    if (!options.bgp()) {
      words.add("--backend=none");
    }
    if (!options.defaultPools()) {
      words.add("--no-default-ippools");
    }
    words.add("--config=" + options.config());
    return words;
  }

  private static void addAddress(List<String> words, String option, RunOptions.Address address) {
    if (address.given() != null) {
      words.add("--" + option + "=" + address.given().text());
    } else if (address.wanted()) {
      words.add("--" + option + "=autodetect");
    }
    if (!(address.method() instanceof Detection.FirstFound)) {
      words.add("--" + option + "-autodetection-method=" + address.method());
    }
  }

  private static String joined(List<String> words) {
    return String.join(" ", words.stream().map(SystemdUnit::quoted).toList());
  }

  /// As systemd.syntax(7) reads it: `%` begins a specifier, and `$` a variable.
  private static String quoted(String word) {
    String escaped = word.replace("\\", "\\\\").replace("\"", "\\\"").replace("%", "%%");
    escaped = escaped.replace("$", "$$");
    return word.matches("[A-Za-z0-9_./:=,@+-]+") ? escaped : "\"" + escaped + "\"";
  }
}
