package io.margay.reflector;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A unix socket that answers every connection with a text and closes it. Who may ask is decided by
/// the permissions of the directory.
final class StatusSocket implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(StatusSocket.class);

  private final Path path;
  private final Supplier<String> answer;
  private final ServerSocketChannel server;

  /// Begins to answer.
  ///
  /// @throws UncheckedIOException if the socket cannot be made
  StatusSocket(Path path, Supplier<String> answer) {
    this.path = path;
    this.answer = answer;
    try {
      server = open(path);
    } catch (IOException e) {
      throw new UncheckedIOException(
          new IOException(
              "cannot make the status socket %s: %s. Choose another path (--status-socket)."
                  .formatted(path, e.getMessage()),
              e));
    }
    Thread.ofVirtual().name("status").start(this::serve);
  }

  private static ServerSocketChannel open(Path path) throws IOException {
    if (Files.exists(path)) {
      // A leftover of a process that died is nobody's; a live one is not taken over.
      try (SocketChannel _ = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
        throw new IOException("another process answers there");
      } catch (java.net.ConnectException _) {
        Files.delete(path);
      }
    }
    ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      return channel.bind(UnixDomainSocketAddress.of(path));
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  private void serve() {
    while (server.isOpen()) {
      try (SocketChannel client = server.accept()) {
        ByteBuffer bytes = ByteBuffer.wrap(answer.get().getBytes(StandardCharsets.UTF_8));
        while (bytes.hasRemaining()) {
          client.write(bytes);
        }
      } catch (ClosedChannelException _) {
        return;
      } catch (IOException e) {
        log.debug("who asked for the status has left: {}", e.getMessage());
      }
    }
  }

  /// What the socket of another process answers.
  static String ask(Path path) throws IOException {
    try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
      byte[] answer = Channels.newInputStream(channel).readAllBytes();
      return new String(answer, StandardCharsets.UTF_8);
    }
  }

  @Override
  public void close() {
    try {
      server.close();
      Files.deleteIfExists(path);
    } catch (IOException e) {
      log.warn("the status socket {} stays behind: {}. Delete it.", path, e.getMessage());
    }
  }
}
