package io.margay.calicoctl;

import io.margay.calicoctl.CommandLine.DoesNotFitException;
import io.margay.calicoctl.Connection.CannotConnectException;
import io.margay.calicoctl.Setting.InvalidSettingException;
import io.margay.datastore.Datastore;
import io.margay.datastore.DatastoreException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// `config set`, `config unset`, `config get`: settings that are no resources.
final class ConfigCommand implements Command {

  @Override
  public CommandSyntax syntax() {
    return CommandSyntax.of(
        CommandSyntax.NODE, CommandSyntax.oneOf(null, "raw", "bgp", "felix"), CommandSyntax.CONFIG);
  }

  @Override
  public String name() {
    return "config";
  }

  @Override
  public List<String> words() {
    return List.of(
        "get", "set", "unset", "nodeToNodeMesh", "asNumber", "ipip", "logLevel", "on", "off");
  }

  @Override
  public boolean run(CommandLine line, Terminal terminal) throws DoesNotFitException {
    String action = line.positional(0);
    if (action == null) {
      throw new DoesNotFitException("expected set, unset or get");
    }
    switch (action) {
      case "set" -> line.requirePositionals(3, 3, "set <NAME> <VALUE>");
      case "unset", "get" -> line.requirePositionals(2, 2, action + " <NAME>");
      default -> throw new DoesNotFitException("expected set, unset or get, not '" + action + "'");
    }
    try {
      Setting setting =
          Setting.find(String.valueOf(line.positional(1)), line.value("node"), line.value("raw"));
      // Refused before anything is asked of the store.
      String value = line.positional(2);
      if (value != null) {
        setting.check(value);
      }
      String answer = perform(action, setting, value, line, terminal);
      if (answer != null) {
        terminal.say(answer);
      }
      return true;
    } catch (CannotConnectException e) {
      terminal.fail(String.valueOf(e.getMessage()), e);
      return false;
    } catch (InvalidSettingException | DatastoreException e) {
      terminal.fail("Error executing command: " + e.getMessage(), e);
      return false;
    }
  }

  /// @return what to print; null for nothing
  private static @Nullable String perform(
      String action, Setting setting, @Nullable String value, CommandLine line, Terminal terminal)
      throws CannotConnectException, InvalidSettingException {
    try (Datastore store = Connection.open(line, terminal)) {
      if (action.equals("get")) {
        return setting.get(store);
      }
      if (value != null) {
        setting.set(store, value);
      } else {
        setting.unset(store);
      }
      return null;
    }
  }
}
