package io.margay.agent.report;

import io.margay.unixsocket.UnixSocketServer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Answers questions about the agent at its socket. Only its owner may connect.
public final class ReportServer implements AutoCloseable {

  static final String FILE = "agent.sock";
  static final String QUESTION = "report";

  /// Longer than any question there is.
  private static final int LONGEST_QUESTION = 1024;

  /// Where a report comes from.
  public interface Source {
    /// Called on any thread.
    NodeReport report() throws InterruptedException;

    /// Answers another question: a JSON object.
    ///
    /// @return null if it is none that can be answered
    default @Nullable String answer(String question) throws InterruptedException {
      return null;
    }
  }

  private final UnixSocketServer server;

  private ReportServer(UnixSocketServer server) {
    this.server = server;
  }

  /// Listens in `directory`. A socket that an earlier agent left is replaced.
  ///
  /// @throws IOException if it cannot be made, or another agent answers there
  public static ReportServer open(Path directory, Source source) throws IOException {
    return new ReportServer(
        UnixSocketServer.open(directory.resolve(FILE), "report", client -> answer(source, client)));
  }

  private static void answer(Source source, SocketChannel client)
      throws IOException, InterruptedException {
    String question = UnixSocketServer.readLine(client, LONGEST_QUESTION);
    String answer =
        question.equals(QUESTION)
            ? NodeReportJson.encode(source.report())
            : Objects.requireNonNullElse(
                source.answer(question),
                "{\"error\":\"unknown question, expected '" + QUESTION + "'\"}");
    ByteBuffer bytes = ByteBuffer.wrap((answer + "\n").getBytes(StandardCharsets.UTF_8));
    while (bytes.hasRemaining()) {
      client.write(bytes);
    }
  }

  @Override
  public void close() {
    server.close();
  }
}
