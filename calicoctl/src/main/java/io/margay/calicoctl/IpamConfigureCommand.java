package io.margay.calicoctl;

import io.margay.calicoctl.CommandLine.DoesNotFitException;
import io.margay.calicoctl.Connection.CannotConnectException;
import io.margay.datastore.Datastore;
import io.margay.datastore.DatastoreException;
import io.margay.datastore.ipam.IpamSettings;
import io.margay.ipam.Ipam;
import io.margay.net.IpPrefix;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// `ipam configure`: how addresses are given out.
record IpamConfigureCommand() implements Command {

  private static final String STRICT = "strict-affinity";
  private static final String AUTO = "auto-allocate-blocks";

  @Override
  public String name() {
    return "ipam configure";
  }

  @Override
  public CommandSyntax syntax() {
    return CommandSyntax.of(
        CommandSyntax.oneOf(null, STRICT, "true", "false"),
        CommandSyntax.oneOf(null, AUTO, "true", "false"),
        new CommandSyntax.Option(null, "reserve", new CommandSyntax.Value.Text(), true),
        new CommandSyntax.Option(null, "unreserve", new CommandSyntax.Value.Text(), true),
        CommandSyntax.CONFIG);
  }

  @Override
  public boolean run(CommandLine line, Terminal terminal) throws DoesNotFitException {
    line.requirePositionals(0, 0, "no further words");
    Boolean strict = flag(line, STRICT);
    Boolean auto = flag(line, AUTO);
    List<IpPrefix> reserve = networks(line, "reserve");
    List<IpPrefix> unreserve = networks(line, "unreserve");
    try (Datastore store = Connection.open(line, terminal)) {
      var outcome =
          new Ipam(store)
              .configure(old -> {
                List<IpPrefix> reserved = new ArrayList<>(old.reservedCidrs());
                reserved.addAll(reserve);
                reserved.removeAll(unreserve);
                return new IpamSettings(
                    strict == null ? old.strictAffinity() : strict,
                    auto == null ? old.autoAllocateBlocks() : auto,
                    reserved);
              });
      return switch (outcome) {
        case Ipam.Configuration.Done(var settings) -> {
          terminal.say("StrictAffinity: " + settings.strictAffinity());
          terminal.say("AutoAllocateBlocks: " + settings.autoAllocateBlocks());
          terminal.say(
              "Reserved: "
                  + (settings.reservedCidrs().isEmpty()
                      ? "nothing"
                      : settings.reservedCidrs().stream()
                          .map(IpPrefix::toString)
                          .collect(Collectors.joining(", "))));
          yield true;
        }
        case Ipam.Configuration.Refused(var reason) -> {
          terminal.fail("Error: " + reason);
          yield false;
        }
      };
    } catch (CannotConnectException e) {
      terminal.fail(String.valueOf(e.getMessage()), e);
    } catch (DatastoreException e) {
      terminal.fail("Error: " + e.getMessage(), e);
    }
    return false;
  }

  private static @Nullable Boolean flag(CommandLine line, String option)
      throws DoesNotFitException {
    String text = line.value(option);
    return switch (text) {
      case null -> null;
      case "true" -> true;
      case "false" -> false;
      default ->
          throw new DoesNotFitException(
              "--%s is '%s', expected true or false".formatted(option, text));
    };
  }

  private static List<IpPrefix> networks(CommandLine line, String option)
      throws DoesNotFitException {
    List<IpPrefix> networks = new ArrayList<>();
    for (String text : line.values(option)) {
      try {
        networks.add(IpPrefix.parse(text).masked());
      } catch (IllegalArgumentException e) {
        throw new DoesNotFitException(
            "--%s is '%s', expected an address or a network".formatted(option, text));
      }
    }
    return networks;
  }
}
