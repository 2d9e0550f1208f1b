package io.margay.calicoctl;

import io.margay.calicoctl.CommandLine.DoesNotFitException;
import io.margay.datastore.DatastoreConfig;
import io.margay.datastore.DatastoreError;
import io.margay.datastore.DatastoreException;
import io.margay.datastore.DatastoreException.Misconfigured;
import io.margay.datastore.DatastoreProvider.Stay;
import io.margay.datastore.Datastores;
import io.margay.datastore.migration.Migration;
import io.margay.datastore.migration.Migration.Outcome;
import io.margay.datastore.path.PathStore;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// `datastore migrate`: copies everything from one datastore to another.
final class MigrateCommand implements Command {

  /// How many paths are named before the rest is only counted.
  private static final int NAMED = 20;

  private static final int PROGRESS_STEP = 100;

  @Override
  public String name() {
    return "datastore migrate";
  }

  @Override
  public CommandSyntax syntax() {
    return CommandSyntax.of(
        CommandSyntax.file("from"),
        CommandSyntax.file("to"),
        CommandSyntax.flag(null, "dry-run"),
        CommandSyntax.flag(null, "keep-locked"));
  }

  @Override
  public boolean run(CommandLine line, Terminal terminal) throws DoesNotFitException {
    line.requirePositionals(0, 0, "no further words");
    try {
      DatastoreConfig from = config(line, "from");
      DatastoreConfig to = config(line, "to");
      if (isSame(from, to)) {
        terminal.fail(
            "Both files name the same datastore (%s). Nothing was changed."
                .formatted(Connection.describe(from)));
        return false;
      }
      terminal.say("From " + Connection.describe(from));
      terminal.say("to   " + Connection.describe(to));
      try (PathStore source = Datastores.openPaths(from, Stay.LONG);
          PathStore target = Datastores.openPaths(to, Stay.LONG)) {
        return migrate(source, target, line, terminal);
      }
    } catch (DatastoreException | InvalidPathException e) {
      terminal.fail("Failed to migrate: " + e.getMessage(), e);
      return false;
    }
  }

  private static DatastoreConfig config(CommandLine line, String option)
      throws DoesNotFitException {
    String file = line.value(option);
    if (file == null || file.isEmpty()) {
      throw new DoesNotFitException("--" + option + "=<FILE> is missing");
    }
    Path path = Path.of(file);
    if (!Files.exists(path)) {
      throw new Misconfigured(
          DatastoreError.DATASTORE_CONFIG,
          "there is no file %s. --%s takes a config file as --config does of other commands."
              .formatted(path, option));
    }
    // The file alone counts, not what the environment says of the one or the other.
    return DatastoreConfig.load(path, Map.of());
  }

  private static boolean isSame(DatastoreConfig from, DatastoreConfig to) {
    if (from instanceof DatastoreConfig.Etcd one && to instanceof DatastoreConfig.Etcd other) {
      return one.api() == other.api()
          && one.endpoints().stream().anyMatch(other.endpoints()::contains);
    }
    return from.equals(to);
  }

  private static boolean migrate(
      PathStore source, PathStore target, CommandLine line, Terminal terminal) {
    int[] told = new int[1];
    Migration.Progress progress =
        (done, of) -> {
          int step = done / PROGRESS_STEP * PROGRESS_STEP;
          if (step != told[0]) {
            told[0] = step;
            terminal.screen().progress(terminal.err(), "Copied", step, of);
          }
          if (done == of) {
            terminal.screen().endProgress(terminal.err(), of);
          }
        };
    Migration migration = new Migration(source, target, line.has("keep-locked"), progress);
    return tell(line.has("dry-run") ? migration.look() : migration.run(), line, terminal);
  }

  private static boolean tell(Outcome outcome, CommandLine line, Terminal terminal) {
    return switch (outcome) {
      case Outcome.Possible(int missing, int alreadyThere, int expiring) -> {
        terminal.say(
            "%d value(s) would be copied, %d are there already. Nothing was changed."
                .formatted(missing, alreadyThere));
        tellExpiring(expiring, terminal);
        yield true;
      }
      case Outcome.Done(int written, int total, int expiring) -> {
        terminal.say(
            "Successfully migrated: %d value(s) copied now, %d in all, read back and equal."
                .formatted(written, total));
        tellExpiring(expiring, terminal);
        if (line.has("keep-locked")) {
          terminal.say("The source's ready flag is off, so agents that still use it wait.");
        }
        yield true;
      }
      case Outcome.NotCarried(var objections) -> {
        terminal.fail(
            "The target cannot hold %d value(s) of the source. Nothing was changed."
                .formatted(objections.size()));
        list(objections.stream().map(each -> each.path() + " " + each.reason()).toList(), terminal);
        terminal.say("Change or delete them at the source, or choose another target.");
        yield false;
      }
      case Outcome.Occupied(var paths, var claimedBy) -> {
        terminal.fail(
            claimedBy == null
                ? "The target is in use: it is not empty. Nothing was changed."
                : "The target is in use: the migration of %s to it has begun. Nothing was changed."
                    .formatted(claimedBy));
        list(paths, terminal);
        terminal.say("Choose an empty target, or empty this one if nobody needs it.");
        yield false;
      }
      case Outcome.Unsettled(var paths) -> {
        terminal.fail(
            "The stores are not equal yet: others kept writing to them. The target is not ready.");
        list(paths, terminal);
        terminal.say("Have the others stop, then run the same command again.");
        yield false;
      }
    };
  }

  private static void tellExpiring(int expiring, Terminal terminal) {
    if (expiring > 0) {
      terminal.say(
          "Left out: %d status(es) of agents, which expire and are reported again."
              .formatted(expiring));
    }
  }

  private static void list(List<String> lines, Terminal terminal) {
    lines.stream().limit(NAMED).forEach(each -> terminal.say("  " + each));
    if (lines.size() > NAMED) {
      terminal.say("  and %d more".formatted(lines.size() - NAMED));
    }
  }
}
