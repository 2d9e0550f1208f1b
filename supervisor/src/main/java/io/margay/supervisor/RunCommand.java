package io.margay.supervisor;

import io.margay.calicoctl.CommandLine;
import io.margay.calicoctl.Connection;
import io.margay.calicoctl.Connection.CannotConnectException;
import io.margay.calicoctl.Terminal;
import io.margay.datastore.Datastore;
import io.margay.datastore.DatastoreException;
import io.margay.datastore.Key;
import io.margay.linux.CommandIptables.Flavour;
import io.margay.linux.LinuxKernel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/// `calicoctl node run`: prepares the host, registers the node, starts its agent and waits until it
/// is ready.
final class RunCommand {

  /// Calico v1.1 gave its container 10 s. A busy machine may need more to start a JVM.
  private static final Duration START_LIMIT = Duration.ofSeconds(60);

  private static final Duration DATASTORE_RETRY = Duration.ofSeconds(1);

  private final CommandLine line;
  private final Terminal terminal;
  private final Path home;

  RunCommand(CommandLine line, Terminal terminal, Path home) {
    this.line = line;
    this.terminal = terminal;
    this.home = home;
  }

  /// @throws RefusedException with the reason
  boolean run() throws InterruptedException {
    RunOptions options =
        RunOptions.parse(line, terminal.environment(), Connection.configFile(line, terminal));
    for (String option : options.withoutEffect()) {
      terminal
          .err()
          .println("--" + option + " has no effect: there is no container, and no docker network.");
    }
    AgentProcess agent = new AgentProcess(home, options.runDirectory());
    return switch (options.mode()) {
      case DRY_RUN -> dryRun(options, agent);
      case UNIT -> printUnit(options, agent);
      case PREPARE, FOREGROUND, BACKGROUND -> {
        Superuser.require();
        yield start(options, agent);
      }
    };
  }

  private boolean dryRun(RunOptions options, AgentProcess agent) {
    terminal.say("Use the following command to start the agent:");
    terminal.say("");
    terminal.say(shown(agent.supervisedWords(options)));
    terminal.say("");
    terminal.say("Use the --init-system flag to print a unit of systemd instead, which starts the");
    terminal.say("agent with the host and keeps it running.");
    return true;
  }

  private boolean printUnit(RunOptions options, AgentProcess agent) {
    SystemdUnit unit = new SystemdUnit(options, agent.agentWords(options), home);
    terminal.out().print(unit.text(terminal.environment()));
    if (!terminal.environment().getOrDefault("ETCD_PASSWORD", "").isEmpty()) {
      terminal
          .err()
          .println(
              "ETCD_PASSWORD is not in the unit, which everyone may read. Put it into a file"
                  + " that root alone may read, and name it with EnvironmentFile= in the unit.");
    }
    return true;
  }

  private boolean start(RunOptions options, AgentProcess agent) throws InterruptedException {
    try (LinuxKernel kernel = LinuxKernel.open(Flavour.SYSTEM)) {
      if (terminal.environment().getOrDefault("CALICO_CTL_CONTAINER", "").isEmpty()) {
        new HostPreparation(kernel.sysctls(), new HostPrograms(), terminal::say).prepare();
      }
      if (options.mode() == RunOptions.Mode.BACKGROUND) {
        terminal.say("Stopping old agent of this node (if running).");
        agent.stop();
        terminal.say("Running the following command to start the agent:");
        terminal.say("");
        terminal.say(shown(agent.supervisedWords(options)));
        terminal.say("");
        terminal.say("The node is registered first, checking progress logs.");
        terminal.say("");
      }
      if (!register(options, new LinuxHostNetwork(kernel.links()))) {
        return false;
      }
    }
    return switch (options.mode()) {
      case PREPARE, DRY_RUN, UNIT -> true;
      case FOREGROUND -> agent.runInForeground(options) == 0;
      case BACKGROUND -> startInBackground(options, agent);
    };
  }

  /// What goes wrong here ended the container of Calico v1.1, with these words.
  private boolean register(RunOptions options, HostNetwork host) throws InterruptedException {
    try (Datastore store = openStore()) {
      new NodeStartup(store, host, terminal.environment(), terminal::say).run(options);
      return true;
    } catch (RefusedException | DatastoreException | CannotConnectException e) {
      terminal.fail("ERROR: " + e.getMessage(), e);
      terminal.fail("Terminating");
      return false;
    }
  }

  private Datastore openStore() throws CannotConnectException {
    if (!terminal.environment().getOrDefault("WAIT_FOR_DATASTORE", "").equals("true")) {
      terminal.say("Skipping datastore connection test");
      return Connection.open(line, terminal);
    }
    terminal.say("Checking datastore connection");
    while (true) {
      try {
        Datastore store = Connection.open(line, terminal);
        try {
          store.get(new Key.Ready());
          terminal.say("Datastore connection verified");
          return store;
        } catch (DatastoreException e) {
          store.close();
          throw e;
        }
      } catch (CannotConnectException e) {
        if (!(e.getCause() instanceof DatastoreException.Unavailable)) {
          throw e; // waiting does not mend what is configured wrongly
        }
        tryAgain(e);
      } catch (DatastoreException e) {
        tryAgain(e);
      }
    }
  }

  private void tryAgain(Exception reason) {
    terminal.say("WARNING: no datastore yet, trying again: " + reason.getMessage());
    LockSupport.parkNanos(DATASTORE_RETRY.toNanos());
  }

  private boolean startInBackground(RunOptions options, AgentProcess agent) {
    Process supervisor = agent.start(options);
    return switch (agent.awaitReady(supervisor, START_LIMIT)) {
      case AgentProcess.Start.Ready _ -> {
        terminal.say("Calico node started successfully");
        yield true;
      }
      case AgentProcess.Start.Ended(String output) -> {
        agent.stop();
        terminal
            .out()
            .print(output.lines().limit(20).map(each -> each + "\n").reduce("", String::concat));
        yield ended(options);
      }
      case AgentProcess.Start.Slow _ -> {
        terminal.say(
            "The agent runs, and after %d s does not have the kernel as the datastore wants it. It goes on trying."
                .formatted(START_LIMIT.toSeconds()));
        yield ended(options);
      }
    };
  }

  private boolean ended(RunOptions options) {
    terminal.fail(
        "Error executing command: calico/node has terminated, check logs for details: "
            + options.logDirectory().resolve("margay-node.log"));
    return false;
  }

  /// As a shell takes it.
  private static String shown(List<String> words) {
    return String.join(
        " ",
        words.stream()
            .map(word ->
                word.matches("[A-Za-z0-9_./:=,@%+-]+")
                    ? word
                    : "'" + word.replace("'", "'\\''") + "'")
            .toList());
  }
}
