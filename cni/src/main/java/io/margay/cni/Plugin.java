package io.margay.cni;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A plugin from start to end.
public final class Plugin {

  /// Every version of the specification whose results are known.
  static final List<String> VERSIONS =
      List.of("0.1.0", "0.2.0", "0.3.0", "0.3.1", "0.4.0", "1.0.0", "1.1.0");

  static final String DEFAULT_SOCKET = "/var/run/calico/cni.sock";

  private Plugin() {}

  /// @param arguments the name that the plugin was started under: `calico` or `calico-ipam`
  public static void main(String[] arguments) throws IOException {
    String name = arguments.length == 0 ? "calico" : arguments[0];
    // Who starts it by hand is told so, and not asked for input.
    boolean asked = !System.getenv().getOrDefault("CNI_COMMAND", "").isEmpty();
    String config = asked ? new String(System.in.readAllBytes(), StandardCharsets.UTF_8) : "";
    PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
    int exitCode = run(name, System.getenv(), config, out);
    out.flush();
    System.exit(exitCode);
  }

  /// @return the exit code
  static int run(String name, Map<String, String> environment, String config, PrintStream out) {
    String version = VERSIONS.getFirst();
    try {
      if ("VERSION".equals(environment.get("CNI_COMMAND"))) {
        out.println(versions(config.isBlank() ? Map.of() : parse(config)));
        return 0;
      }
      if (environment.getOrDefault("CNI_COMMAND", "").isEmpty()) {
        throw new PluginError(
            PluginError.INVALID_ENVIRONMENT,
            "CNI_COMMAND is not set. %s is a plugin of the container network interface (CNI) and is started by container runtimes; `margay cni install` puts it where they look for it."
                .formatted(name));
      }
      Map<String, @Nullable Object> parsed = parse(config);
      version = version(parsed);
      var answer = new AgentConversation(socket(parsed), environment).about(name, config);
      if (!answer.stdout().isEmpty()) {
        out.println(answer.stdout());
      }
      return answer.exitCode();
    } catch (PluginError e) {
      out.println(e.json(version));
      return 1;
    }
  }

  private static Map<String, @Nullable Object> parse(String config) throws PluginError {
    try {
      return Json.parseObject(config);
    } catch (Json.SyntaxException e) {
      throw new PluginError(
          PluginError.DECODING_FAILURE,
          "the network configuration on standard input cannot be read: "
              + e.getMessage()
              + ". Correct the file in the runtime's configuration directory (usually /etc/cni/net.d).");
    }
  }

  private static String version(Map<String, @Nullable Object> config) throws PluginError {
    Object version = config.get("cniVersion");
    if (version == null) {
      return VERSIONS.getFirst();
    }
    if (version instanceof String text && VERSIONS.contains(text)) {
      return text;
    }
    throw new PluginError(
        PluginError.INCOMPATIBLE_VERSION,
        "cniVersion is '%s', expected one of %s. Change it in the network's configuration."
            .formatted(version, VERSIONS));
  }

  private static String versions(Map<String, @Nullable Object> config) {
    Object asked = config.get("cniVersion");
    StringBuilder supported = new StringBuilder();
    for (String version : VERSIONS) {
      supported.append(supported.isEmpty() ? "" : ",").append(Json.quoted(version));
    }
    return "{\"cniVersion\":%s,\"supportedVersions\":[%s]}"
        .formatted(
            Json.quoted(asked instanceof String text ? text : VERSIONS.getLast()), supported);
  }

  private static Path socket(Map<String, @Nullable Object> config) throws PluginError {
    Object socket = config.get("agent_socket");
    if (socket == null) {
      return Path.of(DEFAULT_SOCKET);
    }
    if (socket instanceof String text && text.startsWith("/")) {
      return Path.of(text);
    }
    throw new PluginError(
        PluginError.INVALID_CONFIGURATION,
        "agent_socket is '%s', expected an absolute path: that of `margay node --cni-socket`."
            .formatted(socket));
  }

  /// What an agent says at the end.
  record Answer(int exitCode, String stdout) {}

  static Map<String, String> cniVariables(Map<String, String> environment) {
    Map<String, String> cni = new LinkedHashMap<>();
    environment.forEach((name, value) -> {
      if (name.startsWith("CNI_")) {
        cni.put(name, value);
      }
    });
    return cni;
  }
}
