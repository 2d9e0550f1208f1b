package io.margay.lookingglass;

import io.margay.unixsocket.UnixSocketServer;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;

/// Answers questions about a speaker at a unix socket. Only the owner of the process may connect.
public final class LookingGlass implements AutoCloseable {

  /// Longer than any question there is.
  private static final int LONGEST_QUESTION = 512;

  private final UnixSocketServer server;

  private LookingGlass(UnixSocketServer server) {
    this.server = server;
  }

  /// Listens at `path`. What a process that died left there is replaced.
  ///
  /// @throws IOException if it cannot be made, or another process answers there
  public static LookingGlass open(Path path, Speaker speaker) throws IOException {
    return new LookingGlass(
        UnixSocketServer.open(path, "looking-glass", client -> answer(speaker, client)));
  }

  private static void answer(Speaker speaker, SocketChannel client)
      throws IOException, InterruptedException {
    Answer answer = new Answer(speaker, client);
    try {
      answer.to(Question.decode(UnixSocketServer.readLine(client, LONGEST_QUESTION)));
    } catch (IllegalArgumentException | IllegalStateException e) {
      answer.error(String.valueOf(e.getMessage()));
    }
  }

  @Override
  public void close() {
    server.close();
  }
}
