package io.margay.supervisor;

import io.margay.agent.report.ReportClient;
import io.margay.calicoctl.Calicoctl;
import io.margay.calicoctl.Terminal;
import io.margay.datastore.Datastore;
import io.margay.datastore.DatastoreConfig;
import io.margay.datastore.DatastoreException;
import io.margay.datastore.Datastores;
import io.margay.datastore.Entry;
import io.margay.datastore.Key;
import io.margay.model.Kind;
import io.margay.supervisor.HostPrograms.Output;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// `calicoctl node diags`: what helps to find out what is wrong, in one archive. A step that fails
/// is told, and the others go on.
final class DiagsCommand {

  private static final Duration LIMIT = Duration.ofSeconds(5);

  /// Settings that are nobody else's business. What a datastore of this generation holds has no
  /// other secrets.
  private static final Pattern SECRET =
      Pattern.compile(
          "password|passwd|secret|token|private|keyfile|key_file", Pattern.CASE_INSENSITIVE);

  private record Step(String told, List<String> command, String file) {}

  private static final List<Step> STEPS =
      List.of(
          new Step("Dumping netstat", List.of("ss", "--all", "--numeric"), "netstat"),
          new Step(
              "Dumping routes (IPv4)",
              List.of("ip", "-4", "route", "show", "table", "all"),
              "ipv4_route"),
          new Step(
              "Dumping routes (IPv6)",
              List.of("ip", "-6", "route", "show", "table", "all"),
              "ipv6_route"),
          new Step("Dumping routing rules", List.of("ip", "rule"), "ip_rule"),
          new Step("Dumping interface info (IPv4)", List.of("ip", "-4", "addr"), "ipv4_addr"),
          new Step("Dumping interface info (IPv6)", List.of("ip", "-6", "addr"), "ipv6_addr"),
          new Step("Dumping links", List.of("ip", "-d", "-s", "link"), "links"),
          new Step("Dumping neighbours", List.of("ip", "neigh"), "neighbours"),
          new Step("Dumping forwarding entries", List.of("bridge", "fdb"), "fdb"),
          new Step("Dumping queues", List.of("tc", "-s", "qdisc"), "qdisc"),
          new Step("Dumping iptables (IPv4)", List.of("iptables-save", "-c"), "ipv4_tables"),
          new Step("Dumping iptables (IPv6)", List.of("ip6tables-save", "-c"), "ipv6_tables"),
          new Step("Dumping ipsets", List.of("ipset", "list"), "ipsets"),
          new Step("Dumping connections", List.of("conntrack", "-L"), "conntrack"),
          new Step(
              "Copying journal for calico-node.service",
              List.of("journalctl", "-u", "calico-node.service", "--no-pager"),
              "journalctl_calico_node"));

  private final Path logDirectory;
  private final Path runDirectory;
  private final Path config;
  private final HostPrograms programs;
  private final Terminal terminal;

  DiagsCommand(
      Path logDirectory, Path runDirectory, Path config, HostPrograms programs, Terminal terminal) {
    this.logDirectory = logDirectory;
    this.runDirectory = runDirectory;
    this.config = config;
    this.programs = programs;
    this.terminal = terminal;
  }

  boolean run() throws InterruptedException {
    terminal.say("Collecting diagnostics");
    try {
      Path temporary = Files.createTempDirectory("calico");
      terminal.say("Using temp dir: " + temporary);
      Path bundle = Files.createDirectory(temporary.resolve("diagnostics"));
      for (Step step : STEPS) {
        terminal.say(step.told);
        store(bundle.resolve(step.file), programs.output(step.command));
      }
      terminal.say("Dumping agent state");
      store(bundle.resolve("agent_state.json"), agentState());
      terminal.say("Dumping datastore");
      store(bundle.resolve("datastore"), datastore());
      terminal.say("Copying Calico logs");
      copyLogs(Files.createDirectory(bundle.resolve("logs")));
      return pack(temporary);
    } catch (IOException | UncheckedIOException e) {
      throw new RefusedException("diagnostics cannot be collected: " + e.getMessage(), e);
    }
  }

  private void store(Path file, Output output) throws IOException {
    if (!output.succeeded()) {
      terminal.say("Failed: " + output.text().strip());
    }
    Files.writeString(file, output.text());
  }

  private Output agentState() throws InterruptedException {
    try {
      return new Output(true, ReportClient.askText(runDirectory, LIMIT));
    } catch (IOException | TimeoutException e) {
      return new Output(
          false, "no agent answers in %s: %s".formatted(runDirectory, e.getMessage()));
    }
  }

  /// All resources as documents, then everything else by its key.
  private Output datastore() {
    StringBuilder text = new StringBuilder();
    for (Kind kind : Kind.values()) {
      text.append("# ").append(kind).append('\n').append(documents(kind));
    }
    try (Datastore store =
        Datastores.openBriefly(DatastoreConfig.load(config, terminal.environment()))) {
      text.append("# settings, blocks and statuses\n");
      for (Entry<?> entry : store.snapshot().entries()) {
        if (!(entry.key() instanceof Key.ForResource)) {
          text.append(shown(entry)).append('\n');
        }
      }
      return new Output(true, text.toString());
    } catch (DatastoreException e) {
      return new Output(false, text.append(e.getMessage()).append('\n').toString());
    }
  }

  private String documents(Kind kind) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    PrintStream print = new PrintStream(out, true, StandardCharsets.UTF_8);
    Map<String, String> environment = new HashMap<>(terminal.environment());
    environment.put("CALICOCTL_CONFIG", config.toString());
    Calicoctl.run(
        new String[] {"get", kind.toString(), "-o", "yaml"},
        environment,
        InputStream.nullInputStream(),
        print,
        print);
    return out.toString(StandardCharsets.UTF_8);
  }

  static String shown(Entry<?> entry) {
    String key = entry.key().toString();
    String value = SECRET.matcher(key).find() ? "(left out)" : String.valueOf(entry.value());
    return key + " = " + value;
  }

  private void copyLogs(Path to) throws IOException {
    copy(logDirectory, to);
    copy(runDirectory, to);
  }

  /// Files that are no logs, such as sockets and locks, stay.
  private void copy(Path from, Path to) throws IOException {
    if (!Files.isDirectory(from)) {
      terminal.say("Failed: there is no directory " + from);
      return;
    }
    try (Stream<Path> files = Files.list(from)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
        if (name.contains(".log") || name.endsWith(".out")) {
          Files.copy(file, to.resolve(file.getFileName().toString()));
        }
      }
    }
  }

  private boolean pack(Path temporary) {
    String time =
        DateTimeFormatter.ofPattern("yyyyMMdd_HHmmss")
            .format(LocalDateTime.now(ZoneId.systemDefault()));
    Path archive = temporary.resolve("diags-" + time + ".tar.gz");
    Output packed =
        programs.output(
            List.of("tar", "-czf", archive.toString(), "-C", temporary.toString(), "diagnostics"));
    terminal.say("");
    if (!packed.succeeded()) {
      terminal.fail(
          "The archive cannot be made: %s. What was collected is in %s"
              .formatted(packed.text(), temporary.resolve("diagnostics")));
      return false;
    }
    terminal.say("Diags saved to " + archive);
    terminal.say(
        "It has addresses, names and rules of this network: look through it before you hand it to others.");
    return true;
  }
}
