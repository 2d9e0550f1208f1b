package io.margay.supervisor;

import io.margay.agent.HostName;
import io.margay.calicoctl.CommandLine;
import io.margay.net.AsNumber;
import io.margay.net.IpAddress;
import io.margay.net.IpFamily;
import io.margay.net.IpPrefix;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What `calicoctl node run` is told, checked.
///
/// @param ipv4 which address the node has
/// @param asNumber null to keep what is stored
/// @param bgp whether the agent speaks BGP
/// @param config the datastore's configuration file, which need not exist
/// @param withoutEffect options that were given and mean nothing here
record RunOptions(
    String name,
    Address ipv4,
    Address ipv6,
    @Nullable AsNumber asNumber,
    boolean bgp,
    boolean defaultPools,
    Path config,
    Path felixConfig,
    Path logDirectory,
    Path runDirectory,
    Mode mode,
    List<String> withoutEffect) {

  /// Where an address comes from.
  ///
  /// @param given null if it is to be found, or stays as it is stored
  /// @param wanted whether it is to be found although one is stored
  /// @param method how
  record Address(@Nullable Given given, boolean wanted, Detection method) {}

  /// An address with its network, or without.
  ///
  /// @param text as it was written
  record Given(String text, IpPrefix address, boolean withNetwork) {}

  /// What to do.
  enum Mode {
    BACKGROUND,
    FOREGROUND,
    PREPARE,
    DRY_RUN,
    UNIT
  }

  static final Path DEFAULT_LOG_DIRECTORY = Path.of("/var/log/calico");
  private static final String DEFAULT_RUN_DIRECTORY = "/var/run/calico";
  private static final Path DEFAULT_FELIX_CONFIG = Path.of("/etc/calico/felix.cfg");

  private static final List<String> WITHOUT_EFFECT =
      List.of(
          "node-image",
          "disable-docker-networking",
          "docker-networking-ifprefix",
          "use-docker-networking-container-labels");

  /// @param config where the configuration file is
  /// @throws RefusedException for the first option that makes no sense
  static RunOptions parse(CommandLine line, Map<String, String> environment, Path config) {
    RunOptions options =
        new RunOptions(
            name(line.value("name"), environment),
            address(line, "ip", IpFamily.IPV4),
            address(line, "ip6", IpFamily.IPV6),
            asNumber(line.value("as")),
            speaksBgp(line.value("backend")),
            !line.has("no-default-ippools"),
            config.toAbsolutePath(),
            path(line, "felix-config", DEFAULT_FELIX_CONFIG),
            path(line, "log-dir", DEFAULT_LOG_DIRECTORY),
            runDirectory(line, environment),
            mode(line),
            WITHOUT_EFFECT.stream().filter(line::has).toList());
    checkDockerOptions(line);
    return options;
  }

  static Path runDirectory(CommandLine line, Map<String, String> environment) {
    String fromEnvironment = environment.getOrDefault("MARGAY_RUN_DIR", "");
    return path(
        line,
        "run-dir",
        Path.of(fromEnvironment.isEmpty() ? DEFAULT_RUN_DIRECTORY : fromEnvironment));
  }

  static Path path(CommandLine line, String option, Path absent) {
    String text = line.value(option);
    return (text == null || text.isEmpty() ? absent : Path.of(text)).toAbsolutePath();
  }

  private static String name(@Nullable String given, Map<String, String> environment) {
    if (given != null && !given.isEmpty()) {
      return given;
    }
    String fromEnvironment = environment.getOrDefault("NODENAME", "");
    if (!fromEnvironment.isEmpty()) {
      return fromEnvironment;
    }
    try {
      return HostName.read();
    } catch (IOException e) {
      throw new RefusedException("unable to determine node name. Give one: --name=<NAME>", e);
    }
  }

  private static Address address(CommandLine line, String option, IpFamily family) {
    String methodText = line.value(option + "-autodetection-method");
    Detection method = Detection.parse(methodText == null ? "" : methodText, family);
    String text = line.value(option);
    if (text == null || text.isEmpty()) {
      return new Address(null, false, method);
    }
    if (text.equals("autodetect")) {
      return new Address(null, true, method);
    }
    IpPrefix address;
    try {
      address = IpPrefix.parse(text);
    } catch (IllegalArgumentException e) {
      throw new RefusedException("invalid IP address specified: " + text, e);
    }
    if (address.family() != family) {
      throw new RefusedException("--" + option + " is wrong IP version");
    }
    return new Address(new Given(text, address, text.indexOf('/') >= 0), false, method);
  }

  private static @Nullable AsNumber asNumber(@Nullable String text) {
    if (text == null || text.isEmpty()) {
      return null;
    }
    try {
      return AsNumber.parse(text);
    } catch (IllegalArgumentException e) {
      throw new RefusedException("invalid AS Number specified: " + text, e);
    }
  }

  private static boolean speaksBgp(@Nullable String backend) {
    return switch (backend == null ? "native" : backend) {
      case "native" -> true;
      case "none" -> false;
      case "bird" ->
          throw new RefusedException(
              "backend 'bird' is not part of this build. The agent speaks BGP itself:"
                  + " --backend=native, the default");
      case "gobgp" ->
          throw new RefusedException(
              "backend 'gobgp' is not supported. The agent speaks BGP itself: --backend=native, the"
                  + " default");
      default -> throw new RefusedException("unknown backend '" + backend + "'");
    };
  }

  private static Mode mode(CommandLine line) {
    List<Mode> modes = new ArrayList<>();
    if (line.has("init-system")) {
      modes.add(Mode.UNIT);
    } else if (line.has("dryrun")) {
      modes.add(Mode.DRY_RUN);
    }
    if (line.has("prepare")) {
      modes.add(Mode.PREPARE);
    }
    if (line.has("foreground")) {
      modes.add(Mode.FOREGROUND);
    }
    if (modes.size() > 1) {
      throw new RefusedException(
          "--foreground, --prepare, and --dryrun or --init-system exclude each other");
    }
    return modes.isEmpty() ? Mode.BACKGROUND : modes.getFirst();
  }

  private static void checkDockerOptions(CommandLine line) {
    String prefix = line.value("docker-networking-ifprefix");
    if (prefix != null && !prefix.matches("[a-zA-Z0-9]+")) {
      throw new RefusedException("invalid interface prefix '" + prefix + "'");
    }
    if (line.has("disable-docker-networking")
        && line.has("use-docker-networking-container-labels")) {
      throw new RefusedException(
          "invalid to disable Docker Networking and enable Container labels");
    }
  }

  /// Whether a stored address may stay as it is.
  static boolean keeps(Address address, @Nullable IpAddress stored) {
    return address.given() == null && !address.wanted() && stored != null;
  }
}
