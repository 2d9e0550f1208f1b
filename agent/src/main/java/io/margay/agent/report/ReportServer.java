package io.margay.agent.report;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Answers whoever connects to the agent's socket, each on a virtual thread of its own. Who may
/// connect is a matter of the socket's permissions: its owner alone.
public final class ReportServer implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(ReportServer.class);

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

  private final Path path;
  private final Source source;
  private final ServerSocketChannel server;

  private ReportServer(Path path, Source source, ServerSocketChannel server) {
    this.path = path;
    this.source = source;
    this.server = server;
  }

  /// Listens in `directory`. A socket that an earlier agent left is replaced.
  ///
  /// @throws IOException if it cannot be made: the path may be longer than a socket's can be
  ///   (unix(7): 108 bytes)
  public static ReportServer open(Path directory, Source source) throws IOException {
    Path path = directory.resolve(FILE);
    Files.deleteIfExists(path);
    ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      channel.bind(UnixDomainSocketAddress.of(path));
      Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
    } catch (IOException e) {
      channel.close();
      throw e;
    }
    ReportServer opened = new ReportServer(path, source, channel);
    Thread.ofVirtual().name("report").start(opened::accept);
    return opened;
  }

  private void accept() {
    while (server.isOpen()) {
      try {
        SocketChannel client = server.accept();
        Thread.ofVirtual().name("report-client").start(() -> answer(client));
      } catch (ClosedChannelException e) {
        return;
      } catch (IOException e) {
        LOG.warn("A question about this agent could not be accepted: {}", e.getMessage());
      }
    }
  }

  private void answer(SocketChannel client) {
    try (client) {
      String question = readLine(client);
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
    } catch (IOException e) {
      LOG.debug("Whoever asked about this agent did not wait for the answer: {}", e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static String readLine(SocketChannel client) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(LONGEST_QUESTION);
    while (bytes.hasRemaining() && client.read(bytes) >= 0) {
      String text = StandardCharsets.UTF_8.decode(bytes.duplicate().flip()).toString();
      int end = text.indexOf('\n');
      if (end >= 0) {
        return text.substring(0, end);
      }
    }
    return "";
  }

  @Override
  public void close() {
    try {
      server.close();
      Files.deleteIfExists(path);
    } catch (IOException e) {
      LOG.warn("The socket {} could not be removed: {}", path, e.getMessage());
    }
  }
}
