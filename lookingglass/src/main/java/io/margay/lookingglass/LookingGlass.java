package io.margay.lookingglass;

import java.io.IOException;
import java.net.ConnectException;
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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Answers whoever connects to a unix socket, each on a virtual thread of its own. Only the owner
/// of the process may connect.
public final class LookingGlass implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(LookingGlass.class);

  /// Longer than any question there is.
  private static final int LONGEST_QUESTION = 512;

  private final Path path;
  private final Speaker speaker;
  private final ServerSocketChannel server;

  private LookingGlass(Path path, Speaker speaker, ServerSocketChannel server) {
    this.path = path;
    this.speaker = speaker;
    this.server = server;
  }

  /// Listens at `path`. What a process that died left there is replaced.
  ///
  /// @throws IOException if it cannot be made, or another process answers there
  public static LookingGlass open(Path path, Speaker speaker) throws IOException {
    if (Files.exists(path)) {
      try (SocketChannel _ = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
        throw new IOException("another process answers there");
      } catch (ConnectException _) {
        Files.delete(path);
      }
    }
    ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      channel.bind(UnixDomainSocketAddress.of(path));
      Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
    } catch (IOException e) {
      channel.close();
      throw e;
    }
    LookingGlass opened = new LookingGlass(path, speaker, channel);
    Thread.ofVirtual().name("looking-glass").start(opened::accept);
    return opened;
  }

  private void accept() {
    while (server.isOpen()) {
      try {
        SocketChannel client = server.accept();
        Thread.ofVirtual().name("looking-glass-client").start(() -> answer(client));
      } catch (ClosedChannelException _) {
        return;
      } catch (IOException e) {
        log.warn("a question could not be accepted: {}", e.getMessage());
      }
    }
  }

  private void answer(SocketChannel client) {
    try (client) {
      Answer answer = new Answer(speaker, client);
      try {
        answer.to(Question.decode(readLine(client)));
      } catch (IllegalArgumentException | IllegalStateException e) {
        answer.error(String.valueOf(e.getMessage()));
      }
    } catch (IOException e) {
      log.debug("who asked did not wait for the answer: {}", e.getMessage());
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
      log.warn("the socket {} stays behind: {}. Delete it.", path, e.getMessage());
    }
  }
}
