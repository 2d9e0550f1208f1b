package io.margay.calicoctl;

import io.margay.calicoctl.log.LogLevel;
import io.margay.datastore.Datastore;
import io.margay.datastore.DatastoreConfig;
import io.margay.datastore.DatastoreException;
import io.margay.datastore.Datastores;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/// Opens the datastore that the configuration file, or else the environment, names.
public final class Connection {

  /// Where the configuration file is unless `--config` says; several setups on one machine then
  /// need no option in each command.
  private static final String CONFIG_VARIABLE = "CALICOCTL_CONFIG";

  private Connection() {}

  /// There is no datastore to work on. The message says why; the cause is a [DatastoreException] if
  /// the store itself refused.
  public static final class CannotConnectException extends Exception {
    private static final long serialVersionUID = 1;

    CannotConnectException(Exception reason) {
      super(reason.getMessage(), reason);
    }
  }

  /// The configuration file that is meant, whether there is one or not.
  public static Path configFile(CommandLine line, Terminal terminal) {
    String given = line.value("config");
    if (given == null) {
      given = terminal.environment().get(CONFIG_VARIABLE);
    }
    return given == null || given.isEmpty() ? DatastoreConfig.DEFAULT_FILE : Path.of(given);
  }

  /// A datastore in words: its type and place, and as whom it is asked. No password.
  static String describe(DatastoreConfig config) {
    return switch (config) {
      case DatastoreConfig.Embedded(Path path) -> "embedded at " + path;
      case DatastoreConfig.Etcd etcd ->
          etcd.api()
              + " at "
              + String.join(",", etcd.endpoints())
              + (etcd.credentials() == null ? "" : " as user " + etcd.credentials().username());
    };
  }

  public static Datastore open(CommandLine line, Terminal terminal) throws CannotConnectException {
    try {
      Path file = configFile(line, terminal);
      DatastoreConfig config = config(line, terminal);
      terminal.log(
          LogLevel.INFO,
          "datastore: %s (chosen by %s)"
              .formatted(
                  describe(config),
                  Files.exists(file)
                      ? "the file " + file
                      : "the environment or by default, as there is no file " + file));
      return Datastores.openBriefly(config);
    } catch (DatastoreException | InvalidPathException e) {
      throw new CannotConnectException(e);
    }
  }

  private static DatastoreConfig config(CommandLine line, Terminal terminal) {
    Path file = configFile(line, terminal);
    try {
      return DatastoreConfig.load(file, terminal.environment());
    } catch (DatastoreException e) {
      if (Files.exists(file)) {
        terminal.err().println("The config file is " + file + ".");
      }
      throw e;
    }
  }
}
