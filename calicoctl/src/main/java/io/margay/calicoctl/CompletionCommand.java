package io.margay.calicoctl;

import io.margay.calicoctl.CommandLine.DoesNotFitException;
import io.margay.calicoctl.CommandSyntax.Option;
import io.margay.calicoctl.CommandSyntax.Value;
import io.margay.model.Kind;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// `completion`: a script that has a shell complete calicoctl's commands, options and their values.
/// It is made from the commands themselves.
final class CompletionCommand implements Command {

  @Override
  public String name() {
    return "completion";
  }

  @Override
  public CommandSyntax syntax() {
    return CommandSyntax.of();
  }

  @Override
  public List<String> words() {
    return List.of("bash", "zsh");
  }

  @Override
  public boolean run(CommandLine line, Terminal terminal) throws DoesNotFitException {
    line.requirePositionals(1, 1, "bash or zsh");
    String shell = String.valueOf(line.positional(0));
    switch (shell) {
      case "bash" -> terminal.out().print(bash());
      case "zsh" -> terminal.out().print(zsh());
      default -> throw new DoesNotFitException("expected bash or zsh, not '" + shell + "'");
    }
    return true;
  }

  private static String zsh() {
    return "#compdef calicoctl\n"
        + "autoload -Uz +X bashcompinit && bashcompinit\n"
        + bash().replaceFirst("^# bash", "# zsh");
  }

  /// Bash splits words at `=` as well, so the value in `--output=wi` is a word of its own. zsh does
  /// not, and wants the whole word back.
  private static String bash() {
    return """
    # bash completion of calicoctl, made by 'calicoctl completion bash'.
    _calicoctl() {
      local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} option=
      if [[ $current == = ]]; then
        current=
      elif [[ $current == --*=* ]]; then
        previous=${current%%=*}
        option=$previous=
        current=${current#*=}
      elif [[ $previous == = ]]; then
        previous=${COMP_WORDS[COMP_CWORD-2]}
      fi
      local command= i
      for ((i = 1; i < COMP_CWORD; i++)); do
        case ${COMP_WORDS[i]} in
          -l | --log-level) ((i++)); [[ ${COMP_WORDS[i]} == = ]] && ((i++)) ;;
          -*) ;;
          *) command=${COMP_WORDS[i]}; break ;;
        esac
      done
      case $command in
        @GROUPS@) if ((COMP_CWORD > i + 1)); then command="$command ${COMP_WORDS[i+1]}"; fi ;;
      esac
      local words= files=
      case $command:$previous in
        *:-l | *:--log-level) words="panic fatal error warn info debug" ;;
    @VALUES@    *)
          case $command in
    @WORDS@      esac ;;
      esac
      if [[ -n $files ]]; then
        compopt -o filenames 2>/dev/null
        COMPREPLY=($(compgen -f -- "$current"))
      else
        COMPREPLY=($(compgen -W "$words" -- "$current"))
        [[ ${#COMPREPLY[@]} == 1 && ${COMPREPLY[0]} == *= ]] && compopt -o nospace 2>/dev/null
      fi
      if [[ -n $option ]]; then
        for ((i = 0; i < ${#COMPREPLY[@]}; i++)); do
          COMPREPLY[i]=$option${COMPREPLY[i]}
        done
      fi
      return 0
    }
    complete -F _calicoctl calicoctl
    """
        .replace("@GROUPS@", String.join(" | ", Commands.GROUPS))
        .replace("@VALUES@", values())
        .replace("@WORDS@", choices());
  }

  /// What follows an option, where something can be suggested.
  private static String values() {
    StringBuilder text = new StringBuilder();
    for (Command command : Commands.ALL) {
      for (Option option : command.syntax().options()) {
        String suggestion =
            switch (option.value()) {
              case Value.None _, Value.Text _ -> "";
              case Value.File _ -> "files=yes";
              case Value.OneOf(var words) -> "words=\"" + String.join(" ", words) + "\"";
            };
        if (!suggestion.isEmpty()) {
          String prefix = "\"" + command.name() + "\":";
          text.append("    ").append(prefix).append("--").append(option.name());
          if (option.letter() != null) {
            text.append(" | ").append(prefix).append('-').append(option.letter());
          }
          text.append(") ").append(suggestion).append(" ;;\n");
        }
      }
    }
    return text.toString();
  }

  /// What may stand where no value is expected.
  private static String choices() {
    StringBuilder text = new StringBuilder();
    Set<String> first = new LinkedHashSet<>();
    for (Command command : Commands.ALL) {
      first.add(Commands.firstWord(command));
      List<String> words = new ArrayList<>(command.words());
      for (Option option : command.syntax().options()) {
        words.add("--" + option.name());
      }
      text.append(choice(command.name(), words));
    }
    for (String group : Commands.GROUPS) {
      List<String> second =
          Commands.ALL.stream()
              .map(Command::name)
              .filter(name -> name.startsWith(group + " "))
              .map(name -> name.substring(group.length() + 1))
              .toList();
      text.append(choice(group, second));
    }
    List<String> global = new ArrayList<>(first);
    global.addAll(List.of("--help", "--log-level"));
    text.append(choice("", global));
    return text.toString();
  }

  private static String choice(String command, List<String> words) {
    return "        \"%s\") words=\"%s\" ;;\n".formatted(command, String.join(" ", words));
  }

  /// The kinds of resources, as documents write them.
  static List<String> kinds() {
    List<String> kinds = new ArrayList<>();
    for (Kind kind : Kind.values()) {
      kinds.add(kind.toString());
    }
    return kinds;
  }
}
