package io.margay.agent;

import io.margay.dataplane.ApplyReport;
import io.margay.dataplane.Cleanup;
import io.margay.dataplane.config.DataplaneConfig;
import io.margay.kernel.KernelException;
import io.margay.linux.LinuxKernel;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `margay node cleanup`: takes everything of ours out of this host's kernel.
@Command(
    name = "cleanup",
    description = {
      "Remove every rule, set, route and neighbour entry that an agent wrote on this host.",
      "",
      "Stop the agent first: it would write them again. Afterwards no policy protects workloads, and"
          + " none of them has a route; their interfaces stay. The datastore is not touched: see"
          + " 'calicoctl delete node'."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false)
public final class CleanupCommand implements Callable<Integer> {

  @Option(
      names = "--felix-config",
      paramLabel = "FILE",
      description =
          "Felix's settings, for InterfacePrefix: whose routes to remove (default:"
              + " ${DEFAULT-VALUE})",
      defaultValue = "/etc/calico/felix.cfg")
  Path felixConfig = Path.of("/etc/calico/felix.cfg");

  @Option(
      names = "--run-dir",
      paramLabel = "DIR",
      description = "where the agent's lock is (default: ${DEFAULT-VALUE})",
      defaultValue = "/var/run/calico")
  Path runDirectory = Path.of("/var/run/calico");

  @Spec @Nullable CommandSpec spec;

  @Override
  public Integer call() {
    try {
      Privileges.require();
      // Held while at work, so that no agent starts meanwhile.
      try (RunDirectory held = RunDirectory.open(runDirectory)) {
        held.setReady(false);
        return cleanUp();
      }
    } catch (StartException | KernelException e) {
      System.err.println("margay node cleanup: " + e.getMessage());
      return 1;
    }
  }

  private int cleanUp() {
    DataplaneConfig config =
        new FelixSettingsSource("", Map.copyOf(System.getenv()), felixConfig).resolve().dataplane();
    try (LinuxKernel kernel = LinuxKernel.open()) {
      ApplyReport report =
          Cleanup.run(config, DataplaneRunner.waysInto(kernel, kernel.iptables(), kernel.ipSets()));
      PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
      report.changes().forEach(change -> out.println("Removed: " + change));
      if (report.changes().isEmpty() && report.complete()) {
        out.println("Nothing of ours was there.");
      }
      out.flush();
      if (!report.complete()) {
        report
            .failures()
            .forEach(failure -> System.err.println("margay node cleanup: " + failure.getMessage()));
        return 1;
      }
      return 0;
    }
  }
}
