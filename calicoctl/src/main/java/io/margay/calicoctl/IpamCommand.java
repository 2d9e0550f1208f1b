package io.margay.calicoctl;

import io.margay.calicoctl.CommandLine.DoesNotFitException;
import io.margay.calicoctl.Connection.CannotConnectException;
import io.margay.datastore.Datastore;
import io.margay.datastore.DatastoreException;
import io.margay.datastore.Entry;
import io.margay.datastore.ipam.AllocationBlock;
import io.margay.ipam.Ipam;
import io.margay.net.IpAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.stream.Collectors;

/// `ipam show` and `ipam release`: who has an address, and taking it back.
record IpamCommand(Action action) implements Command {

  enum Action {
    SHOW("show"),
    RELEASE("release");

    private final String word;

    Action(String word) {
      this.word = word;
    }
  }

  @Override
  public String name() {
    return "ipam " + action.word;
  }

  @Override
  public CommandSyntax syntax() {
    return CommandSyntax.of(CommandSyntax.valued(null, "ip"), CommandSyntax.CONFIG);
  }

  @Override
  public boolean run(CommandLine line, Terminal terminal) throws DoesNotFitException {
    line.requirePositionals(0, 0, "no further words");
    String text = line.value("ip");
    if (text == null) {
      throw new DoesNotFitException("--ip=<IP> is missing");
    }
    IpAddress address;
    try {
      address = IpAddress.parse(text);
    } catch (IllegalArgumentException e) {
      terminal.fail("Error executing command: invalid IP address specified: " + text);
      return false;
    }
    try (Datastore store = Connection.open(line, terminal)) {
      return switch (action) {
        case SHOW -> show(address, store, terminal);
        case RELEASE -> release(address, store, terminal);
      };
    } catch (CannotConnectException e) {
      terminal.fail(String.valueOf(e.getMessage()), e);
      return false;
    } catch (DatastoreException e) {
      terminal.fail("Error: " + e.getMessage(), e);
      return false;
    }
  }

  private static boolean show(IpAddress address, Datastore store, Terminal terminal) {
    Optional<Entry<AllocationBlock>> block = new Ipam(store).find(address);
    if (block.isEmpty()) {
      terminal.say(address + " is not assigned");
      return true;
    }
    AllocationBlock.Attribute attribute = block.get().value().attribute(address);
    if (attribute == null) {
      terminal.say("IP " + address + " is not currently assigned in block");
    } else if (attribute.secondary().isEmpty()) {
      terminal.say("No attributes defined for IP " + address);
    } else {
      terminal.say(goMap(attribute.secondary()));
    }
    return true;
  }

  /// A map as Go prints it.
  private static String goMap(SortedMap<String, String> map) {
    return map.entrySet().stream()
        .map((Map.Entry<String, String> each) -> each.getKey() + ":" + each.getValue())
        .collect(Collectors.joining(" ", "map[", "]"));
  }

  private static boolean release(IpAddress address, Datastore store, Terminal terminal) {
    if (!new Ipam(store).releaseAddresses(List.of(address)).released().isEmpty()) {
      terminal.say("Successfully released IP address " + address);
      return true;
    }
    terminal.fail("IP address " + address + " is not assigned");
    return false;
  }
}
