package io.margay.lab;

import io.margay.lab.LabDirectory.Running;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `margay lab`: build a network, look at it, play with it, remove it.
@Command(
    name = "lab",
    description = "Build whole networks on this machine, in network namespaces.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      LabCommand.Up.class,
      LabCommand.Down.class,
      LabCommand.Show.class,
      LabCommand.Exec.class
    },
    footer = {
      "",
      "Example:",
      "  margay lab up seed --datastore etcdv3",
      "  margay lab exec slave1-frontend1 -- ping -c 1 172.16.1.3",
      "  margay lab down"
    })
public final class LabCommand {

  private LabCommand() {}

  /// Has `exec` leave everything after its place unread, as it is for the command to run.
  public static void configure(CommandLine commandLine) {
    if (commandLine.getCommandSpec().userObject() instanceof Exec) {
      commandLine.setStopAtPositional(true);
    }
    commandLine.getSubcommands().values().forEach(LabCommand::configure);
  }

  /// Directory of the installation: `bin` and `examples` are in it.
  private static Path home() {
    String home = System.getenv("MARGAY_HOME");
    if (home == null || home.isEmpty()) {
      throw new LabException(
          "MARGAY_HOME is not set, so the programs and examples cannot be found. Start the lab by"
              + " bin/margay, which sets it.");
    }
    return Path.of(home);
  }

  private static int reported(PrintStream err, Callable<Integer> work) throws Exception {
    try {
      return work.call();
    } catch (LabException e) {
      err.println("margay lab: " + e.getMessage() + " [" + LabException.LAB_FAILED + "]");
      return 1;
    }
  }

  private static Lab running() {
    LabDirectory directory = LabDirectory.standard(System.getenv());
    Running running =
        directory
            .read()
            .orElseThrow(() -> new LabException("no lab is up. Build one: margay lab up seed"));
    if (!running.holder().isAlive()) {
      throw new LabException(
          "the lab is gone: its process %d has ended. Remove the rest: margay lab down"
              .formatted(running.holder().pid()));
    }
    return new Lab(
        topology(running.topology()), running.datastore(), running.holder(), directory, home());
  }

  private static Topology topology(String name) {
    Topology topology = Topology.named(name);
    if (topology == null) {
      throw new LabException(
          "there is no topology '%s'. These exist: %s"
              .formatted(
                  name,
                  Topology.all().stream().map(Topology::name).collect(Collectors.joining(", "))));
    }
    return topology;
  }

  @Command(
      name = "up",
      description = "Build a network, start its agents, create its resources.",
      mixinStandardHelpOptions = true)
  static final class Up implements Callable<Integer> {
    @Parameters(
        arity = "0..1",
        paramLabel = "TOPOLOGY",
        defaultValue = "seed",
        description = "which network (default: seed)")
    String name = "seed";

    @Option(
        names = "--datastore",
        paramLabel = "TYPE",
        defaultValue = "embedded",
        description =
            "what the agents share: embedded, etcdv3 or etcdv2; etcd is started in the lab"
                + " (default: embedded)")
    String datastore = "embedded";

    @Option(
        names = "--etcd-members",
        paramLabel = "COUNT",
        defaultValue = "1",
        description = "how many members etcd has: 1, 3, 5 or 7 (default: 1)")
    int etcdMembers = 1;

    @Override
    public Integer call() throws Exception {
      return reported(System.err, this::up);
    }

    private int up() {
      Topology topology = topology(name);
      LabDirectory directory = LabDirectory.standard(System.getenv());
      Optional<Running> before = directory.read();
      if (before.isPresent() && before.get().holder().isAlive()) {
        throw new LabException(
            "lab '%s' is up already. Remove it first: margay lab down"
                .formatted(before.get().topology()));
      }
      LabDatastore store = LabDatastore.parse(datastore, etcdMembers);
      MissingPrograms.check(store);
      directory.delete();
      Progress progress = new Progress(System.out, Style.ofTerminal());
      progress.heading("Building lab '" + topology.name() + "'");
      Lab.up(topology, store, directory, home(), progress);
      System.out.println(
          """

          The lab is up. Places: %s
            margay lab show                         listings, who reaches whom, the rules
            margay lab exec PLACE -- COMMAND...     run something there
            margay lab down                         remove everything\
          """
              .formatted(topology.places().collect(Collectors.joining(", "))));
      return 0;
    }
  }

  @Command(
      name = "down",
      description = "Remove the lab: every process, namespace and file of it.",
      mixinStandardHelpOptions = true)
  static final class Down implements Callable<Integer> {
    @Override
    public Integer call() throws Exception {
      return reported(System.err, Down::down);
    }

    private static int down() {
      LabDirectory directory = LabDirectory.standard(System.getenv());
      Optional<Running> running = directory.read();
      running.ifPresent(lab -> lab.holder().stop());
      directory.delete();
      System.out.println(running.isPresent() ? "The lab is removed." : "No lab is up.");
      return 0;
    }
  }

  @Command(
      name = "show",
      description = "Show what is configured, who reaches whom, and the rules that decide it.",
      mixinStandardHelpOptions = true)
  static final class Show implements Callable<Integer> {
    @Option(names = "--reach", description = "only who reaches whom, and the rules")
    boolean reachOnly;

    @Override
    public Integer call() throws Exception {
      return reported(System.err, this::show);
    }

    private int show() {
      LabShow show = new LabShow(running(), System.out, Style.ofTerminal());
      if (reachOnly) {
        show.decisions();
      } else {
        show.everything();
      }
      return 0;
    }
  }

  @Command(
      name = "exec",
      description = "Run a command on a host or in a workload; its exit code is ours.",
      mixinStandardHelpOptions = true,
      footer = {"", "Example: margay lab exec slave1 -- calicoctl get node"})
  static final class Exec implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "PLACE", description = "a host or workload of the lab")
    String place = "";

    @Parameters(index = "1..*", arity = "1..*", paramLabel = "COMMAND", description = "what to run")
    List<String> command = new ArrayList<>();

    @Override
    public Integer call() throws Exception {
      return reported(System.err, this::exec);
    }

    private int exec() throws IOException, InterruptedException {
      Lab lab = running();
      if (lab.topology().places().noneMatch(place::equals)) {
        throw new LabException(
            "there is no place '%s' in lab '%s'. Places: %s"
                .formatted(
                    place,
                    lab.topology().name(),
                    lab.topology().places().collect(Collectors.joining(", "))));
      }
      List<String> words =
          command.getFirst().equals("--") ? command.subList(1, command.size()) : command;
      if (words.isEmpty()) {
        throw new LabException(
            "no command. For example: margay lab exec " + place + " -- ip route");
      }
      ProcessBuilder builder = new ProcessBuilder(lab.holder().enter(place, words)).inheritIO();
      builder.environment().putAll(lab.environment());
      // So that 'calicoctl node status' asks the agent of this place.
      builder
          .environment()
          .put("MARGAY_RUN_DIR", lab.directory().node(place).resolve("run").toString());
      builder
          .environment()
          .merge("PATH", home().resolve("bin").toString(), (path, bin) -> bin + ":" + path);
      return builder.start().waitFor();
    }
  }
}
