package io.margay.cni;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;

/// Does what a plugin does, so that the JVM can note down which classes that takes (JEP 483,
/// `-XX:AOTCacheOutput`). `build/start-cache.sh` runs it; its agent answers whatever it is asked.
public final class StartupTraining {

  private StartupTraining() {}

  /// @param arguments the path of a socket to be made
  public static void main(String[] arguments) throws IOException, InterruptedException {
    Path socket = Path.of(arguments[0]);
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(UnixDomainSocketAddress.of(socket));
      Thread agent = Thread.ofPlatform().daemon().start(() -> answer(server));
      PrintStream out = new PrintStream(new ByteArrayOutputStream(), false, StandardCharsets.UTF_8);
      int exitCode =
          Plugin.run(
              "calico",
              Map.of("CNI_COMMAND", "ADD", "CNI_CONTAINERID", "a", "CNI_IFNAME", "eth0"),
              "{\"cniVersion\":\"1.0.0\",\"name\":\"a\",\"agent_socket\":"
                  + Json.quoted(socket.toString())
                  + "}",
              out);
      Plugin.run("calico", Map.of("CNI_COMMAND", "VERSION"), "{}", out);
      Plugin.run("calico", Map.of("CNI_COMMAND", "DEL"), "{", out);
      agent.join();
      System.exit(exitCode);
    }
  }

  private static void answer(ServerSocketChannel server) {
    try (SocketChannel client = server.accept()) {
      client.read(ByteBuffer.allocate(1024));
      client.write(
          ByteBuffer.wrap("{\"exitCode\":0,\"stdout\":\"{}\"}\n".getBytes(StandardCharsets.UTF_8)));
    } catch (IOException e) {
      System.err.println("the training's agent: " + e.getMessage());
    }
  }
}
