package io.margay.calicoctl;

import io.margay.calicoctl.CommandLine.DoesNotFitException;
import io.margay.calicoctl.Connection.CannotConnectException;
import io.margay.calicoctl.Documents.UnusableFileException;
import io.margay.calicoctl.Identifiers.InvalidIdentifierException;
import io.margay.calicoctl.log.LogLevel;
import io.margay.cluster.ResourceWriter;
import io.margay.datastore.Datastore;
import io.margay.datastore.DatastoreException;
import io.margay.model.Kind;
import io.margay.model.MissingIdentifierException;
import io.margay.model.Profile;
import io.margay.model.Resource;
import io.margay.model.ResourceKey;
import io.margay.model.WorkloadEndpoint;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// `create`, `apply`, `replace` and `delete`: they handle the resources of a file one by one, in
/// order, and stop at the first that fails. What was done until then stays done.
record WriteCommand(Verb verb) implements Command {

  enum Verb {
    CREATE("create", "created"),
    APPLY("apply", "applied"),
    REPLACE("replace", "replaced"),
    DELETE("delete", "deleted");

    private final String infinitive;
    private final String participle;

    Verb(String infinitive, String participle) {
      this.infinitive = infinitive;
      this.participle = participle;
    }
  }

  private static final String SKIP_EXISTS = "skip-exists";
  private static final String SKIP_NOT_EXISTS = "skip-not-exists";

  @Override
  public List<String> words() {
    return verb == Verb.DELETE ? CompletionCommand.kinds() : List.of();
  }

  @Override
  public CommandSyntax syntax() {
    return switch (verb) {
      case CREATE ->
          CommandSyntax.of(
              CommandSyntax.FILENAME, CommandSyntax.flag(null, SKIP_EXISTS), CommandSyntax.CONFIG);
      case APPLY, REPLACE -> CommandSyntax.of(CommandSyntax.FILENAME, CommandSyntax.CONFIG);
      case DELETE ->
          CommandSyntax.of(
              Identifiers.SCOPE,
              CommandSyntax.NODE,
              Identifiers.ORCHESTRATOR,
              Identifiers.WORKLOAD,
              CommandSyntax.FILENAME,
              CommandSyntax.flag('s', SKIP_NOT_EXISTS),
              CommandSyntax.CONFIG);
    };
  }

  @Override
  public String name() {
    return verb.infinitive;
  }

  @Override
  public boolean run(CommandLine line, Terminal terminal) throws DoesNotFitException {
    Selection selection = selection(line);
    List<Resource> resources;
    try {
      resources = selection.read(terminal);
    } catch (UnusableFileException | InvalidIdentifierException e) {
      terminal.fail("Failed to execute command: " + e.getMessage(), e);
      return false;
    }
    if (resources.isEmpty()) {
      terminal.fail("No resources specified in file");
      return false;
    }
    try (Datastore store = Connection.open(line, terminal)) {
      return writeAll(resources, line, new ResourceWriter(store), terminal);
    } catch (CannotConnectException e) {
      terminal.fail("Failed to create Calico API client: " + e.getMessage(), e);
      return false;
    }
  }

  private Selection selection(CommandLine line) throws DoesNotFitException {
    if (verb == Verb.DELETE) {
      return Selection.of(line, Documents.Part.METADATA);
    }
    line.requirePositionals(0, 0, "no further words");
    if (!line.has("filename")) {
      throw new DoesNotFitException("--filename=<FILENAME> is missing");
    }
    return Selection.of(line, Documents.Part.WHOLE);
  }

  private boolean writeAll(
      List<Resource> resources, CommandLine line, ResourceWriter writer, Terminal terminal) {
    Kind kind = commonKind(resources);
    int total = resources.size();
    for (int done = 0; done < total; done++) {
      Resource resource = resources.get(done);
      Problem problem = write(resource, line, writer);
      if (problem != null) {
        terminal.screen().endProgress(terminal.err(), total);
        terminal.fail(failure(problem.text, done, total, kind), problem.cause);
        return false;
      }
      terminal.screen().progress(terminal.err(), verb.participle, done + 1, total);
      terminal.log(
          LogLevel.INFO, verb.participle + " " + resource.kind() + " " + (done + 1) + "/" + total);
    }
    terminal.screen().endProgress(terminal.err(), total);
    terminal.say(success(verb.participle, resources));
    return true;
  }

  static String success(String participle, List<Resource> resources) {
    Kind kind = commonKind(resources);
    return "Successfully "
        + participle
        + " "
        + resources.size()
        + (kind == null ? "" : " '" + kind + "'")
        + " resource(s)";
  }

  private record Problem(@Nullable String text, RuntimeException cause) {}

  /// @return what went wrong; null if nothing did
  private @Nullable Problem write(Resource resource, CommandLine line, ResourceWriter writer) {
    ResourceKey key = null;
    try {
      Resource complete = verb == Verb.CREATE ? named(resource) : resource;
      key = complete.key();
      switch (verb) {
        case CREATE -> writer.create(complete);
        case APPLY -> writer.apply(complete);
        case REPLACE -> writer.replace(complete);
        case DELETE -> writer.delete(key);
      }
      return null;
    } catch (DatastoreException.AlreadyExists e) {
      return line.has(SKIP_EXISTS)
          ? null
          : new Problem("resource already exists: " + shown(resource, key), e);
    } catch (DatastoreException.DoesNotExist e) {
      return line.has(SKIP_NOT_EXISTS)
          ? null
          : new Problem("resource does not exist: " + shown(resource, key), e);
    } catch (DatastoreException | MissingIdentifierException e) {
      return new Problem(e.getMessage(), e);
    }
  }

  /// A workload endpoint without a name gets one of its own when it is created.
  static Resource named(Resource resource) {
    if (resource instanceof WorkloadEndpoint(var metadata, var spec, var state, var instance)
        && (metadata.name() == null || metadata.name().isEmpty())) {
      return new WorkloadEndpoint(
          new WorkloadEndpoint.Metadata(
              UUID.randomUUID().toString(),
              metadata.workload(),
              metadata.orchestrator(),
              metadata.node(),
              metadata.labels()),
          spec,
          state,
          instance);
    }
    return resource;
  }

  /// Calico v1.1 decides whether a profile exists by its tags, and its messages say so. They are
  /// kept, since scripts match them.
  private String shown(Resource resource, @Nullable ResourceKey key) {
    return resource instanceof Profile profile && verb != Verb.DELETE
        ? "ProfileTags(name=" + profile.metadata().name() + ")"
        : String.valueOf(key);
  }

  private String failure(@Nullable String problem, int done, int total, @Nullable Kind kind) {
    if (done > 0) {
      return "Partial success: "
          + verb.participle
          + " the first "
          + done
          + " out of "
          + total
          + (kind == null ? "" : " '" + kind + "'")
          + " resources:\nHit error: "
          + problem;
    }
    return "Failed to "
        + verb.infinitive
        + (total == 1 ? "" : " any")
        + (kind == null ? "" : " '" + kind + "'")
        + (total == 1 ? " resource: " : " resources: ")
        + problem;
  }

  /// The one kind of all resources, or null if there are several.
  private static @Nullable Kind commonKind(List<Resource> resources) {
    Kind first = resources.getFirst().kind();
    for (Resource resource : resources) {
      if (resource.kind() != first) {
        return null;
      }
    }
    return first;
  }
}
