package io.margay.cni;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Asks the agent, and does for it what only the plugin can do.
final class AgentConversation {

  private static final int ROOT = 0;

  private final Path socket;
  private final Map<String, String> environment;

  AgentConversation(Path socket, Map<String, String> environment) {
    this.socket = socket;
    this.environment = environment;
  }

  /// @param plugin the name that this one was started under
  /// @param config what it read
  Plugin.Answer about(String plugin, String config) throws PluginError {
    try (SocketChannel channel = connect()) {
      BufferedReader answers =
          new BufferedReader(
              new InputStreamReader(Channels.newInputStream(channel), StandardCharsets.UTF_8));
      Map<String, Object> request = new LinkedHashMap<>();
      request.put("plugin", plugin);
      request.put("environment", Plugin.cniVariables(environment));
      request.put("config", config);
      say(channel, request);
      while (true) {
        String line = answers.readLine();
        if (line == null) {
          throw unavailable("the agent ended before it answered");
        }
        Map<String, @Nullable Object> said = Json.parseObject(line);
        if (!(said.get("run") instanceof Map<?, ?> run)) {
          return new Plugin.Answer(number(said.get("exitCode")), text(said.get("stdout")));
        }
        OtherPlugin other = new OtherPlugin(text(run.get("type")), environment);
        say(
            channel,
            other.run(text(run.get("command")), text(run.get("args")), text(run.get("config"))));
      }
    } catch (IOException e) {
      throw unavailable("the agent went away: " + e.getMessage());
    } catch (Json.SyntaxException e) {
      throw new PluginError(
          PluginError.DECODING_FAILURE,
          "what the agent at %s says cannot be read: %s. Plugin and agent may be of different versions; install both anew."
              .formatted(socket, e.getMessage()));
    }
  }

  private SocketChannel connect() throws PluginError {
    try {
      checkOwner();
      return SocketChannel.open(UnixDomainSocketAddress.of(socket));
    } catch (IOException e) {
      throw unavailable("nobody answers at " + socket + ": " + reason(e));
    } catch (IllegalArgumentException e) {
      throw unavailable(socket + " can be no socket: " + e.getMessage());
    }
  }

  private static String reason(IOException e) {
    return e instanceof NoSuchFileException
        ? "there is no such socket"
        : String.valueOf(e.getMessage());
  }

  /// Whoever else could make a socket there would be told everything, and obeyed.
  private void checkOwner() throws IOException, PluginError {
    int owner = (Integer) Files.getAttribute(socket, "unix:uid");
    int self = (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
    if (owner != ROOT && owner != self) {
      throw new PluginError(
          PluginError.IO_FAILURE,
          "the socket %s belongs to user %d, expected root or user %d: it may be no agent's. Delete it, and start the agent anew."
              .formatted(socket, owner, self));
    }
  }

  private PluginError unavailable(String what) {
    boolean status = "STATUS".equals(environment.get("CNI_COMMAND"));
    return new PluginError(
        status ? PluginError.NOT_AVAILABLE : PluginError.TRY_AGAIN_LATER,
        what
            + ". Try again once the node's agent runs (margay node, or calicoctl node run); if it does, name its socket in the network's configuration: agent_socket.");
  }

  private static void say(SocketChannel channel, Map<String, Object> what) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap((Json.write(what) + "\n").getBytes(StandardCharsets.UTF_8));
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  private static String text(@Nullable Object value) {
    return value instanceof String text ? text : "";
  }

  private static int number(@Nullable Object value) throws Json.SyntaxException {
    if (value instanceof Json.Digits(String digits)) {
      try {
        return Integer.parseInt(digits);
      } catch (NumberFormatException e) {
        throw new Json.SyntaxException("exitCode is " + digits);
      }
    }
    throw new Json.SyntaxException("there is no exitCode");
  }
}
