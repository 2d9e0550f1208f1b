package io.margay.agent.cni;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.margay.attach.Phases;
import io.margay.attach.cni.CniAnswer;
import io.margay.attach.cni.CniCommands;
import io.margay.attach.cni.IpamProgram;
import io.margay.unixsocket.UnixSocketServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import jdk.net.ExtendedSocketOptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Serves CNI plugins.
public final class CniSocket implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(CniSocket.class);
  private static final ObjectMapper MAPPER = new ObjectMapper();

  /// How many containers come or go at once. More wait.
  private static final int WORKERS = 16;

  private final UnixSocketServer server;
  private final ExecutorService workers;

  private CniSocket(UnixSocketServer server, ExecutorService workers) {
    this.server = server;
    this.workers = workers;
  }

  /// Listens at `path`. Who calls this is in the network namespace that the agent serves.
  ///
  /// @throws IOException if the socket cannot be made, or another agent answers there
  public static CniSocket open(Path path, CniCommands commands) throws IOException {
    ExecutorService workers =
        Executors.newFixedThreadPool(
            WORKERS, Thread.ofPlatform().name("cni-", 0).daemon().factory());
    try {
      Files.createDirectories(path.toAbsolutePath().getParent());
      return new CniSocket(
          UnixSocketServer.open(path, "cni", client -> talk(client, commands, workers)), workers);
    } catch (IOException e) {
      workers.shutdown();
      throw e;
    }
  }

  private static void talk(SocketChannel client, CniCommands commands, ExecutorService workers)
      throws IOException, InterruptedException {
    if (!isAllowed(client)) {
      return;
    }
    BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(Channels.newInputStream(client), StandardCharsets.UTF_8));
    JsonNode request = read(reader);
    IpamProgram program =
        (type, command, args, config) -> {
          ObjectNode run = MAPPER.createObjectNode();
          run.putObject("run")
              .put("type", type)
              .put("command", command)
              .put("args", args)
              .put("config", config);
          write(client, run);
          JsonNode outcome = read(reader);
          return new IpamProgram.Output(
              outcome.path("exitCode").asInt(-1),
              outcome.path("stdout").asText(),
              outcome.path("stderr").asText());
        };
    CniAnswer answer = answer(request, commands, program, workers);
    ObjectNode said =
        MAPPER.createObjectNode().put("exitCode", answer.exitCode()).put("stdout", answer.stdout());
    Phases phases = answer.phases();
    if (phases != null) {
      said.putObject("nanos")
          .put("addresses", phases.addresses())
          .put("wiring", phases.wiring())
          .put("endpoint", phases.endpoint())
          .put("dataplane", phases.dataplane());
    }
    write(client, said);
  }

  /// The socket's permissions let in its owner alone; this looks again, as they may be changed.
  private static boolean isAllowed(SocketChannel client) throws IOException {
    UserPrincipal user = client.getOption(ExtendedSocketOptions.SO_PEERCRED).user();
    UserPrincipal self = Files.getOwner(Path.of("/proc/self"));
    if (user.equals(self) || user.getName().equals("root")) {
      return true;
    }
    LOG.warn(
        "User {} asked at the socket for CNI plugins and gets no answer (expected {}). Check the socket's permissions.",
        user.getName(),
        self.getName());
    return false;
  }

  private static CniAnswer answer(
      JsonNode request, CniCommands commands, IpamProgram program, ExecutorService workers)
      throws IOException, InterruptedException {
    Map<String, String> environment = new LinkedHashMap<>();
    request
        .path("environment")
        .properties()
        .forEach(each -> environment.put(each.getKey(), each.getValue().asText()));
    boolean ipamOnly = request.path("plugin").asText().equals("calico-ipam");
    String config = request.path("config").asText();
    try {
      return workers.submit(() -> commands.answer(ipamOnly, environment, config, program)).get();
    } catch (ExecutionException e) {
      LOG.error("A CNI request ended unexpectedly. This is a bug.", e.getCause());
      throw new IOException("the request failed: " + e.getCause(), e);
    } catch (RejectedExecutionException e) {
      throw new IOException("the agent stops", e);
    }
  }

  private static JsonNode read(BufferedReader reader) throws IOException {
    String line = reader.readLine();
    if (line == null) {
      throw new IOException("the plugin went away");
    }
    try {
      return MAPPER.readTree(line);
    } catch (JsonProcessingException e) {
      throw new IOException("what the plugin says is no JSON: " + e.getOriginalMessage(), e);
    }
  }

  private static void write(SocketChannel client, ObjectNode json) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap((json + "\n").getBytes(StandardCharsets.UTF_8));
    while (bytes.hasRemaining()) {
      client.write(bytes);
    }
  }

  /// What is under way is carried out to its end.
  @Override
  public void close() {
    server.close();
    workers.close();
  }
}
