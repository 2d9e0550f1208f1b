package io.margay.attach.cni;

import io.margay.attach.cni.CniError.Code;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// What a plugin was started with.
///
/// @param ipamOnly whether it was started as `calico-ipam`
/// @param containerId empty if there is none
/// @param netns null if it was not given
/// @param device `CNI_IFNAME`, empty if there is none
/// @param args `CNI_ARGS` by name
/// @param config what it read
public record CniRequest(
    boolean ipamOnly,
    Command command,
    String containerId,
    @Nullable Path netns,
    String device,
    Map<String, String> args,
    String config) {

  private static final Pattern CONTAINER_ID = Pattern.compile("[a-zA-Z0-9][a-zA-Z0-9_.-]*");

  /// RFC 1123 §2.1, upper case too.
  private static final Pattern POD_NAME = Pattern.compile("[a-zA-Z0-9][a-zA-Z0-9.-]{0,252}");

  /// What Linux takes for an interface's name (`dev_valid_name`).
  private static final Pattern DEVICE = Pattern.compile("[^\\s/:]{1,15}");

  /// `CNI_COMMAND`, but for `VERSION`, which needs no agent.
  public enum Command {
    ADD,
    DEL,
    CHECK,
    GC,
    STATUS
  }

  public CniRequest {
    args = Map.copyOf(args);
  }

  /// Reads a plugin's environment.
  ///
  /// @throws CniError naming all variables that are missing or make no sense
  static CniRequest of(boolean ipamOnly, Map<String, String> environment, String config) {
    List<String> wrong = new ArrayList<>();
    Command command = command(environment.getOrDefault("CNI_COMMAND", ""), wrong);
    boolean aboutOne = command == Command.ADD || command == Command.DEL || command == Command.CHECK;
    String containerId = environment.getOrDefault("CNI_CONTAINERID", "");
    String device = environment.getOrDefault("CNI_IFNAME", "");
    if (aboutOne && !CONTAINER_ID.matcher(containerId).matches()) {
      wrong.add(
          "CNI_CONTAINERID is '%s', expected letters, digits, '_', '.' and '-', the first a letter or digit"
              .formatted(containerId));
    }
    if (aboutOne
        && (!DEVICE.matcher(device).matches() || device.equals(".") || device.equals(".."))) {
      wrong.add(
          "CNI_IFNAME is '%s', expected an interface's name of 1 to 15 characters"
              .formatted(device));
    }
    Path netns = netns(environment.getOrDefault("CNI_NETNS", ""), wrong);
    if (netns == null && (command == Command.ADD || command == Command.CHECK) && !ipamOnly) {
      wrong.add("CNI_NETNS is not set, expected the path of a network namespace");
    }
    Map<String, String> args = args(environment.getOrDefault("CNI_ARGS", ""), wrong);
    for (String name : List.of("K8S_POD_NAMESPACE", "K8S_POD_NAME")) {
      String value = args.getOrDefault(name, "");
      if (!value.isEmpty() && !POD_NAME.matcher(value).matches()) {
        wrong.add(
            "%s in CNI_ARGS is '%s', expected a name as Kubernetes has them"
                .formatted(name, value));
      }
    }
    if (!wrong.isEmpty() || command == null) {
      throw new CniError(Code.INVALID_ENVIRONMENT, String.join("; ", wrong));
    }
    return new CniRequest(ipamOnly, command, containerId, netns, device, args, config);
  }

  private static @Nullable Command command(String text, List<String> wrong) {
    for (Command command : Command.values()) {
      if (command.name().equals(text)) {
        return command;
      }
    }
    wrong.add(
        "CNI_COMMAND is '%s', expected ADD, DEL, CHECK, GC, STATUS or VERSION".formatted(text));
    return null;
  }

  private static @Nullable Path netns(String text, List<String> wrong) {
    try {
      return text.isEmpty() ? null : Path.of(text);
    } catch (InvalidPathException e) {
      wrong.add("CNI_NETNS is '%s', which is no path".formatted(text));
      return null;
    }
  }

  private static Map<String, String> args(String text, List<String> wrong) {
    Map<String, String> args = new LinkedHashMap<>();
    for (String pair : text.split(";", -1)) {
      int equals = pair.indexOf('=');
      if (equals > 0) {
        args.put(pair.substring(0, equals), pair.substring(equals + 1));
      } else if (!pair.isEmpty()) {
        wrong.add("CNI_ARGS has '%s', expected NAME=VALUE;NAME=VALUE".formatted(pair));
      }
    }
    return args;
  }

  String arg(String name) {
    return args.getOrDefault(name, "");
  }
}
