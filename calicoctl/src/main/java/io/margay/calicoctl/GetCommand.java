package io.margay.calicoctl;

import io.margay.calicoctl.CommandLine.DoesNotFitException;
import io.margay.calicoctl.Connection.CannotConnectException;
import io.margay.calicoctl.Documents.UnusableFileException;
import io.margay.calicoctl.Identifiers.InvalidIdentifierException;
import io.margay.calicoctl.Setting.InvalidSettingException;
import io.margay.calicoctl.output.Columns;
import io.margay.calicoctl.output.Columns.UnknownHeadingException;
import io.margay.calicoctl.output.Listing;
import io.margay.calicoctl.output.OutputFormat;
import io.margay.calicoctl.output.OutputFormat.InvalidFormatException;
import io.margay.calicoctl.output.Printer;
import io.margay.calicoctl.template.TemplateException;
import io.margay.datastore.Datastore;
import io.margay.datastore.DatastoreException;
import io.margay.datastore.Entry;
import io.margay.datastore.Key;
import io.margay.datastore.KeyRange;
import io.margay.model.Kind;
import io.margay.model.MissingIdentifierException;
import io.margay.model.Resource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// `get`: lists resources. Identifiers that are given filter; finding nothing is no failure.
final class GetCommand implements Command {

  @Override
  public List<String> words() {
    return CompletionCommand.kinds();
  }

  @Override
  public CommandSyntax syntax() {
    return CommandSyntax.of(
        Identifiers.SCOPE,
        CommandSyntax.NODE,
        Identifiers.ORCHESTRATOR,
        Identifiers.WORKLOAD,
        CommandSyntax.FILENAME,
        CommandSyntax.oneOf(
            'o',
            "output",
            "ps",
            "wide",
            "yaml",
            "json",
            "custom-columns=",
            "go-template=",
            "go-template-file="),
        CommandSyntax.CONFIG);
  }

  @Override
  public String name() {
    return "get";
  }

  @Override
  public boolean run(CommandLine line, Terminal terminal) throws DoesNotFitException {
    Selection selection = Selection.of(line, Documents.Part.METADATA);
    String output = line.value("output");
    try {
      OutputFormat format = OutputFormat.parse(output == null ? "ps" : output);
      return get(format, selection, line, terminal);
    } catch (InvalidFormatException e) {
      terminal.out().print(e.getMessage());
      terminal.advise(String.valueOf(e.getMessage()), e);
      return false;
    } catch (TemplateException e) {
      terminal.fail("Failed to get resources: " + e.getMessage(), e);
      return false;
    } catch (UnusableFileException e) {
      terminal.fail("Failed to execute command: " + e.getMessage(), e);
      return false;
    } catch (CannotConnectException e) {
      terminal.fail("Failed to create Calico API client: " + e.getMessage(), e);
      return false;
    } catch (InvalidIdentifierException | DatastoreException e) {
      terminal.fail("Failed to get resources: " + e.getMessage(), e);
      return false;
    } catch (UnknownHeadingException e) {
      terminal.fail(String.valueOf(e.getMessage()), e);
      return false;
    }
  }

  private static boolean get(
      OutputFormat format, Selection selection, CommandLine line, Terminal terminal)
      throws TemplateException,
          UnusableFileException,
          InvalidIdentifierException,
          CannotConnectException,
          UnknownHeadingException {
    OutputFormat complete =
        format instanceof OutputFormat.GoTemplateFile(String filename)
            ? new OutputFormat.GoTemplate(Documents.template(filename, terminal))
            : format;
    Printer printer = new Printer(complete);
    List<Resource> wanted = selection.read(terminal);
    if (wanted.isEmpty()) {
      terminal.fail("No resources specified in file");
      return false;
    }
    if (complete instanceof OutputFormat.CustomColumns(List<String> headings)) {
      for (Resource identifiers : wanted) {
        Columns.check(identifiers.kind(), headings);
      }
    }
    try (Datastore store = Connection.open(line, terminal)) {
      List<Listing> listings = new ArrayList<>();
      for (Resource identifiers : wanted) {
        listings.add(new Listing(identifiers.kind(), find(identifiers, store)));
      }
      terminal.out().print(printer.print(listings, name -> setting(name, store)));
    }
    return true;
  }

  private static List<Resource> find(Resource identifiers, Datastore store) {
    // Pools from older versions may be stored under another spelling of the same network.
    if (identifiers.kind() != Kind.IP_POOL) {
      try {
        Optional<Entry<Resource>> one = store.get(new Key.ForResource(identifiers.key()));
        return one.isPresent() ? List.of(one.get().value()) : List.of();
      } catch (MissingIdentifierException e) {
        // Several may be meant.
      }
    }
    List<Resource> found = new ArrayList<>();
    for (Entry<Resource> entry : store.list(new KeyRange.Resources(identifiers.kind()))) {
      if (Identifiers.match(identifiers, entry.value())) {
        found.add(entry.value());
      }
    }
    return found;
  }

  private static String setting(String name, Datastore store) {
    try {
      return Setting.find(name, null, null).get(store);
    } catch (InvalidSettingException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }
}
