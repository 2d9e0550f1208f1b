package io.margay.lab;

import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Stream;

/// Where a lab keeps its files: who holds it, its datastore, and the configuration, log and run
/// directories of its nodes.
///
/// @param root not below `/run`, which is private inside the lab
record LabDirectory(Path root) {

  /// `/var/lib/margay/lab` for root, else `margay/lab` below `$XDG_STATE_HOME` (`~/.local/state`).
  static LabDirectory standard(Map<String, String> environment) {
    String chosen = environment.get("MARGAY_LAB_DIR");
    if (chosen != null && !chosen.isEmpty()) {
      return new LabDirectory(Path.of(chosen).toAbsolutePath());
    }
    if ("root".equals(System.getProperty("user.name"))) {
      return new LabDirectory(Path.of("/var/lib/margay/lab"));
    }
    String state = environment.get("XDG_STATE_HOME");
    Path base =
        state != null && !state.isEmpty()
            ? Path.of(state)
            : Path.of(System.getProperty("user.home"), ".local", "state");
    return new LabDirectory(base.resolve("margay").resolve("lab"));
  }

  Path datastore() {
    return root.resolve("datastore.db");
  }

  /// Data and logs of etcd's members.
  Path etcd() {
    return root.resolve("etcd");
  }

  Path calicoctlConfig() {
    return root.resolve("calicoctl.cfg");
  }

  Path holderLog() {
    return root.resolve("holder.log");
  }

  /// Configuration, log and run directory of one node.
  Path node(String name) {
    return root.resolve(name);
  }

  private Path record() {
    return root.resolve("lab.properties");
  }

  void create() {
    try {
      Files.createDirectories(root);
    } catch (IOException e) {
      throw new LabException(
          "cannot create %s: %s. Name another directory in MARGAY_LAB_DIR."
              .formatted(root, e.getMessage()),
          e);
    }
  }

  /// Remembers who holds the lab, so that later commands find it.
  void write(String topology, LabDatastore datastore, Holder holder) {
    Properties properties = new Properties();
    properties.setProperty("topology", topology);
    properties.setProperty("datastore", datastore.type());
    if (datastore instanceof LabDatastore.Etcd etcd) {
      properties.setProperty("etcd.members", Integer.toString(etcd.members()));
    }
    properties.setProperty("holder.pid", Long.toString(holder.pid()));
    properties.setProperty("holder.started", holder.startedAt().toString());
    properties.setProperty("holder.rootless", Boolean.toString(holder.rootless()));
    try (Writer writer = Files.newBufferedWriter(record())) {
      properties.store(writer, null);
    } catch (IOException e) {
      throw new LabException("cannot write %s: %s".formatted(record(), e.getMessage()), e);
    }
  }

  /// @param topology its name
  record Running(String topology, LabDatastore datastore, Holder holder) {}

  /// What an earlier command remembered; empty if no lab is up.
  Optional<Running> read() {
    if (!Files.exists(record())) {
      return Optional.empty();
    }
    Properties properties = new Properties();
    try (Reader reader = Files.newBufferedReader(record())) {
      properties.load(reader);
      return Optional.of(
          new Running(
              properties.getProperty("topology"),
              LabDatastore.parse(
                  properties.getProperty("datastore"),
                  Integer.parseInt(properties.getProperty("etcd.members", "1"))),
              new Holder(
                  Long.parseLong(properties.getProperty("holder.pid")),
                  Instant.parse(properties.getProperty("holder.started")),
                  Boolean.parseBoolean(properties.getProperty("holder.rootless")))));
    } catch (IOException | RuntimeException e) {
      throw new LabException(
          "cannot read %s: %s. Remove the directory if no lab is running."
              .formatted(record(), e.getMessage()),
          e);
    }
  }

  /// Removes the directory and all that is in it.
  void delete() {
    if (!Files.exists(root)) {
      return;
    }
    try (Stream<Path> paths = Files.walk(root)) {
      List<Path> deepestFirst = paths.sorted(Comparator.reverseOrder()).toList();
      for (Path path : deepestFirst) {
        Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      throw new LabException("cannot remove %s: %s".formatted(root, e.getMessage()), e);
    }
  }
}
