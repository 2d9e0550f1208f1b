package io.margay.calicoctl;

import io.margay.calicoctl.CommandLine.DoesNotFitException;
import io.margay.calicoctl.Connection.CannotConnectException;
import io.margay.datastore.Datastore;
import io.margay.datastore.DatastoreException;
import io.margay.ipam.check.Finding;
import io.margay.ipam.check.IpamCheck;
import io.margay.ipam.check.IpamRepair;
import io.margay.ipam.check.UndoFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// `ipam check`: what is wrong with the addresses that were given out, and putting it right.
record IpamCheckCommand() implements Command {

  private static final Duration GRACE = Duration.ofSeconds(60);

  private static final DateTimeFormatter FILE_TIME =
      DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss").withZone(ZoneOffset.UTC);

  @Override
  public String name() {
    return "ipam check";
  }

  @Override
  public CommandSyntax syntax() {
    return CommandSyntax.of(
        CommandSyntax.flag(null, "repair"),
        CommandSyntax.valued(null, "grace"),
        CommandSyntax.file("undo-file"),
        CommandSyntax.file("undo"),
        CommandSyntax.CONFIG);
  }

  @Override
  public boolean run(CommandLine line, Terminal terminal) throws DoesNotFitException {
    line.requirePositionals(0, 0, "no further words");
    String undo = line.value("undo");
    boolean repair = line.has("repair");
    if (undo != null && (repair || line.has("undo-file") || line.has("grace"))) {
      throw new DoesNotFitException("--undo stands alone");
    }
    if (!repair && (line.has("undo-file") || line.has("grace"))) {
      throw new DoesNotFitException("--undo-file and --grace belong to --repair");
    }
    Duration grace = grace(line.value("grace"));
    try (Datastore store = Connection.open(line, terminal)) {
      if (undo != null) {
        return undo(Path.of(undo), store, terminal);
      }
      IpamCheck.Report report = IpamCheck.check(store);
      if (!repair || report.findings().stream().noneMatch(Finding::isRepairable)) {
        return tell(report, terminal);
      }
      return repair(report, grace, undoFile(line.value("undo-file")), store, terminal);
    } catch (CannotConnectException e) {
      terminal.fail(String.valueOf(e.getMessage()), e);
    } catch (DatastoreException | UncheckedIOException | InvalidPathException e) {
      terminal.fail("Error: " + e.getMessage(), e);
    }
    return false;
  }

  private static Duration grace(@Nullable String text) throws DoesNotFitException {
    if (text == null) {
      return GRACE;
    }
    if (!text.matches("[0-9]{1,5}")) {
      throw new DoesNotFitException("--grace is '" + text + "', expected seconds: 0 to 99999");
    }
    return Duration.ofSeconds(Long.parseLong(text));
  }

  private static Path undoFile(@Nullable String given) {
    return Path.of(
        given != null ? given : "calicoctl-ipam-undo-" + FILE_TIME.format(Instant.now()) + ".txt");
  }

  private static boolean tell(IpamCheck.Report report, Terminal terminal) {
    report.findings().forEach(finding -> terminal.say(finding.told()));
    long repairable = report.findings().stream().filter(Finding::isRepairable).count();
    long notes = report.findings().stream().filter(Finding::isNote).count();
    long problems = report.findings().size() - notes;
    String looked =
        "Looked at %d block(s) with %d address(es) in use: "
            .formatted(report.blocks(), report.inUse());
    terminal.say(
        looked
            + (problems == 0
                ? "nothing is wrong."
                : "%d problem(s), of which --repair can put right %d."
                    .formatted(problems, repairable))
            + (notes == 0
                ? ""
                : " To keep IPAM from giving out addresses that were written by hand: 'calicoctl ipam"
                    + " configure --reserve=<CIDR>'."));
    return problems == 0;
  }

  private static boolean repair(
      IpamCheck.Report first, Duration grace, Path file, Datastore store, Terminal terminal) {
    if (grace.isPositive()) {
      terminal.say(
          "Found %d problem(s). Looking again in %d s, as an address that is just being given out looks like a leak."
              .formatted(
                  first.findings().stream().filter(finding -> !finding.isNote()).count(),
                  grace.toSeconds()));
      try {
        Thread.sleep(grace);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        terminal.fail("Interrupted; nothing is changed.");
        return false;
      }
    }
    List<Finding> confirmed = new ArrayList<>(IpamCheck.check(store).findings());
    confirmed.retainAll(first.findings());
    try (UndoFile undo = UndoFile.create(file)) {
      var repairs = new IpamRepair(store, undo);
      var outcome = repairs.repair(confirmed);
      outcome.repaired().forEach(finding -> terminal.say("repaired: " + finding.told()));
      terminal.say(
          "Repaired %d problem(s). 'calicoctl ipam check --undo=%s' takes that back."
              .formatted(outcome.repaired().size(), file));
    } catch (FileAlreadyExistsException e) {
      terminal.fail("Error: the undo file " + file + " exists. Name another one with --undo-file");
      return false;
    } catch (IOException e) {
      terminal.fail(
          "Error: the undo file %s cannot be written (%s). Name another one with --undo-file"
              .formatted(file, e));
      return false;
    }
    return tell(IpamCheck.check(store), terminal);
  }

  private static boolean undo(Path file, Datastore store, Terminal terminal) {
    try {
      var undone = UndoFile.undo(file, store);
      undone
          .leftAlone()
          .forEach(path -> terminal.say("left alone, as it has changed since: " + path));
      terminal.say("Restored %d value(s).".formatted(undone.restored().size()));
      return undone.leftAlone().isEmpty();
    } catch (NoSuchFileException e) {
      terminal.fail("Error: there is no undo file " + file);
    } catch (IOException | IllegalArgumentException e) {
      terminal.fail("Error: %s cannot be read: %s".formatted(file, e.getMessage()));
    }
    return false;
  }
}
