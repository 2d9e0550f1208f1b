package io.margay.bench.reflection;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// Measures route reflectors in turns and prints a table.
@Command(
    name = "build/bench-reflection",
    description = {
      "Measure route reflectors side by side, in a network namespace of their own.",
      "",
      "Each is started anew for each case and run; the clients announce distinct prefixes, and"
          + " everything that they are told is checked. What is not there is left out and said."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false)
public final class ReflectionBench implements Callable<Integer> {

  private static final int FIRST_PORT = 17900;

  @Option(
      names = "--cases",
      split = ",",
      paramLabel = "CLIENTSxPREFIXES",
      defaultValue = "100x100,200x250,1000x10,10x50000",
      description = "what to measure (default: ${DEFAULT-VALUE})")
  List<String> cases = new ArrayList<>();

  @Option(
      names = "--daemons",
      split = ",",
      paramLabel = "NAME",
      defaultValue = "margay,bird2,bird16,frr,frr_default,openbgpd,gobgp",
      description = "whom to measure (default: ${DEFAULT-VALUE})")
  List<String> daemons = new ArrayList<>();

  @Option(
      names = "--runs",
      defaultValue = "1",
      description = "how often each is started; medians are shown (default: ${DEFAULT-VALUE})")
  int runs = 1;

  @Option(
      names = "--tables",
      defaultValue = "5",
      description = "how many tables follow the first one (default: ${DEFAULT-VALUE})")
  int tables = 5;

  @Option(
      names = "--changes",
      defaultValue = "200",
      description =
          "how many single routes are withdrawn and announced again, or as many as fit into 5 s"
              + " (default: ${DEFAULT-VALUE})")
  int changes = 200;

  @Option(
      names = "--limit",
      paramLabel = "SECONDS",
      defaultValue = "60",
      description = "the most that a phase may take (default: ${DEFAULT-VALUE})")
  int limitSeconds = 60;

  @Option(
      names = "--home",
      paramLabel = "DIRECTORY",
      required = true,
      hidden = true,
      description = "where Margay is")
  @Nullable Path home;

  @Spec @Nullable CommandSpec spec;

  private int nextPort = FIRST_PORT;

  /// The program.
  public static void main(String[] arguments) {
    System.exit(new CommandLine(new ReflectionBench()).execute(arguments));
  }

  @Override
  public Integer call() {
    List<BenchCase> allCases = new ArrayList<>();
    List<Daemon> present = new ArrayList<>();
    try {
      cases.forEach(each -> allCases.add(BenchCase.parse(each)));
      daemons.forEach(each -> present.add(daemon(each)));
    } catch (IllegalArgumentException e) {
      CommandSpec command = Objects.requireNonNull(spec);
      throw new ParameterException(command.commandLine(), e.getMessage(), e);
    }
    present.removeIf(this::isAbsent);
    if (present.isEmpty()) {
      return 1;
    }
    ResultTable table = new ResultTable();
    boolean complete = true;
    for (BenchCase each : allCases) {
      // Or whichever daemon comes first is measured with clients that have never done this: with
      // 1000 of them that cost more than all the daemon did.
      say("%s: the clients warm up, with a reflector that is not measured ...".formatted(each));
      measure(present.getFirst(), each);
      Map<Daemon, List<Measurement>> measured = new EnumMap<>(Daemon.class);
      for (int run = 0; run < runs; run++) {
        for (Daemon daemon : present) {
          Measurement measurement = measure(daemon, each);
          say("%s, %s: %s".formatted(each, daemon.title(), measurement));
          measured.computeIfAbsent(daemon, _ -> new ArrayList<>()).add(measurement);
          complete &= !Double.isNaN(measurement.convergeSeconds()) || daemon != Daemon.MARGAY;
        }
      }
      measured.forEach((daemon, all) -> table.add(each, daemon, Measurement.median(all)));
    }
    System.out.println(table);
    return complete ? 0 : 1;
  }

  private static Daemon daemon(String name) {
    try {
      return Daemon.valueOf(name.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "'%s' is no daemon, expected some of %s"
              .formatted(name, Arrays.toString(Daemon.values()).toLowerCase(Locale.ROOT)),
          e);
    }
  }

  private Path home() {
    return Objects.requireNonNull(home);
  }

  private boolean isAbsent(Daemon daemon) {
    boolean absent = !Files.isExecutable(daemon.program(home()));
    if (absent) {
      say(
          "%s is left out: no program %s. Run build/bgp-peers.sh, or install it."
              .formatted(daemon.title(), daemon.program(home())));
    }
    return absent;
  }

  private static void say(String text) {
    System.err.println(text);
  }

  /// Starts a daemon, drives it, stops it. Figures that it did not get to are NaN.
  private Measurement measure(Daemon daemon, BenchCase of) {
    double[] figures = new double[9];
    Arrays.fill(figures, Double.NaN);
    try (RunningDaemon running = new RunningDaemon(daemon, home(), of.clients(), nextPort++);
        Load load = new Load(new Plan(of), running.address(), Duration.ofSeconds(limitSeconds))) {
      try {
        drive(load, running.cost(), figures);
      } catch (Load.Failed e) {
        say("%s, %s: %s".formatted(of, daemon.title(), e.getMessage()));
      }
      figures[7] = seconds(running.cost().processorTime());
      figures[8] = running.cost().peakKilobytes() / 1024.0;
    } catch (IOException e) {
      // It has not started, or has ended.
      say("%s, %s: %s".formatted(of, daemon.title(), e.getMessage()));
    }
    return new Measurement(
        figures[0],
        figures[1],
        figures[2],
        figures[3],
        figures[4],
        figures[5],
        figures[6],
        figures[7],
        figures[8]);
  }

  private void drive(Load load, ProcessCost cost, double[] figures) throws IOException {
    load.establish();
    Duration before = cost.processorTime();
    figures[0] = seconds(load.announceAll());
    figures[1] = seconds(cost.processorTime().minus(before));
    double[] withdrawals = new double[tables];
    double[] announcements = new double[tables];
    for (int i = 0; i < tables; i++) {
      withdrawals[i] = seconds(load.withdrawAll());
      announcements[i] = seconds(load.announceAll());
    }
    figures[2] = Measurement.median(withdrawals);
    figures[3] = Measurement.median(announcements);
    long[] times = load.changes(changes, Duration.ofSeconds(5));
    figures[5] = times[(times.length - 1) / 2] / 1e6;
    figures[6] = times[(int) ((times.length - 1) * 0.99)] / 1e6;
    figures[4] = seconds(load.loseClient(0)) * 1e3;
  }

  private static double seconds(Duration duration) {
    return duration.toNanos() / 1e9;
  }
}
