package io.margay.datastore;

import io.margay.datastore.Datastore.Change;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// Another process that uses the store: what it does is its first argument, what it has done it
/// prints line by line.
public final class StoreProcess implements AutoCloseable {

  /// Setting number `i` of a writer.
  static Key.FelixSetting setting(String writer, int i) {
    return new Key.FelixSetting(null, writer + "-" + i);
  }

  private final Process process;
  private final BufferedReader output;

  private StoreProcess(Process process) {
    this.process = process;
    this.output = process.inputReader(StandardCharsets.UTF_8);
  }

  /// @param environment tells which store
  public static StoreProcess start(Map<String, String> environment, String... arguments) {
    return start(StoreProcess.class, environment, arguments);
  }

  public static StoreProcess start(
      Class<?> main, Map<String, String> environment, String... arguments) {
    return start(List.of(), main, environment, arguments);
  }

  /// @param wrapper a command that runs the command it is given
  public static StoreProcess start(
      List<String> wrapper, Class<?> main, Map<String, String> environment, String... arguments) {
    List<String> command = new ArrayList<>(wrapper);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "--enable-native-access=ALL-UNNAMED", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    command.addAll(List.of(arguments));
    var builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
    builder.environment().putAll(environment);
    try {
      return new StoreProcess(builder.start());
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /// The next line it prints.
  public String line() {
    try {
      String line = output.readLine();
      if (line == null) {
        throw new AssertionError("the process ended with status " + process.waitFor());
      }
      return line;
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /// What it still prints until it has ended well.
  public List<String> remainingLines() {
    try {
      var lines = output.readAllLines();
      if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
        throw new AssertionError("the process did not end well, after " + lines);
      }
      return lines;
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /// kill -9; what it had printed before is returned.
  public List<String> kill() {
    try {
      process.toHandle().destroyForcibly(); // unlike Process, leaves its output readable
      var lines = output.readAllLines();
      process.waitFor();
      return lines;
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }

  static void main(String[] arguments) throws IOException {
    var out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    var config = DatastoreConfig.load(Path.of("/nonexistent"), System.getenv());
    try (var store = Datastores.open(config)) {
      switch (arguments[0]) {
        case "increment" ->
            out.println(DatastoreContract.increment(store, Integer.parseInt(arguments[1])));
        case "write" -> write(store, out, arguments[1], Integer.parseInt(arguments[2]));
        case "get-and-set" -> getAndSet(store, out, arguments[1]);
        case "watch" -> {
          try (var _ = store.watch(Long.parseLong(arguments[1]), new Printer(out))) {
            out.println("watching");
            System.in.read();
          }
        }
        default -> throw new IllegalArgumentException(arguments[0]);
      }
    }
  }

  /// Writes values 0, 1, 2… to a handful of settings and prints each once it is stored.
  private static void write(Datastore store, PrintStream out, String writer, int count) {
    for (int i = 0; i < count; i++) {
      store.apply(setting(writer, i % 5), Integer.toString(i));
      out.println(i);
    }
  }

  private static void getAndSet(Datastore store, PrintStream out, String value) {
    out.println(store.get(DatastoreContract.SETTING).orElseThrow().value());
    try {
      store.apply(DatastoreContract.SETTING, value);
      out.println("set");
    } catch (DatastoreException e) {
      out.println(e.getMessage());
    }
  }

  private record Printer(PrintStream out) implements Datastore.WatchListener {
    @Override
    public void onChanges(List<Change> changes) {
      for (var change : changes) {
        if (change instanceof Change.Put(var entry)) {
          out.println(entry.revision() + " " + entry.key() + " " + entry.value());
        } else {
          out.println(change.revision() + " " + change);
        }
      }
    }

    @Override
    public void onLost(String reason) {
      out.println("lost: " + reason);
    }
  }
}
