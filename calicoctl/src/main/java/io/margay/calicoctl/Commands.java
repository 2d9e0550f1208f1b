package io.margay.calicoctl;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// All commands, in the order in which help lists them. The command line, the completion of shells
/// and the reference page know no others.
final class Commands {

  /// Commands of two words, by the first of them.
  static final List<String> GROUPS = List.of("datastore", "ipam", "node");

  static final List<Command> ALL =
      List.of(
          new WriteCommand(WriteCommand.Verb.CREATE),
          new WriteCommand(WriteCommand.Verb.APPLY),
          new WriteCommand(WriteCommand.Verb.REPLACE),
          new WriteCommand(WriteCommand.Verb.DELETE),
          new GetCommand(),
          new ValidateCommand(),
          new ConfigCommand(),
          new IpamCommand(IpamCommand.Action.SHOW),
          new IpamCommand(IpamCommand.Action.RELEASE),
          new IpamCheckCommand(),
          new IpamConfigureCommand(),
          new MigrateCommand(),
          new NodeCommand(NodeProgram.Action.RUN),
          new NodeCommand(NodeProgram.Action.STATUS),
          new NodeCommand(NodeProgram.Action.STOP),
          new NodeCommand(NodeProgram.Action.DIAGS),
          new NodeCommand(NodeProgram.Action.CHECKSYSTEM),
          new CompletionCommand(),
          new VersionCommand());

  private Commands() {}

  /// @param name one word, or two
  static @Nullable Command find(String name) {
    for (Command command : ALL) {
      if (command.name().equals(name)) {
        return command;
      }
    }
    return null;
  }

  static String firstWord(Command command) {
    String name = command.name();
    int blank = name.indexOf(' ');
    return blank < 0 ? name : name.substring(0, blank);
  }

  static boolean isGroup(String word) {
    return GROUPS.contains(word);
  }
}
